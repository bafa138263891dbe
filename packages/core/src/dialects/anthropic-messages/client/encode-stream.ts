import { assertNever } from '../../../assert-never.ts';
import type { AssistantBlock } from '../../../form/blocks.ts';
import type { BlockDelta, BlockStart, ModelEvent } from '../../../form/events.ts';
import { type Json, residueOf } from '../../../form/json.ts';
import { type Proof, type Residue, residueFor } from '../../../form/provenance.ts';
import type { ModelUsage } from '../../../form/usage.ts';
import type { AnswerContext, StreamEncoder } from '../../client-dialect.ts';
import { writeCitation } from '../citations.ts';
import { packProof } from '../proofs.ts';
import { writeStop } from '../stop-reason.ts';
import { writeUsage } from '../usage.ts';
import { encodeBlock, proofOfCall } from './encode-blocks.ts';
import { encodeError } from './encode-error.ts';

type Event<Kind extends ModelEvent['kind']> = Extract<ModelEvent, { kind: Kind }>;
type CallStart = Extract<BlockStart, { kind: 'tool-call' }>;

export const PING = 'event: ping\ndata: {"type":"ping"}\n\n';

/** The client skips events without a name (spec/providers 6.3), so each has one: its type. */
const sse = (type: string, members: Json): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;

/** spec/providers 13.4. */
export const encodeStream = (context: AnswerContext): StreamEncoder => new MessagesStream(context);

class MessagesStream implements StreamEncoder {
  readonly #context: AnswerContext;
  readonly #writer = new BlockWriter();
  #usage: ModelUsage | null = null;
  #isOver = false;

  constructor(context: AnswerContext) {
    this.#context = context;
  }

