import { type Clock, type EpochMs, epochMs, type RateLimit } from '@weir/core';
import { AdmissionRate } from './admission-rate.ts';
import type { LimitTable } from './limit-table.ts';
import type { KnownCount, Lot, Step } from './taking.ts';

/** A stored window is kept a little longer, so that clocks need not agree on when it is over. Milliseconds. */
const KEPT_AFTER = 3_600_000;

/**
 * A limit in windows aligned to multiples of its interval: an admission is one conditional addition. Remembers what the
 * window has counted: one that is known to be full is not asked about again.
 */
export class FixedWindow implements KnownCount {
  readonly #limit: RateLimit;
  readonly #table: LimitTable;
  readonly #clock: Clock;
  readonly #rate = new AdmissionRate();
  #window = -1;
  #counted = 0;

  constructor(limit: RateLimit, table: LimitTable, clock: Clock) {
    this.#limit = limit;
    this.#table = table;
    this.#clock = clock;
  }

  next(wanted: number, now: EpochMs): Step {
    const { remaining, until } = this.left(now);
    if (remaining === 0) return { kind: 'full', until };
    const window = this.#window;
    const count = Math.min(remaining, Math.max(wanted, this.#rate.batch(remaining)));
    return { kind: 'ask', count, ask: () => this.#ask(window, count) };
  }

  left(now: EpochMs) {
    const { limit, interval } = this.#limit;
    const window = Math.floor(now / interval);
    if (window !== this.#window) {
      this.#window = window;
      this.#counted = 0;
    }
    return { remaining: Math.max(0, limit - this.#counted), until: this.#endOf(window) };
  }

  async #ask(window: number, count: number): Promise<Lot | null> {
    const { key, limit } = this.#limit;
    const end = this.#endOf(window);
    const counted = await this.#table.addToWindow(key, window, count, limit, epochMs(end + KEPT_AFTER));
    this.#learn(window, counted ?? (await this.#table.readWindow(key, window)));
    return counted === null
      ? null
      : { count, until: epochMs(end - 1), giveBack: () => this.#giveBack(window) };
  }

  #learn(window: number, counted: number): void {
    if (window !== this.#window) return;
    // Answers may overtake each other.
    this.#counted = Math.max(this.#counted, counted);
    this.#rate.observe(this.#counted, this.#clock.now());
  }

  async #giveBack(window: number): Promise<void> {
    await this.#table.takeFromWindow(this.#limit.key, window, 1);
    if (window === this.#window) this.#counted = Math.max(0, this.#counted - 1);
  }

  #endOf(window: number): EpochMs {
    return epochMs((window + 1) * this.#limit.interval);
  }
}
