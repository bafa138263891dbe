import type { DurationMs } from '../ids.ts';
import { durationMs } from '../ids.ts';

export type ConfigKind = 'gateway' | 'token';

/** Used without a question. */
export const FRESH_FOR = durationMs(2_000);
/** Used at once, and loaded again beside the request. Anything older waits for the store. */
export const USABLE_FOR = durationMs(5_000);
/** How long the last known state serves while the store is down. A token is a right, so it outlives little. */
export const GRACE: Readonly<Record<ConfigKind, DurationMs>> = {
  gateway: durationMs(600_000),
  token: durationMs(60_000),
};
/** After a failed load the store counts as down for this long, so that not every request waits for a timeout. */
export const DOWN_FOR = durationMs(1_000);

export type Freshness =
  | 'use'
  | 'use-and-refresh'
  /** Ask the store; if it cannot be asked, {@link mayOutlive} decides. */
  | 'load-first'
  /** The store was just seen to be down: serve what is known, and say how old it is. */
  | 'use-stale';

/**
 * What to do with a remembered item (design 6). A change applies within {@link USABLE_FOR}, because nothing older is
 * served, except within {@link DOWN_FOR} of a failed load.
 *
 * @param age since the load that brought it *began*, so that the bound holds from the moment the store was read.
 *   Negative when the wall clock was set back: the true age is then unknown.
 * @param sinceFailure since the store last failed to answer; null when its last answer was good.
 */
export function freshness(kind: ConfigKind, age: DurationMs, sinceFailure: DurationMs | null): Freshness {
  if (age < 0) return 'load-first';
  const isDown = sinceFailure !== null && sinceFailure >= 0 && sinceFailure < DOWN_FOR;
  if (age <= FRESH_FOR) return 'use';
  if (age <= USABLE_FOR) return isDown ? 'use' : 'use-and-refresh';
  return isDown && mayOutlive(kind, age) ? 'use-stale' : 'load-first';
}

/** Whether an item this old may be served when the store cannot be asked. */
export function mayOutlive(kind: ConfigKind, age: DurationMs): boolean {
  return age >= 0 && age <= GRACE[kind];
}
