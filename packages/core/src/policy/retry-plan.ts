import type { Backoff } from '../gateway/settings.ts';
import { type DurationMs, durationMs } from '../ids.ts';
import type { UpstreamFailure } from '../ports/upstream.ts';

/** How one attempt ended, as far as another may follow. */
export type AttemptEnd =
  /** The provider answered, or its stream began with an error that has this status. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter: DurationMs | null }
  | { readonly kind: 'failure'; readonly failure: UpstreamFailure['kind'] }
  /** It broke off before anything was promised to the client. */
  | { readonly kind: 'broken' };

const RETRIED_STATUSES: ReadonlySet<number> = new Set([408, 409, 429]);
/** The request itself is at fault, or would be once more. */
const FINAL_FAILURES: ReadonlySet<UpstreamFailure['kind']> = new Set(['unsendable', 'forbidden']);

/** Whether another attempt may do better (spec 5.6-6; the table is in docs/request-handling.md). */
export function isRetried(end: AttemptEnd): boolean {
  switch (end.kind) {
    case 'status':
      return RETRIED_STATUSES.has(end.status) || end.status >= 500;
    case 'failure':
      return !FINAL_FAILURES.has(end.failure);
    case 'broken':
      return true;
  }
}

/** Whether the next step of a universal request may do better: any error answer and any failure (spec 5.7-1). */
export const fallsBack = (end: AttemptEnd): boolean => end.kind !== 'status' || end.status >= 400;

export const MAX_DELAY = durationMs(60_000);
/** Each delay is made up to this share shorter, so that callers who failed together do not come back together. */
const JITTER = 0.25;

/**
 * The pause before another attempt (spec 5.6-3): `constant` = d, `linear` = n·d, `exponential` = d·2^(n−1), at most a
 * minute, less up to a quarter. A provider's `Retry-After` is honoured where it is longer and within the minute; one
 * beyond it means that no attempt is worth while: null.
 *
 * @param failed how many attempts have failed, at least 1.
 * @param random in [0, 1).
 */
export function retryDelay(
  { delay, backoff }: { readonly delay: DurationMs; readonly backoff: Backoff },
  failed: number,
  retryAfter: DurationMs | null,
  random: number,
): DurationMs | null {
  if (retryAfter !== null && retryAfter > MAX_DELAY) return null;
  const factor = backoff === 'constant' ? 1 : backoff === 'linear' ? failed : 2 ** (failed - 1);
  const planned = Math.min(MAX_DELAY, delay * factor) * (1 - JITTER * random);
  return durationMs(Math.round(Math.max(planned, retryAfter ?? 0)));
}

/** `Retry-After` in seconds or as a date, `retry-after-ms` before it (spec/providers 2.6). Null: none, or unreadable. */
export function readRetryAfter(header: (name: string) => string | undefined, now: number): DurationMs | null {
  const milliseconds = Number(header('retry-after-ms')?.trim() || Number.NaN);
  if (Number.isFinite(milliseconds) && milliseconds >= 0) return durationMs(milliseconds);
  const text = header('retry-after')?.trim() ?? '';
  if (text === '') return null;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return seconds >= 0 ? durationMs(seconds * 1000) : null;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : durationMs(Math.max(0, date - now));
}