  write(event: ModelEvent): string {
    if (this.#isOver) return '';
    switch (event.kind) {
      case 'start':
        return this.#start(event);
      case 'block-start':
        return this.#writer.start(event);
      case 'delta':
        return this.#writer.delta(event.index, event.delta);
      case 'block-end':
        return this.#writer.end(event.index);
      case 'usage':
        this.#usage = event.usage;
        return '';
      case 'end':
        return this.#end(event);
      case 'failed':
        this.#isOver = true;
        return sse('error', residueOf(encodeError(event.error, this.#context).body, ['type']) ?? {});
      default:
        return assertNever(event);
    }
  }

  #start(event: Event<'start'>): string {
    this.#usage = event.usage ?? null;
    const message = {
      id: event.id ?? this.#context.newId('msg_'),
      type: 'message',
      role: 'assistant',
      model: event.model ?? this.#context.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      stop_details: null,
      usage: writeUsage(this.#usage),
      ...residueFor('anthropic-messages', event.residue),
    };
    return sse('message_start', { message }) + PING;
  }

  /** The usage here is the one that clients believe, so it is the whole one. */
  #end(event: Event<'end'>): string {
    this.#isOver = true;
    const { context_management: edits, ...residue } = residueFor('anthropic-messages', event.residue);
    const last = sse('message_delta', {
      delta: { ...writeStop(event.finish), ...residue },
      usage: writeUsage(this.#usage),
      ...(edits === undefined ? {} : { context_management: edits }),
    });
    return this.#writer.close() + last + sse('message_stop', {});
  }
}

/** A call that has to wait until the calls before it are written. */
interface Waiting {
  readonly start: CallStart;
  readonly residue: Residue | undefined;
  readonly deltas: BlockDelta[];
  ended: boolean;
}

/** The block that is being written. `hasBegun`: its start is out, since a block without content is none. */
interface Open {
  readonly index: number;
  readonly kind: 'text' | 'thinking' | 'tool_use';
  readonly residue: Residue | undefined;
  hasBegun: boolean;
  proof: Proof | null;
  /** Of the call, for its proof. */
  readonly callId: string | null;
}

/** Blocks one after another, whatever overlaps upstream: the lowest open call is written, the others wait. */
class BlockWriter {
  #next = 0;
  #open: Open | null = null;
  readonly #waiting = new Map<number, Waiting>();

  start({ index, block, residue }: Event<'block-start'>): string {
    if (block.kind === 'whole') return this.#whole(block.block);
    if (block.kind === 'tool-call') {
      if (!this.#open) return this.#openCall(index, block, residue);
      this.#waiting.set(index, { start: block, residue, deltas: [], ended: false });
      return '';
    }
    const kind = block.kind === 'reasoning' ? 'thinking' : 'text';
    this.#open = { index, kind, residue, hasBegun: false, proof: null, callId: null };
    return '';
  }

  delta(index: number, delta: BlockDelta): string {
    if (this.#open?.index === index) return this.#delta(this.#open, delta);
    this.#waiting.get(index)?.deltas.push(delta);
    return '';
  }

  end(index: number): string {
    const waiting = this.#waiting.get(index);
    if (waiting) waiting.ended = true;
    return this.#open?.index === index ? this.#close(this.#open) + this.#nextWaiting() : '';
  }

  /** Whatever is still open. */
  close(): string {
    let text = '';
    while (this.#open) text += this.end(this.#open.index);
    return text;
  }

  #nextWaiting(): string {
    const [index, call] = this.#waiting.entries().next().value ?? [];
    if (index === undefined || !call) return '';
    this.#waiting.delete(index);
    const text = [this.#openCall(index, call.start, call.residue)];
    for (const delta of call.deltas) text.push(this.delta(index, delta));
    if (call.ended) text.push(this.end(index));
    return text.join('');
  }

  #openCall(index: number, { id, name, proof }: CallStart, residue: Residue | undefined): string {
    const before = proof ? this.#block(proofOfCall(id, proof)) : '';
    this.#open = { index, kind: 'tool_use', residue, hasBegun: true, proof: null, callId: id };
    const begun = this.#begin({ type: 'tool_use', id, name, input: {} }, residue);
    return before + begun + this.#write({ type: 'input_json_delta', partial_json: '' });
  }

  #delta(open: Open, delta: BlockDelta): string {
    switch (delta.kind) {
      case 'text': {
        if (delta.text === '') return '';
        const { text } = delta;
        const isText = open.kind === 'text';
        return (
          this.#ensureBegun(open) +
          this.#write(isText ? { type: 'text_delta', text } : { type: 'thinking_delta', thinking: text })
        );
      }
      case 'arguments':
        return delta.text === '' ? '' : this.#write({ type: 'input_json_delta', partial_json: delta.text });
      case 'citation': {
        const citation = writeCitation(delta.citation, '');
        return citation ? this.#ensureBegun(open) + this.#write({ type: 'citations_delta', citation }) : '';
      }
      case 'proof':
        open.proof = delta.proof;
        return '';
      default:
        return assertNever(delta);
    }
  }

  #ensureBegun(open: Open): string {
    if (open.hasBegun) return '';
    open.hasBegun = true;
    return this.#begin(
      open.kind === 'text' ? { type: 'text', text: '' } : { type: 'thinking', thinking: '', signature: '' },
      open.residue,
    );
  }

  /** A proof is written once, last: of thinking inside it, of a call behind it. */
  #close(open: Open): string {
    this.#open = null;
    const { proof, callId } = open;
    if (proof && callId !== null) return this.#stop() + this.#block(proofOfCall(callId, proof));
    if (proof?.kind === 'redacted')
      return (
        (open.hasBegun ? this.#stop() : '') +
        this.#block({ type: 'redacted_thinking', data: packProof(proof) })
      );
    const signed = proof
      ? this.#ensureBegun(open) + this.#write({ type: 'signature_delta', signature: packProof(proof) })
      : '';
    return open.hasBegun ? signed + this.#stop() : '';
  }

  #whole(block: AssistantBlock): string {
    return encodeBlock(block)
      .map((json) => this.#block(json))
      .join('');
  }

  /** A block that comes in one piece. What clients read from deltas is sent in deltas. */
  #block(block: Json): string {
    const { start, deltas } = inDeltas(block);
    return this.#begin(start) + deltas.map((delta) => this.#write(delta)).join('') + this.#stop();
  }

  #begin(block: Json, residue?: Residue): string {
    const own = residueFor('anthropic-messages', residue);
    return sse('content_block_start', { index: this.#next, content_block: { ...own, ...block } });
  }

  #write(delta: Json): string {
    return sse('content_block_delta', { index: this.#next, delta });
  }

  #stop(): string {
    this.#next += 1;
    return sse('content_block_stop', { index: this.#next - 1 });
  }
}

function inDeltas(block: Json): { readonly start: Json; readonly deltas: readonly Json[] } {
  switch (block.type) {
    case 'text': {
      const { citations, ...rest } = block;
      const cited = Array.isArray(citations) ? citations : [];
      return {
        start: { ...rest, text: '' },
        deltas: [
          { type: 'text_delta', text: block.text },
          ...cited.map((citation) => ({ type: 'citations_delta', citation })),
        ],
      };
    }
    case 'thinking':
      return {
        start: { ...block, thinking: '', signature: '' },
        deltas: [
          ...(block.thinking === '' ? [] : [{ type: 'thinking_delta', thinking: block.thinking }]),
          ...(block.signature === '' ? [] : [{ type: 'signature_delta', signature: block.signature }]),
        ],
      };
    case 'tool_use':
      return {
        start: { ...block, input: {} },
        deltas: [{ type: 'input_json_delta', partial_json: JSON.stringify(block.input) }],
      };
    default:
      return { start: block, deltas: [] };
  }
}
