import type { CircuitBreaker } from '../gateway/settings.ts';
import { type DurationMs, durationMs, type EpochMs, epochMs } from '../ids.ts';
import type { AttemptEnd } from './retry-plan.ts';

/** Calls are counted by the five seconds in which they ended. */
const BUCKET = durationMs(5_000);
/** The bucket that is filling and those before it: what a circuit is decided by ended at most 30 s ago. */
export const BUCKETS = 6;

/** What is known of a circuit without asking again is used without a question. */
export const NEWS_FRESH_FOR = durationMs(2_000);
/** Anything older is not used, except that an open circuit stays open until its probe is due. */
export const NEWS_USABLE_FOR = durationMs(5_000);

const LONGEST_COOL_DOWN = durationMs(120_000);
/** While a probe is on its way for no longer than this, nobody sends another. */
const PROBE_LEASE = durationMs(30_000);
/** The part of the lease in which the probe must begin, so that most of it is left for the answer. */
const PROBE_BEGINS_WITHIN = durationMs(10_000);
/** A caller who waits less than this learns nothing of the provider. */
const SHORTEST_TELLING_WAIT = durationMs(1_000);

export interface CallCounts {
  readonly calls: number;
  readonly failures: number;
}

/** Counts by the number of their bucket. */
export type CallWindow = ReadonlyMap<number, CallCounts>;

/** What one call says about the provider. */
export type CallOutcome = 'fine' | 'failed' | 'nothing-learned';

/** What everybody agrees on; it changes by conditional writes only. */
export type CircuitPhase =
  | {
      readonly kind: 'closed';
      /** Counts are from here on; null: from the beginning. */
      readonly since: EpochMs | null;
    }
  | {
      readonly kind: 'open';
      readonly openedAt: EpochMs;
      /** How often in a row: each makes the cool-down longer. */
      readonly openings: number;
      /** When one request may go there again. */
      readonly probeAt: EpochMs;
    }
  | {
      readonly kind: 'half-open';
      readonly openedAt: EpochMs;
      readonly openings: number;
      /** When another probe may be sent, should this one not come back. */
      readonly until: EpochMs;
    };

export const NEW_CIRCUIT: CircuitPhase = { kind: 'closed', since: null };

/** Whether requests may go to a provider, and whether the next one is the probe. */
export type CircuitPass = 'closed' | 'open' | 'probe';

export const bucketOf = (at: EpochMs): number => Math.floor(at / BUCKET);

/**
 * What a call says about the provider (the table is in docs/circuit-breaking.md): an error status below 500 is an answer
 * like any other, 429 included, for the provider is there.
 *
 * @param end null: the call succeeded.
 * @param patience how long the call was allowed to wait for the first byte.
 */
export function outcomeOf(end: AttemptEnd | null, patience: DurationMs): CallOutcome {
  if (end === null) return 'fine';
  switch (end.kind) {
    case 'status':
      return end.status >= 500 ? 'failed' : 'fine';
    case 'broken':
      return 'failed';
    case 'failure':
      if (end.failure === 'unsendable') return 'nothing-learned';
      return end.failure === 'timeout' && patience < SHORTEST_TELLING_WAIT ? 'nothing-learned' : 'failed';
  }
}

/** What counts at this moment: the last 30 s, and nothing from before the circuit closed. */
export function countsAt(window: CallWindow, phase: CircuitPhase, now: EpochMs): CallCounts {
  const newest = bucketOf(now);
  const oldest = newest - BUCKETS + 1;
  // The bucket in which it closed may hold failures from before.
  const from = phase.kind === 'closed' && phase.since !== null ? bucketOf(phase.since) + 1 : oldest;
  let [calls, failures] = [0, 0];
  for (const [bucket, counts] of window) {
    if (bucket < Math.max(oldest, from) || bucket > newest) continue;
    calls += counts.calls;
    failures += counts.failures;
  }
  return { calls, failures };
}

/** Two windows as one. */
export function addWindows(one: CallWindow, other: CallWindow): CallWindow {
  if (other.size === 0) return one;
  const sum = new Map(one);
  for (const [bucket, { calls, failures }] of other) {
    const known = sum.get(bucket);
    sum.set(bucket, { calls: (known?.calls ?? 0) + calls, failures: (known?.failures ?? 0) + failures });
  }
  return sum;
}

const coolDown = ({ cool_down }: CircuitBreaker, openings: number): DurationMs =>
  durationMs(Math.min(LONGEST_COOL_DOWN, cool_down * 1_000 * 2 ** (openings - 1)));

/** The open phase that a closed circuit must go over to by what was counted; null: it stays closed. */
export function tripped(
  phase: CircuitPhase,
  window: CallWindow,
  rule: CircuitBreaker,
  now: EpochMs,
): CircuitPhase | null {
  if (phase.kind !== 'closed') return null;
  const { calls, failures } = countsAt(window, phase, now);
  if (calls < rule.minimum_calls || failures * 100 < rule.failure_rate * calls) return null;
  return { kind: 'open', openedAt: now, openings: 1, probeAt: epochMs(now + coolDown(rule, 1)) };
}

/** Whether somebody may take the probe: the cool-down is over, or the last probe did not come back. */
export function isProbeDue(phase: CircuitPhase, now: EpochMs): boolean {
  switch (phase.kind) {
    case 'closed':
      return false;
    case 'open':
      return phase.probeAt <= now;
    case 'half-open':
      return phase.until <= now;
  }
}

/** The phase in which its taker, and nobody else, has the probe; null: it is not due. */
export function probing(phase: CircuitPhase, now: EpochMs): CircuitPhase | null {
  if (phase.kind === 'closed' || !isProbeDue(phase, now)) return null;
  const { openedAt, openings } = phase;
  return { kind: 'half-open', openedAt, openings, until: epochMs(now + PROBE_LEASE) };
}

/** Until when a probe that was taken at `at` must begin. */
export const probeBeginsBy = (at: EpochMs): EpochMs => epochMs(at + PROBE_BEGINS_WITHIN);

/** Where the probe's end leads; null: it taught nothing, so another request may be the probe. */
export function probed(
  phase: CircuitPhase,
  outcome: CallOutcome,
  rule: CircuitBreaker,
  now: EpochMs,
): CircuitPhase | null {
  if (phase.kind !== 'half-open' || outcome === 'nothing-learned') return null;
  if (outcome === 'fine') return { kind: 'closed', since: now };
  const openings = phase.openings + 1;
  const probeAt = epochMs(now + coolDown(rule, openings));
  return { kind: 'open', openedAt: phase.openedAt, openings, probeAt };
}

/** What a process knows of a circuit. */
export interface CircuitNews {
  readonly phase: CircuitPhase;
  /** Since the question that brought it began; negative when the clock was set back. */
  readonly age: DurationMs;
  /** The store failed to answer a later question. */
  readonly isCutOff: boolean;
}

/**
 * Whether a request without the probe may go to the provider. What nobody can know is closed: a circuit never keeps a
 * request from its provider because of old news or a store that is down. Only the time for which a circuit was opened is
 * certain from the start, so that holds for its whole length, unless the store has failed since.
 */
export function passAt({ phase, age, isCutOff }: CircuitNews, now: EpochMs): 'closed' | 'open' {
  if (phase.kind === 'closed') return 'closed';
  if (age >= 0 && age <= NEWS_USABLE_FOR) return 'open';
  const left = phase.kind === 'open' ? phase.probeAt - now : 0;
  return !isCutOff && left > 0 && left <= LONGEST_COOL_DOWN ? 'open' : 'closed';
}
