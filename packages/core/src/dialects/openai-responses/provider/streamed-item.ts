import type { AssistantBlock, Citation, TokenLogprob, ToolCallBlock } from '../../../form/blocks.ts';
import type { BlockStart } from '../../../form/events.ts';
import type { Json } from '../../../form/json.ts';
import { textAt } from '../../../form/json.ts';
import type { Residue } from '../../../form/provenance.ts';
import {
  argumentsText,
  type ItemContext,
  itemBlocks,
  messageRest,
  PART_BREAK,
  reasoningRest,
} from '../read-items.ts';
import { blockResidue } from '../residue.ts';
import type { BlockSequencer, Lane } from './block-sequencer.ts';

type TextKind = 'text' | 'refusal' | 'reasoning';

/**
 * One item of a streamed answer. What its events say passes at once; what only its end says (arguments that came in no
 * delta, annotations, a proof) is added there, and so is the rest of a text whose deltas were incomplete.
 */
export class StreamedItem {
  readonly #blocks: BlockSequencer;
  readonly #context: ItemContext;
  readonly #parts = new Map<number, StreamedText>();
  #item: Json;
  #call: StreamedCall | null = null;
  #channel: string | null = null;
  #summaryPart = 0;
  #isDone = false;

  constructor(item: Json, blocks: BlockSequencer, context: ItemContext) {
    this.#item = item;
    this.#blocks = blocks;
    this.#context = context;
    if (isCall(item) && textAt(item, 'name')) this.#openCall();
  }

  /** As far as it is known. */
  get item(): Json {
    return this.#item;
  }
  /** Whether a call was told. */
  get isCall(): boolean {
    return this.#call !== null;
  }
  get isDone(): boolean {
    return this.#isDone;
  }

