import { type Clock, durationMs, epochMs, type LimitView, type RateLimit, type UsedLimit } from '@weir/core';
import { divide, leftOf } from './cells.ts';
import type { LimitTable } from './limit-table.ts';

/** Reads what `StoredRateLimiter` counts, and counts nothing. */
export class StoredLimitView implements LimitView {
  readonly #table: LimitTable;
  readonly #clock: Clock;

  constructor(table: LimitTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  async used({ key, limit, interval, technique }: RateLimit): Promise<UsedLimit> {
    const now = this.#clock.now();
    if (technique === 'fixed') {
      const window = Math.floor(now / interval);
      const count = await this.#table.readWindow(key, window);
      return { count, resetAfter: durationMs(count === 0 ? 0 : (window + 1) * interval - now) };
    }
    const { cells } = await this.#table.readCells(key);
    const { remaining, until } = leftOf(divide(limit, interval), cells, now);
    const count = limit - remaining;
    return { count, resetAfter: durationMs(count === 0 ? 0 : epochMs(until - now)) };
  }
}
