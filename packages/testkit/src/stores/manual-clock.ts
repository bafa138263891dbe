import { type Clock, type EpochMs, epochMs } from '@weir/core';

/** A clock that goes on only when told to. */
export class ManualClock implements Clock {
  #now: EpochMs;

  constructor(start = epochMs(Date.UTC(2026, 0, 2, 3, 4, 5))) {
    this.#now = start;
  }

  now(): EpochMs {
    return this.#now;
  }

  /** @param milliseconds negative sets it back. */
  advance(milliseconds: number): void {
    this.#now = epochMs(this.#now + milliseconds);
  }
}
