import type { Clock, DurationMs, EpochMs } from '@weir/core';

/** A process remembers this many. */
const REMEMBERED = 4_096;

/** What this process has written down lately and need not write again. */
export class Announcements {
  readonly #clock: Clock;
  readonly #goodFor: DurationMs;
  readonly #made = new Map<string, { readonly at: EpochMs; readonly done: Promise<unknown> }>();

  /** @param goodFor how long one serves. */
  constructor(clock: Clock, goodFor: DurationMs) {
    this.#clock = clock;
    this.#goodFor = goodFor;
  }

  /** Resolves when `name` is written down: by this call, by one that is under way, or lately. */
  async make(name: string, write: (now: EpochMs) => Promise<unknown>): Promise<void> {
    const now = this.#clock.now();
    const known = this.#made.get(name);
    if (known !== undefined && now >= known.at && now - known.at < this.#goodFor) {
      await known.done;
      return;
    }
    const done = write(now);
    if (this.#made.size >= REMEMBERED) this.#made.clear();
    this.#made.set(name, { at: now, done });
    try {
      await done;
    } catch (error) {
      this.#made.delete(name);
      throw error;
    }
  }
}
