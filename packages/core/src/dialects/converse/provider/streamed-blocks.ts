import type { Citation } from '../../../form/blocks.ts';
import type { BlockDelta, BlockStart, ModelEvent } from '../../../form/events.ts';
import { isJson, type Json, textAt } from '../../../form/json.ts';
import type { DecodeContext } from '../../provider-dialect.ts';
import { decodeBlock, isServerTool, signatureProof } from './decode-block.ts';

/** A block of the provider's that has begun for the client. */
type Open =
  | { readonly kind: 'text'; readonly index: number }
  | { readonly kind: 'reasoning'; readonly index: number; signature: string; readonly redacted: Buffer[] }
  /** `held` may still turn out to be the word `null`. */
  | { readonly kind: 'call'; readonly index: number; held: string; isEmpty: boolean }
  /** The answer through our own tool: its arguments are text. */
  | { readonly kind: 'output'; readonly index: number; isEmpty: boolean };

const NULL = 'null';

/**
 * The blocks of one stream, by the provider's numbers. Calls may overlap; anything else closes what is open before it
 * begins, should the provider forget to (spec/providers 8.3).
 */
export class StreamedBlocks {
  readonly #context: DecodeContext;
  readonly #emit: (event: ModelEvent) => void;
  readonly #open = new Map<number, Open>();
  /** Media and server tools, which the form takes whole. */
  readonly #collected = new Map<number, Record<string, unknown>>();
  /** While the answer may still come through our tool, words beside it are kept back: they would spoil it. */
  #heldText = '';
  #next = 0;
  hasCalls = false;
  usedOutputTool = false;

  constructor(context: DecodeContext, emit: (event: ModelEvent) => void) {
    this.#context = context;
    this.#emit = emit;
  }

  start(at: number, start: Json): void {
    const call = isJson(start.toolUse) ? start.toolUse : null;
    if (call && !isServerTool(call)) this.#startCall(at, call);
    else if (Object.values(start).some(isJson)) this.#collected.set(at, structuredClone(start));
  }

  /** Returns what cannot be told to the client: a piece of a call that is already closed. */
  delta(at: number, delta: Json): string | null {
    const collected = this.#collected.get(at);
    if (collected) {
      collect(collected, delta);
      return null;
    }
    const text = textAt(delta, 'text');
    if (text) this.#text(at, text);
    if (isJson(delta.toolUse)) return this.#arguments(at, delta.toolUse.input);
    if (isJson(delta.reasoningContent)) this.#reasoning(at, delta.reasoningContent);
    return null;
  }

  citation(at: number, citation: Citation): void {
    // Our own tool's answer has no place for it.
    if (this.#context.outputTool !== undefined) return;
    this.#delta(this.#ofKind(at, 'text').index, { kind: 'citation', citation });
  }

  stop(at: number): void {
    const collected = this.#collected.get(at);
    if (collected) this.#whole(at, collected);
    this.#close(at);
  }

  /** The message is over: what is still open is closed, and words that were kept back come. */
  finish(): void {
    for (const [at, collected] of this.#collected) this.#whole(at, collected);
    this.#closeAll();
    if (this.#heldText === '' || this.usedOutputTool) return;
    const index = this.#begin({ kind: 'text' });
    this.#delta(index, { kind: 'text', text: this.#heldText });
    this.#emit({ kind: 'block-end', index });
  }

  #startCall(at: number, call: Json): void {
    const name = this.#context.names.fromWire(textAt(call, 'name') ?? '');
    const known = this.#open.get(at);
    if (known?.kind === 'call' || known?.kind === 'output') this.#close(at);
    if (name === this.#context.outputTool) {
      if (this.usedOutputTool) return;
      this.usedOutputTool = true;
      this.#closeAll();
      this.#open.set(at, { kind: 'output', index: this.#begin({ kind: 'text' }), isEmpty: true });
      return;
    }
    this.#closeAll((open) => open.kind !== 'call');
    const id = textAt(call, 'toolUseId') || this.#context.newId('call_');
    this.#open.set(at, {
      kind: 'call',
      index: this.#begin({ kind: 'tool-call', id, name }),
      held: '',
      isEmpty: true,
    });
    this.hasCalls = true;
  }

