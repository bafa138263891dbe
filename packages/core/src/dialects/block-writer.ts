import type { AssistantBlock, Citation, TokenLogprob, ToolCallBlock } from '../form/blocks.ts';
import type { BlockDelta, ModelEvent } from '../form/events.ts';
import type { ModelError } from '../form/model-error.ts';
import type { Proof, Residue } from '../form/provenance.ts';
import { unfoldBlock } from '../form/unfold-response.ts';

type TextKind = 'text' | 'reasoning' | 'refusal';

/**
 * Writes a decoder's events so that they follow the grammar of `ModelEvent`, whatever comes when: texts run on in one
 * block as long as their kind stays, calls may overlap, everything is closed before the end, and nothing follows that.
 * Its user only starts it first.
 */
export class BlockWriter {
  #events: ModelEvent[] = [];
  #next = 0;
  #text: { readonly index: number; readonly kind: TextKind } | null = null;
  readonly #calls = new Map<number, { hasArguments: boolean }>();
  #phase: 'before' | 'open' | 'over' = 'before';

  /** What was written since it was last taken. */
  take(): readonly ModelEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  get isOver(): boolean {
    return this.#phase === 'over';
  }

  get hasStarted(): boolean {
    return this.#phase !== 'before';
  }

  /** Whether any call was made. */
  hasCalls = false;

  /** The kind of the text block that the next delta would continue. */
  get openText(): TextKind | null {
    return this.#text?.kind ?? null;
  }

  start(start: Omit<Extract<ModelEvent, { kind: 'start' }>, 'kind'>): void {
    if (this.#phase !== 'before') return;
    this.#phase = 'open';
    this.#emit({ kind: 'start', ...start });
  }

  /** Goes on with the open block of this kind, or opens one. Nothing for an empty text. */
  text(kind: TextKind, text: string, logprobs?: readonly TokenLogprob[]): void {
    if (text === '') return;
    this.#delta(this.#textBlock(kind), { kind: 'text', text, ...(logprobs ? { logprobs } : {}) });
  }

  /** On the open text; lost where none is open, so it belongs into a residue too. */
  citation(citation: Citation): void {
    if (this.#text?.kind === 'text') this.#delta(this.#text.index, { kind: 'citation', citation });
  }

  /** On the open reasoning, or on one of its own. */
  proof(proof: Proof): void {
    this.#delta(this.#textBlock('reasoning'), { kind: 'proof', proof });
  }

  /** A block that came in one piece. */
  whole(block: AssistantBlock): void {
    this.closeText();
    if (block.kind === 'tool-call') this.hasCalls = true;
    else this.closeCalls();
    this.#emit(...unfoldBlock(block, this.#next));
    this.#next += 1;
  }

  closeText(residue?: Residue): void {
    if (this.#text) this.#end(this.#text.index, residue);
    this.#text = null;
  }

  /** @returns the call's number, for its arguments and its end. */
  openCall(call: Pick<ToolCallBlock, 'id' | 'name' | 'proof'>): number {
    this.closeText();
    this.hasCalls = true;
    const index = this.#open({ kind: 'tool-call', ...call });
    this.#calls.set(index, { hasArguments: false });
    return index;
  }

  callArguments(index: number, text: string): void {
    const call = this.#calls.get(index);
    if (!call || text === '') return;
    call.hasArguments = true;
    this.#delta(index, { kind: 'arguments', text });
  }

  /** A call that was given no arguments gets the empty object (spec/providers 2.2). */
  closeCall(index: number, residue?: Residue): void {
    const call = this.#calls.get(index);
    if (!call) return;
    if (!call.hasArguments) this.callArguments(index, '{}');
    this.#calls.delete(index);
    this.#end(index, residue);
  }

  closeCalls(): void {
    for (const index of [...this.#calls.keys()]) this.closeCall(index);
  }

  end(end: Pick<Extract<ModelEvent, { kind: 'end' }>, 'finish' | 'residue'>, usage: ModelEvent | null): void {
    if (this.#phase !== 'open') return;
    this.closeText();
    this.closeCalls();
    if (usage) this.#emit(usage);
    this.#emit({ kind: 'end', ...end });
    this.#phase = 'over';
  }

  fail(error: ModelError): void {
    this.#emit({ kind: 'failed', error });
    this.#phase = 'over';
  }

  #textBlock(kind: TextKind): number {
    if (this.#text?.kind === kind) return this.#text.index;
    this.closeText();
    this.closeCalls();
    this.#text = { index: this.#open({ kind }), kind };
    return this.#text.index;
  }

  #open(block: Extract<ModelEvent, { kind: 'block-start' }>['block']): number {
    const index = this.#next;
    this.#next += 1;
    this.#emit({ kind: 'block-start', index, block });
    return index;
  }

  #delta(index: number, delta: BlockDelta): void {
    this.#emit({ kind: 'delta', index, delta });
  }

  #end(index: number, residue: Residue | undefined): void {
    this.#emit({ kind: 'block-end', index, ...(residue ? { residue } : {}) });
  }

  #emit(...events: readonly ModelEvent[]): void {
    if (this.#phase !== 'over') this.#events.push(...events);
  }
}
