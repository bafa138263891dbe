import type { AssistantBlock, Citation, TokenLogprob, ToolCallBlock } from '../../../form/blocks.ts';
import { type Json, textAt } from '../../../form/json.ts';
import { type ItemContext, itemBlocks, messageRest, PART_BREAK, reasoningRest } from '../read-items.ts';
import { blockResidue } from '../residue.ts';
import type { BlockSequencer, Lane } from './block-sequencer.ts';
import { StreamedCall } from './streamed-call.ts';
import { StreamedText } from './streamed-text.ts';

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
    if (isCall(item)) this.#openCall();
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

  /** It begins when both its name and its id are known, at the latest at its end. */
  #openCall(lateName?: string): StreamedCall {
    this.#call ??= new StreamedCall(this.#item.type === 'custom_tool_call', (name) => this.#beginCall(name));
    const name = textAt(this.#item, 'name');
    const isKnown = name && textAt(this.#item, 'call_id');
    if (lateName !== undefined) this.#call.name(lateName);
    else if (isKnown) this.#call.name(this.#context.toolName(name));
    return this.#call;
  }

  #beginCall(name: string): Lane {
    const custom = this.#item.type === 'custom_tool_call';
    const [block] = itemBlocks({ ...this.#item, type: this.#item.type || 'function_call' }, this.#context);
    const { id, residue } = block?.kind === 'tool-call' ? block : { id: this.#context.newId('call_') };
    return this.#blocks.open({ kind: 'tool-call', id, name, ...(custom ? { custom } : {}) }, residue);
  }
}

const isCall = (item: Json): boolean => item.type === 'function_call' || item.type === 'custom_tool_call';

/** An empty text begins no block in a stream. */
const hasContent = (block: AssistantBlock): boolean =>
  (block.kind !== 'text' && block.kind !== 'refusal') || block.text !== '';
