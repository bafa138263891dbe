import type { AssistantBlock, Citation, TokenLogprob } from '../../../form/blocks.ts';
import type { BlockDelta, BlockStart, ModelEvent } from '../../../form/events.ts';
import type { Json } from '../../../form/json.ts';
import type { Residue } from '../../../form/provenance.ts';
import { detailsProof } from '../reasoning-details.ts';
import { DetailList } from './detail-list.ts';

export type Words = 'text' | 'reasoning' | 'refusal';

/**
 * Brings what a chat answer says into blocks as the grammar of `ModelEvent` wants them: words of one kind are one block,
 * closed when another kind begins; calls stay open until the answer ends, because nothing earlier proves that one is
 * complete (spec/providers 2.2). Words between calls therefore wait for the end.
 */
export class BlockStream {
  readonly #emit: (event: ModelEvent) => void;
  /** What the text so far says about its sources, where marks in it do. */
  readonly #citationsOf: (text: string) => readonly Citation[];
  #count = 0;
  #open: { readonly kind: Words; readonly index: number } | null = null;
  #text = '';
  #details = new DetailList();
  #citations: Citation[] = [];
  readonly #openCalls = new Set<number>();
  #late: (() => void)[] = [];
  #hasRefusal = false;

  constructor(emit: (event: ModelEvent) => void, citationsOf: (text: string) => readonly Citation[]) {
    this.#emit = emit;
    this.#citationsOf = citationsOf;
  }

  get isEmpty(): boolean {
    return this.#count === 0 && this.#late.length === 0;
  }

  get hasRefusal(): boolean {
    return this.#hasRefusal;
  }

  words(kind: Words, text: string, logprobs: readonly TokenLogprob[] = []): void {
    if (text === '') return;
    if (kind === 'refusal') this.#hasRefusal = true;
    if (this.#openCalls.size > 0) {
      this.#late.push(() => this.words(kind, text, logprobs));
      return;
    }
    const index = this.#openWords(kind);
    if (kind === 'text') this.#text += text;
    this.#delta(index, { kind: 'text', text, ...(logprobs.length > 0 ? { logprobs } : {}) });
  }

  /** OpenRouter's entries: they belong to the thoughts that are open, and are a proof of their own without any. */
  details(entries: readonly Json[]): void {
    if (entries.length === 0) return;
    if (this.#openCalls.size > 0) {
      this.#late.push(() => this.details(entries));
      return;
    }
    const tells = this.#details.add(entries);
    if (tells) this.#openWords('reasoning');
  }

  citation(citation: Citation): void {
    if (this.#open?.kind === 'text') this.#delta(this.#open.index, { kind: 'citation', citation });
    else this.#citations.push(citation);
  }

  whole(block: AssistantBlock): void {
    if (this.#openCalls.size > 0) {
      this.#late.push(() => this.whole(block));
      return;
    }
    this.#close();
    this.#emit({ kind: 'block-end', index: this.#begin({ kind: 'whole', block }) });
  }

  callStart(start: Extract<BlockStart, { kind: 'tool-call' }>): number {
    this.#close();
    const index = this.#begin(start);
    this.#openCalls.add(index);
    return index;
  }

  callDelta(index: number, delta: BlockDelta): void {
    this.#delta(index, delta);
  }

  callEnd(index: number, residue: Residue | undefined): void {
    this.#openCalls.delete(index);
    this.#emit({ kind: 'block-end', index, ...(residue ? { residue } : {}) });
  }

  /** After the end of the last call. */
  finish(): void {
    this.#close();
    const late = this.#late;
    this.#late = [];
    for (const say of late) say();
    this.#close();
  }

  #openWords(kind: Words): number {
    if (this.#open?.kind === kind) return this.#open.index;
    this.#close();
    const index = this.#begin({ kind });
    this.#open = { kind, index };
    if (kind === 'text') {
      for (const citation of this.#citations) this.citation(citation);
      this.#citations = [];
    }
    return index;
  }

  #close(): void {
    if (!this.#open) return;
    const { kind, index } = this.#open;
    if (kind === 'reasoning' && !this.#details.isEmpty) {
      this.#delta(index, { kind: 'proof', proof: detailsProof(this.#details.all) });
      this.#details = new DetailList();
    }
    if (kind === 'text') {
      for (const citation of this.#citationsOf(this.#text))
        this.#delta(index, { kind: 'citation', citation });
      this.#text = '';
    }
    this.#open = null;
    this.#emit({ kind: 'block-end', index });
  }

  #begin(block: BlockStart): number {
    const index = this.#count;
    this.#count += 1;
    this.#emit({ kind: 'block-start', index, block });
    return index;
  }

  #delta(index: number, delta: BlockDelta): void {
    this.#emit({ kind: 'delta', index, delta });
  }
}
