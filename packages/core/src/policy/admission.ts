import type { DurationMs } from '../ids.ts';
import type { LimitVerdict } from '../ports/rate-limiter.ts';
import type { RuledLimit } from './rate-limits.ts';

/** What became of one limit. `unknown`: nobody could count. */
export interface CountedLimit {
  readonly limit: RuledLimit;
  readonly verdict: LimitVerdict | 'unknown';
}

/** Stage 5's decision on rate limits: what, why and by which rule. */
export type Admission =
  | { readonly kind: 'unlimited' }
  /** `tightest` has the least left; null: no limit could be counted. */
  | {
      readonly kind: 'admitted';
      readonly tightest: Tightest | null;
      /** All that the request was counted under: a step whose turn comes later does not count there again. */
      readonly counted: readonly CountedLimit[];
      /** Rules that could not be counted; the request passed without them. */
      readonly unchecked: readonly string[];
    }
  | { readonly kind: 'refused'; readonly by: RuledLimit; readonly retryAfter: DurationMs }
  /** The gateway wants no request that could not be counted. */
  | { readonly kind: 'uncountable'; readonly unchecked: readonly string[] };

interface Tightest {
  readonly limit: RuledLimit;
  readonly remaining: number;
  readonly resetAfter: DurationMs;
}

/**
 * One decision from all verdicts. One full limit refuses, and of several the one that lasts longest is named: waiting
 * for less would be in vain. A refusal goes before what nobody could count.
 *
 * @param failsClosed refuse what could not be counted (design 12).
 */
export function admissionOf(counted: readonly CountedLimit[], failsClosed: boolean): Admission {
  let refused: Extract<Admission, { kind: 'refused' }> | null = null;
  let tightest: Tightest | null = null;
  const unchecked: string[] = [];
  for (const { limit, verdict } of counted) {
    if (verdict === 'unknown') unchecked.push(limit.rule);
    else if (!verdict.admitted) {
      if (refused === null || verdict.retryAfter > refused.retryAfter)
        refused = { kind: 'refused', by: limit, retryAfter: verdict.retryAfter };
    } else if (tightest === null || verdict.remaining < tightest.remaining) {
      tightest = { limit, remaining: verdict.remaining, resetAfter: verdict.resetAfter };
    }
  }
  if (refused) return refused;
  if (counted.length === 0) return UNLIMITED;
  if (unchecked.length > 0 && failsClosed) return { kind: 'uncountable', unchecked };
  return { kind: 'admitted', tightest, counted, unchecked };
}

export const UNLIMITED: Admission = { kind: 'unlimited' };

/** Under what an admitted request was counted. */
export const countedIn = (admission: Admission): readonly CountedLimit[] =>
  admission.kind === 'admitted' ? admission.counted : [];

/** What answers say about the limits, refusals included. */
export function admissionHeaders(admission: Admission): ReadonlyMap<string, readonly string[]> {
  switch (admission.kind) {
    case 'unlimited':
    case 'uncountable':
      return new Map();
    case 'refused':
      return limitHeaders(admission.by.limit, 0, admission.retryAfter);
    case 'admitted': {
      const { tightest, unchecked } = admission;
      const headers = tightest
        ? limitHeaders(tightest.limit.limit, tightest.remaining, tightest.resetAfter)
        : new Map<string, readonly string[]>();
      if (unchecked.length > 0) headers.set('weir-degraded', ['rate-limit']);
      return headers;
    }
  }
}

function limitHeaders(limit: number, remaining: number, reset: DurationMs): Map<string, readonly string[]> {
  return new Map([
    ['x-ratelimit-limit', [String(limit)]],
    ['x-ratelimit-remaining', [String(remaining)]],
    // In whole seconds, as Retry-After.
    ['x-ratelimit-reset', [String(Math.ceil(reset / 1000))]],
  ]);
}
