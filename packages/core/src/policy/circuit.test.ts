import { describe, expect, it } from '@jest/globals';
import { durationMs, epochMs } from '../ids.ts';
import {
  bucketOf,
  type CallWindow,
  type CircuitPhase,
  countsAt,
  isProbeDue,
  outcomeOf,
  passAt,
  probed,
  probing,
  tripped,
} from './circuit.ts';
import type { AttemptEnd } from './retry-plan.ts';

const RULE = { failure_rate: 50, minimum_calls: 20, cool_down: 15 };
const NOW = epochMs(1_767_323_045_000);
const after = (milliseconds: number) => epochMs(NOW + milliseconds);
const PATIENCE = durationMs(280_000);
const closed: CircuitPhase = { kind: 'closed', since: null };
const open: CircuitPhase = { kind: 'open', openedAt: NOW, openings: 1, probeAt: after(15_000) };
const halfOpen: CircuitPhase = { kind: 'half-open', openedAt: NOW, openings: 1, until: after(45_000) };
const window = (calls: number, failures: number, at = NOW): CallWindow =>
  new Map([[bucketOf(at), { calls, failures }]]);

describe('what a call says of its provider', () => {
  it.each<[AttemptEnd | null, string]>([
    [null, 'fine'],
    [{ kind: 'status', status: 400, retryAfter: null }, 'fine'],
    [{ kind: 'status', status: 429, retryAfter: null }, 'fine'],
    [{ kind: 'status', status: 499, retryAfter: null }, 'fine'],
    [{ kind: 'status', status: 500, retryAfter: null }, 'failed'],
    [{ kind: 'status', status: 529, retryAfter: null }, 'failed'],
    [{ kind: 'broken' }, 'failed'],
    [{ kind: 'failure', failure: 'refused' }, 'failed'],
    [{ kind: 'failure', failure: 'timeout' }, 'failed'],
    [{ kind: 'failure', failure: 'unsendable' }, 'nothing-learned'],
  ])('%j: %s', (end, outcome) => {
    expect(outcomeOf(end, PATIENCE)).toBe(outcome);
  });
});

describe('a closed circuit', () => {
  it.each([
    [19, 19, false],
    [20, 9, false],
    [20, 10, true],
    [1000, 499, false],
    [1000, 500, true],
  ])('of %d calls, %d failed: opens is %s', (calls, failures, opens) => {
    expect(tripped(closed, window(calls, failures), RULE, NOW) !== null).toBe(opens);
  });

  it('counts thirty seconds by fives, the one that is filling included', () => {
    const counts = (milliseconds: number) => countsAt(window(1, 0), closed, after(milliseconds)).calls;
    expect([0, 4_999, 25_000, 29_999, 30_000, -1].map(counts)).toEqual([1, 1, 1, 1, 0, 0]);
  });

  it('counts nothing of the five seconds in which it closed', () => {
    const since: CircuitPhase = { kind: 'closed', since: NOW };
    expect(tripped(since, window(20, 20), RULE, NOW)).toBeNull();
    expect(tripped(since, window(20, 20, after(5_000)), RULE, after(5_000))).not.toBeNull();
  });
});

describe('an open circuit', () => {
  it('is due for a probe when the cool-down is over; one that is probed, when its probe is lost', () => {
    expect([open, halfOpen].map((phase) => isProbeDue(phase, after(14_999)))).toEqual([false, false]);
    expect([open, halfOpen].map((phase) => isProbeDue(phase, after(15_000)))).toEqual([true, false]);
    expect([open, halfOpen].map((phase) => isProbeDue(phase, after(45_000)))).toEqual([true, true]);
    expect(probing(open, after(20_000))).toEqual({ ...halfOpen, until: after(50_000) });
    expect(probing(closed, after(20_000))).toBeNull();
  });

  it('is probed by nothing but a probe', () => {
    expect(probed(open, 'fine', RULE, NOW)).toBeNull();
    expect(probed(closed, 'failed', RULE, NOW)).toBeNull();
  });

  it('tells since when the provider fails, whatever the number of probes', () => {
    expect(probed(halfOpen, 'failed', RULE, after(20_000))).toEqual({
      kind: 'open',
      openedAt: NOW,
      openings: 2,
      probeAt: after(50_000),
    });
  });
});

describe('what a process knows', () => {
  const news = (phase: CircuitPhase, age: number, isCutOff = false) => ({
    phase,
    age: durationMs(age),
    isCutOff,
  });
  it.each([
    [news(closed, 0), 'closed'],
    [news(open, 5_000), 'open'],
    [news(halfOpen, 5_000), 'open'],
    [news(halfOpen, 5_001), 'closed'],
    // Certain from the beginning, until the probe is due.
    [news(open, 5_001), 'open'],
    [news(open, 5_001, true), 'closed'],
    [news({ ...open, probeAt: NOW }, 5_001), 'closed'],
    // The clock was set back: nothing is certain.
    [news({ ...open, probeAt: after(120_001) }, -1), 'closed'],
  ] as const)('%j: %s', (known, pass) => {
    expect(passAt(known, NOW)).toBe(pass);
  });
});
