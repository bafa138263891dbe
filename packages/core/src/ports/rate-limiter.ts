import type { RateLimitTechnique } from '../gateway/settings.ts';
import type { DurationMs } from '../ids.ts';

/** One count that a request falls under. */
export interface RateLimit {
  /** The same for all requests that count together; two limits with one key are one limit. */
  readonly key: string;
  /** At least 1. */
  readonly limit: number;
  readonly interval: DurationMs;
  readonly technique: RateLimitTechnique;
}

export type LimitVerdict =
  | {
      readonly admitted: true;
      /** What the count has left after this one, as far as this process knows. */
      readonly remaining: number;
      /** Until it has more than that again: fixed, the window's end; sliding, when the oldest that counts leaves. */
      readonly resetAfter: DurationMs;
      /** Undoes the admission of a request that goes no further. May fail to, and never throws. */
      giveBack(): Promise<void>;
    }
  | {
      readonly admitted: false;
      /** Until a request may be admitted again, above 0. */
      readonly retryAfter: DurationMs;
    };

/**
 * Counts requests over all processes (spec 5.5). An admission counts from a moment between its question and its answer,
 * by the clock of the process that asks. Guarantees:
 *
 * - `fixed`: never more than `limit` in a window; windows are aligned to multiples of the interval.
 * - `sliding`: never more than `limit` in any stretch of time as long as the interval, wherever it begins.
 * - Up to a limit of 100, sliding admits whenever fewer than `limit` were admitted in the last interval. Above it, what
 *   was admitted may count for up to 2 % longer than the interval.
 * - It may admit fewer: above 500 admissions a second on one key, after a lost answer of the store, where a given back
 *   admission is not known everywhere yet.
 * - At most one write for an admission as long as nobody else takes the same place at the same moment, and no call at
 *   all for a key that this process knows to be full.
 */
export interface RateLimiter {
  /** @throws {StoreUnavailable} when nobody could count: whether the request may pass is not known. */
  take(limit: RateLimit): Promise<LimitVerdict>;
}
