import { assertNever } from '../../../assert-never.ts';
import type { AssistantBlock, Citation } from '../../../form/blocks.ts';
import type { BlockDelta, BlockStart, ModelEvent } from '../../../form/events.ts';
import { type Proof, residueFor } from '../../../form/provenance.ts';
import { unfoldBlock } from '../../../form/unfold-response.ts';
import type { ModelUsage } from '../../../form/usage.ts';
import type { AnswerContext, StreamEncoder } from '../../client-dialect.ts';
import { writeLogprobs } from '../annotations.ts';
import { writeCallProof, writeDetails } from '../reasoning-details.ts';
import { partsOfResidue } from '../residue.ts';
import {
  explanationOf,
  finishOf,
  gapBetween,
  speaksFunctions,
  writeAnnotations,
  writeAudio,
  writeCall,
  writeImage,
} from './answer-parts.ts';
import { CallsInTurn } from './calls-in-turn.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { errorBody } from './encode-error.ts';

type Of<Kind extends ModelEvent['kind']> = Extract<ModelEvent, { kind: Kind }>;

/** `chat.completion.chunk`s (spec/providers 4.3, 13.2). */
export const encodeStream = (context: AnswerContext): StreamEncoder => new ChatStream(context);

/** What is known of an open block. */
type Open =
  | { readonly kind: 'text'; start: number; readonly citations: Citation[] }
  | { readonly kind: 'reasoning'; readonly pieces: string[]; proof?: Proof }
  | { readonly kind: 'refusal' }
  /** `ordinal`: its number among the calls. */
  | { readonly kind: 'tool-call'; readonly ordinal: number; readonly custom: boolean; hasArguments: boolean };
type OpenCall = Extract<Open, { kind: 'tool-call' }>;

class ChatStream implements StreamEncoder {
  readonly #context: AnswerContext;
  readonly #chunks: ChunkWriter;
  readonly #isOld: boolean;
  readonly #turns = new CallsInTurn();
  readonly #open = new Map<number, Open>();
  #calls = 0;
  #textLength = 0;
  /** The end of the text so far. */
  #textEnd = '';
  /** Something stands between it and what comes next. */
  #isApart = false;
  #refused = false;
  readonly #details: unknown[] = [];
  #usage: ModelUsage | null = null;

  constructor(context: AnswerContext) {
    this.#context = context;
    this.#chunks = new ChunkWriter(context);
    this.#isOld = speaksFunctions(context.request);
  }

  write(event: ModelEvent): string {
    let text = '';
    for (const ready of this.#turns.take(event)) text += this.#write(ready);
    return text;
  }

  #write(event: ModelEvent): string {
    switch (event.kind) {
      case 'start':
        // The role waits for the first block: only then is it known whether there is any content.
        this.#chunks.start(event);
        return '';
      case 'block-start':
        return this.#blockStart(event);
      case 'delta':
        return this.#delta(event.index, event.delta);
      case 'block-end':
        return this.#blockEnd(event.index);
      case 'usage':
        this.#usage = event.usage;
        return '';
      case 'end':
        return this.#end(event);
      case 'failed':
        // No `[DONE]` after it: the answer is not complete, and no client shall think so.
        return `data: ${JSON.stringify(errorBody(event.error))}\n\n`;
      default:
        return assertNever(event);
    }
  }