  #text(at: number, text: string): void {
    if (this.#context.outputTool !== undefined) this.#heldText += text;
    else this.#delta(this.#ofKind(at, 'text').index, { kind: 'text', text });
  }

  #arguments(at: number, input: unknown): string | null {
    const text = typeof input === 'string' ? input : isJson(input) ? JSON.stringify(input) : '';
    if (text === '') return null;
    const open = this.#open.get(at);
    if (open?.kind === 'output') {
      open.isEmpty = false;
      this.#delta(open.index, { kind: 'text', text });
      return null;
    }
    if (open?.kind !== 'call') return 'Amazon Bedrock sent arguments of a tool call that it did not begin.';
    open.held += text;
    if (open.isEmpty && NULL.startsWith(open.held)) return null;
    open.isEmpty = false;
    this.#delta(open.index, { kind: 'arguments', text: open.held });
    open.held = '';
    return null;
  }

  #reasoning(at: number, content: Json): void {
    const text = textAt(content, 'text');
    const signature = textAt(content, 'signature');
    const redacted = textAt(content, 'redactedContent');
    if (!text && !signature && !redacted) return;
    const open = this.#ofKind(at, 'reasoning');
    if (open.kind !== 'reasoning') return;
    if (text) this.#delta(open.index, { kind: 'text', text });
    if (signature) open.signature += signature;
    if (redacted) open.redacted.push(Buffer.from(redacted, 'base64'));
  }

  /** The open block of this number and kind; begun now when there is none. */
  #ofKind(at: number, kind: 'text' | 'reasoning'): Open {
    const open = this.#open.get(at);
    if (open?.kind === kind) return open;
    this.#closeAll();
    const index = this.#begin({ kind });
    const begun: Open = kind === 'text' ? { kind, index } : { kind, index, signature: '', redacted: [] };
    this.#open.set(at, begun);
    return begun;
  }

  #close(at: number): void {
    const open = this.#open.get(at);
    if (!open) return;
    this.#open.delete(at);
    const { index } = open;
    if (open.kind === 'call' && open.isEmpty)
      this.#delta(index, { kind: 'arguments', text: emptyOr(open.held) });
    if (open.kind === 'output' && open.isEmpty) this.#delta(index, { kind: 'text', text: '{}' });
    if (open.kind === 'reasoning') this.#prove(open);
    this.#emit({ kind: 'block-end', index });
  }

  #prove({ index, signature, redacted }: Extract<Open, { kind: 'reasoning' }>): void {
    if (redacted.length > 0) {
      const value = Buffer.concat(redacted).toString();
      this.#delta(index, { kind: 'proof', proof: { family: 'anthropic', kind: 'redacted', value } });
    } else if (signature !== '') this.#delta(index, { kind: 'proof', proof: signatureProof(signature) });
  }

  #closeAll(which: (open: Open) => boolean = () => true): void {
    for (const [at, open] of [...this.#open]) if (which(open)) this.#close(at);
  }

  #whole(at: number, value: Json): void {
    this.#collected.delete(at);
    for (const block of decodeBlock(value, this.#context)) {
      this.#closeAll();
      const index = this.#begin({ kind: 'whole', block });
      this.#emit({ kind: 'block-end', index });
    }
  }

  #begin(block: BlockStart): number {
    const index = this.#next;
    this.#next += 1;
    this.#emit({ kind: 'block-start', index, block });
    return index;
  }

  #delta(index: number, delta: BlockDelta): void {
    this.#emit({ kind: 'delta', index, delta });
  }
}

/** `nul` of a broken call is not nothing. */
const emptyOr = (held: string) => (held === '' || held === NULL ? '{}' : held);

/** Pieces of a block that comes whole: texts grow, everything else is taken as it is. */
function collect(block: Record<string, unknown>, delta: Json): void {
  for (const [key, value] of Object.entries(delta)) {
    const known = block[key];
    if (typeof known === 'string' && typeof value === 'string') block[key] = known + value;
    else if (isJson(known) && isJson(value)) {
      const merged = { ...known };
      collect(merged, value);
      block[key] = merged;
    } else block[key] = value;
  }
}
