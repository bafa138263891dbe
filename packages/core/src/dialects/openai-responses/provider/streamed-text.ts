import type { AssistantBlock, Citation, TokenLogprob } from '../../../form/blocks.ts';
import type { Lane } from './block-sequencer.ts';

/** A text that is told in pieces and, at its end, as a whole. */
export class StreamedText {
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