  #blockStart(event: Of<'block-start'>): string {
    const { index, block } = event;
    switch (block.kind) {
      case 'text':
        this.#open.set(index, { kind: 'text', start: this.#textLength, citations: [] });
        return this.#chunks.role('');
      case 'reasoning':
        this.#open.set(index, { kind: 'reasoning', pieces: [] });
        return this.#chunks.role(null);
      case 'refusal':
        this.#open.set(index, { kind: 'refusal' });
        return this.#chunks.role(null);
      case 'tool-call':
        return this.#chunks.role(null) + this.#callStart(event, block);
      case 'whole':
        return this.#whole(index, block.block);
      default:
        return assertNever(block);
    }
  }

  #callStart(
    { index, residue }: Of<'block-start'>,
    call: Extract<BlockStart, { kind: 'tool-call' }>,
  ): string {
    const ordinal = this.#calls++;
    this.#open.set(index, {
      kind: 'tool-call',
      ordinal,
      custom: call.custom === true,
      hasArguments: false,
    });
    if (!this.#isOld) {
      const begun = writeCall({ ...call, arguments: '', ...(residue ? { residue } : {}) });
      return this.#chunks.chunk({ tool_calls: [{ index: ordinal, ...begun }] });
    }
    const begun = { function_call: { name: call.name, arguments: '' } };
    return ordinal === 0 ? this.#chunks.chunk(begun) : '';
  }

  #whole(index: number, block: AssistantBlock): string {
    switch (block.kind) {
      case 'image': {
        const image = writeImage(block);
        return image ? this.#chunks.role(null) + this.#chunks.chunk({ images: [image] }) : '';
      }
      case 'audio': {
        const audio = writeAudio(block, this.#context);
        return audio ? this.#chunks.role(null) + this.#chunks.chunk({ audio }) : '';
      }
      // What the format has no words for (spec/providers 13.5).
      case 'opaque':
        this.#isApart = true;
        return '';
      case 'file':
        return '';
      default: {
        const events = unfoldBlock(block, index).slice(0, -1);
        return events.map((event) => this.#write(event)).join('');
      }
    }
  }

  #delta(index: number, delta: BlockDelta): string {
    const open = this.#open.get(index);
    if (!open) return '';
    switch (delta.kind) {
      case 'text':
        return this.#text(open, delta);
      case 'arguments':
        return open.kind === 'tool-call' ? this.#arguments(open, delta.text) : '';
      case 'citation':
        if (open.kind === 'text') open.citations.push(delta.citation);
        return '';
      case 'proof':
        return this.#proof(open, delta.proof);
      default:
        return assertNever(delta);
    }
  }

  #text(open: Open, { text, logprobs }: Extract<BlockDelta, { kind: 'text' }>): string {
    switch (open.kind) {
      case 'reasoning':
        open.pieces.push(text);
        return this.#chunks.chunk({ reasoning_content: text });
      case 'refusal':
        this.#refused ||= text !== '';
        return this.#chunks.chunk({ refusal: text });
      case 'tool-call':
        return '';
      case 'text': {
        const tokens = logprobs ? { content: writeLogprobs(logprobs), refusal: null } : null;
        return this.#chunks.chunk({ content: this.#gap(open, text) + text }, tokens);
      }
    }
  }

  #gap(open: Extract<Open, { kind: 'text' }>, text: string): string {
    const gap = this.#isApart ? gapBetween(this.#textEnd, text) : '';
    if (this.#textLength === open.start) open.start += gap.length;
    this.#textLength += gap.length + text.length;
    if (text !== '') {
      this.#isApart = false;
      this.#textEnd = text.slice(-1);
    }
    return gap;
  }

  #arguments(call: OpenCall, text: string): string {
    call.hasArguments = true;
    if (this.#isOld)
      return call.ordinal === 0 ? this.#chunks.chunk({ function_call: { arguments: text } }) : '';
    const piece = call.custom ? { custom: { input: text } } : { function: { arguments: text } };
    return this.#chunks.chunk({ tool_calls: [{ index: call.ordinal, ...piece }] });
  }

  #proof(open: Open, proof: Proof): string {
    if (open.kind === 'reasoning') open.proof = proof;
    if (open.kind !== 'tool-call' || proof.family !== 'google' || this.#isOld) return '';
    // Some clients refuse a call's delta without a function.
    const call = { index: open.ordinal, function: { arguments: '' }, ...writeCallProof(proof) };
    return this.#chunks.chunk({ tool_calls: [call] });
  }

  #blockEnd(index: number): string {
    const open = this.#open.get(index);
    this.#open.delete(index);
    switch (open?.kind) {
      case 'tool-call':
        return open.hasArguments || open.custom ? '' : this.#arguments(open, '{}');
      case 'reasoning': {
        const { pieces, proof } = open;
        if (proof) this.#details.push(...writeDetails({ text: pieces.join(''), proof }));
        return '';
      }
      case 'text': {
        const annotations = writeAnnotations(open.citations, open.start, this.#textLength - open.start);
        return annotations.length > 0 ? this.#chunks.chunk({ annotations }) : '';
      }
      default:
        return '';
    }
  }

  #end({ finish, residue }: Of<'end'>): string {
    const { answer, choice } = partsOfResidue(residueFor('openai-chat', residue));
    const reason = finishOf(finish, this.#refused, this.#isOld);
    const explanation = this.#refused ? '' : explanationOf(finish);
    return [
      this.#chunks.role(explanation === '' ? '' : null),
      // All in one chunk: some clients append the lists of several, some keep the last.
      this.#details.length > 0 ? this.#chunks.chunk({ reasoning_details: this.#details }) : '',
      explanation === '' ? '' : this.#chunks.chunk({ refusal: explanation }),
      this.#chunks.finish({ ...reason, ...choice }, answer),
      this.#chunks.usage(this.#usage),
      'data: [DONE]\n\n',
    ].join('');
  }
}
