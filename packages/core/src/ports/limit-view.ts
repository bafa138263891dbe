import type { DurationMs } from '../ids.ts';
import type { RateLimit } from './rate-limiter.ts';

/** A look at counts that counts nothing: for the control plane. */
export interface LimitView {
  /** @throws {StoreUnavailable} */
  used(limit: RateLimit): Promise<UsedLimit>;
}

export interface UsedLimit {
  /** Admissions that count now. What processes took in advance counts. */
  readonly count: number;
  /** Until the limit has more than now; 0: nothing counts. */
  readonly resetAfter: DurationMs;
}
