import {
  type Clock,
  durationMs,
  type EpochMs,
  epochMs,
  type LimitVerdict,
  type RateLimit,
  type RateLimiter,
  StoreUnavailable,
} from '@weir/core';
import { RecentlyUsed } from '../config/recently-used.ts';
import { FixedWindow } from './fixed-window.ts';
import { type LimitTable, TooBusy } from './limit-table.ts';
import { SlidingWindow } from './sliding-window.ts';
import { Taking } from './taking.ts';

/** Keys whose counts are remembered; one of a sliding limit takes up to 10 KB. */
const REMEMBERED = 2_000;
/** How long a store that failed is not asked again: requests shall not wait for it one after the other. Milliseconds. */
const REST_AFTER_FAILURE = 1_000;
/** After which a count that the store was too busy for is worth another try. */
const RETRY_WHEN_BUSY = 1_000;

export interface StoredRateLimiterOptions {
  readonly table: LimitTable;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random?: () => number;
}

/** The {@link RateLimiter} on any table: what it decides is the same on all of them. */
export class StoredRateLimiter implements RateLimiter {
  readonly #table: LimitTable;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #counts = new RecentlyUsed<string, Taking>(REMEMBERED);
  #restUntil: EpochMs | null = null;

  constructor({ table, clock, random = Math.random }: StoredRateLimiterOptions) {
    this.#table = table;
    this.#clock = clock;
    this.#random = random;
  }

  async take(limit: RateLimit): Promise<LimitVerdict> {
    const now = this.#clock.now();
    if (this.#restUntil !== null) {
      if (now < this.#restUntil)
        throw new StoreUnavailable('the store of the rate limits failed a moment ago');
      // This one finds out; the others do not wait for it.
      this.#rest(now);
    }
    try {
      const verdict = await this.#takingFrom(limit).take();
      this.#restUntil = null;
      return verdict.admitted ? { ...verdict, giveBack: () => forgiving(verdict.giveBack) } : verdict;
    } catch (error) {
      if (error instanceof TooBusy) return { admitted: false, retryAfter: durationMs(RETRY_WHEN_BUSY) };
      if (error instanceof StoreUnavailable) this.#rest(now);
      throw error;
    }
  }

  #takingFrom(limit: RateLimit): Taking {
    const known = this.#counts.get(limit.key);
    if (known) return known;
    const count =
      limit.technique === 'fixed'
        ? new FixedWindow(limit, this.#table, this.#clock)
        : new SlidingWindow(limit, this.#table, this.#clock, this.#random);
    const taking = new Taking(count, this.#clock);
    this.#counts.set(limit.key, taking);
    return taking;
  }

  #rest(now: EpochMs): void {
    this.#restUntil = epochMs(now + REST_AFTER_FAILURE);
  }
}

/** What cannot be given back stays counted: fewer are admitted, never more. */
async function forgiving(giveBack: () => Promise<void>): Promise<void> {
  try {
    await giveBack();
  } catch (error) {
    if (!(error instanceof StoreUnavailable || error instanceof TooBusy)) throw error;
  }
}