  text(part: number, text: string, logprobs: readonly TokenLogprob[]): void {
    if (!this.#isDone && text !== '') this.#part(part, 'text').add(text, logprobs);
  }

  refusal(part: number, text: string): void {
    if (!this.#isDone && text !== '') this.#part(part, 'refusal').add(text, []);
  }

  /** The whole text of a message's part. */
  fillText(kind: 'text' | 'refusal', part: number, text: string): void {
    if (!this.#isDone && text !== '') this.#part(part, kind).fill(text);
  }

  citation(part: number, citation: Citation): void {
    if (!this.#isDone) this.#part(part, 'text').cite(citation);
  }

  /** A piece of the model's thoughts or their summary: only the one that comes first is shown. */
  reasoning(channel: 'content' | 'summary', part: number, text: string): void {
    if (this.#isDone || text === '') return;
    this.#channel ??= channel;
    if (this.#channel !== channel) return;
    const streamed = this.#part(0, 'reasoning');
    const isNewPart = part !== this.#summaryPart && !streamed.isEmpty;
    this.#summaryPart = part;
    streamed.add(isNewPart ? PART_BREAK + text : text, []);
  }

  arguments(text: string): void {
    if (!this.#isDone) this.#openCall().add(text);
  }

  fillArguments(text: string, name: string | null): void {
    if (this.#isDone) return;
    if (name !== null && !textAt(this.#item, 'name')) this.#item = { ...this.#item, name };
    this.#openCall().fill(text);
  }

  /** @param item as its end or the answer's end tells it; null: nobody told. */
  end(item: Json | null): void {
    if (this.#isDone) return;
    this.#isDone = true;
    if (item) this.#item = { ...this.#item, ...item };
    const blocks = itemBlocks(this.#item, this.#context);
    const [block] = blocks;
    if (block?.kind === 'tool-call') this.#endCall(block);
    else this.#call?.end(undefined);
    this.#endParts(item && block?.kind !== 'tool-call' ? blocks : []);
  }

  #endCall(block: ToolCallBlock): void {
    // Its name is known now, or never.
    const call = this.#openCall(block.name);
    call.fill(block.arguments);
    call.end(block.residue);
  }

  #endParts(blocks: readonly AssistantBlock[]): void {
    for (const [index, block] of blocks.entries()) {
      const streamed = this.#parts.get(index);
      if (streamed) streamed.end(block);
      else if (hasContent(block)) this.#blocks.whole(block);
    }
    for (const streamed of this.#parts.values()) streamed.end(undefined);
  }

  #part(index: number, kind: TextKind): StreamedText {
    const known = this.#parts.get(index);
    if (known) return known;
    for (const other of this.#parts.values()) other.end(undefined);
    const { residue } =
      kind === 'reasoning'
        ? blockResidue(
            reasoningRest(this.#item, ['encrypted_content', 'summary', 'content']),
            this.#channel === 'content' ? { channel: 'content' } : {},
          )
        : blockResidue(messageRest(this.#item));
    const streamed = new StreamedText(() => this.#blocks.open({ kind }, residue));
    this.#parts.set(index, streamed);
    return streamed;
  }

  #openCall(lateName?: string): StreamedCall {
    if (this.#call) {
      this.#call.name(lateName);
      return this.#call;
    }
    const [block] = itemBlocks({ ...this.#item, type: this.#item.type ?? 'function_call' }, this.#context);
    const custom = this.#item.type === 'custom_tool_call';
    this.#call = new StreamedCall(custom, (name) => {
      const { id, residue } = block?.kind === 'tool-call' ? block : { id: '', residue: undefined };
      const start: BlockStart = { kind: 'tool-call', id, name, ...(custom ? { custom } : {}) };
      return this.#blocks.open(start, residue);
    });
    this.#call.name(lateName ?? (block?.kind === 'tool-call' && block.name !== '' ? block.name : undefined));
    return this.#call;
  }
}

const isCall = (item: Json): boolean => item.type === 'function_call' || item.type === 'custom_tool_call';

/** An empty text begins no block in a stream. */
const hasContent = (block: AssistantBlock): boolean =>
  (block.kind !== 'text' && block.kind !== 'refusal') || block.text !== '';

/** A text that is told in pieces and, at its end, as a whole. */
class StreamedText {
  readonly #begin: () => Lane;
  #lane: Lane | null = null;
  #told = '';
  #citations: Citation[] = [];
  #citationsTold = 0;
  #hasLogprobs = false;
  #isDone = false;

  constructor(begin: () => Lane) {
    this.#begin = begin;
  }

  get isEmpty(): boolean {
    return this.#told === '';
  }

  add(text: string, logprobs: readonly TokenLogprob[]): void {
    if (this.#isDone || text === '') return;
    this.#told += text;
    if (logprobs.length > 0) this.#hasLogprobs = true;
    this.#open().delta({ kind: 'text', text, ...(logprobs.length > 0 ? { logprobs } : {}) });
    this.#tellCitations();
  }

  /** Adds what the deltas left out; a whole that begins otherwise than they did is not believed. */
  fill(whole: string, logprobs: readonly TokenLogprob[] = []): void {
    if (whole.length > this.#told.length && whole.startsWith(this.#told))
      this.add(whole.slice(this.#told.length), this.#hasLogprobs ? [] : logprobs);
  }

  cite(citation: Citation): void {
    this.#citations.push(citation);
    if (this.#lane) this.#tellCitations();
  }

  end(block: AssistantBlock | undefined): void {
    if (this.#isDone) return;
    if (block?.kind === 'text') {
      this.fill(block.text, block.logprobs);
      this.#citations.push(...(block.citations ?? []).slice(this.#citations.length));
      if (this.#lane) this.#tellCitations();
    } else if (block?.kind === 'refusal' || block?.kind === 'reasoning') this.fill(block.text);
    this.#isDone = true;
    if (block?.kind === 'reasoning' && block.proof) this.#open().delta({ kind: 'proof', proof: block.proof });
    this.#lane?.end(block?.residue);
  }

  #open(): Lane {
    this.#lane ??= this.#begin();
    return this.#lane;
  }

  #tellCitations(): void {
    for (const citation of this.#citations.slice(this.#citationsTold))
      this.#open().delta({ kind: 'citation', citation });
    this.#citationsTold = this.#citations.length;
  }
}

/** A call whose name or arguments may come late. */
class StreamedCall {
  readonly #custom: boolean;
  readonly #begin: (name: string) => Lane;
  #lane: Lane | null = null;
  /** Not told yet: the name is not known, or the text may still turn out to be `null`. */
  #held = '';
  #told = '';

  constructor(custom: boolean, begin: (name: string) => Lane) {
    this.#custom = custom;
    this.#begin = begin;
  }

  name(name: string | undefined): void {
    if (name === undefined || this.#lane) return;
    this.#lane = this.#begin(name);
    this.#tell();
  }

  add(text: string): void {
    this.#held += text;
    this.#tell();
  }

  fill(whole: string): void {
    const got = this.#told + this.#held;
    if (got === whole) return;
    if (this.#told === '' && !whole.startsWith(got)) this.#held = whole;
    else if (whole.startsWith(got)) this.#held += whole.slice(got.length);
    this.#tell();
  }

  end(residue: Residue | undefined): void {
    if (!this.#custom && this.#told === '') this.#held = argumentsText(this.#held);
    this.#tell(true);
    this.#lane?.end(residue);
  }

  #tell(isLast = false): void {
    if (!this.#lane || this.#held === '') return;
    const mayBeNothing = !this.#custom && this.#told === '' && NOTHING.test(this.#held);
    if (mayBeNothing && !isLast) return;
    this.#lane.delta({ kind: 'arguments', text: this.#held });
    this.#told += this.#held;
    this.#held = '';
  }
}

/** What may become white space or `null`, quoted or not: no arguments at all. */
const NOTHING = /^\s*"?(?:n(?:u(?:l(?:l"?)?)?)?)?\s*$/;
