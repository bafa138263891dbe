import type { EpochMs } from '@weir/core';

/** Admissions a second on one key up to which each is a write of its own. */
const BUSY = 500;
/** Writes a second that a busy key is brought down to: DynamoDB takes 1,000 of one item, and these are two units each. */
const WRITES = 250;
/** A process takes no more than this part of what is left, so that little of a nearly full limit goes unused. */
const LARGEST_PART = 50;
/** Over less time a rate is chance. Milliseconds. */
const LEAST_SPAN = 200;

/** How fast a key admits, over all processes, told from its ever-growing count. */
export class AdmissionRate {
  #since: { readonly count: number; readonly at: EpochMs } | null = null;
  #perSecond = 0;

  observe(count: number, at: EpochMs): void {
    const since = this.#since;
    if (since && count >= since.count && at >= since.at) {
      const span = at - since.at;
      if (span < LEAST_SPAN) return;
      this.#perSecond = ((count - since.count) * 1000) / span;
    }
    this.#since = { count, at };
  }

  /** How many admissions to take at once. */
  batch(remaining: number): number {
    if (this.#perSecond <= BUSY) return 1;
    return Math.max(1, Math.min(Math.ceil(this.#perSecond / WRITES), Math.floor(remaining / LARGEST_PART)));
  }
}
