import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { durationMs, type EpochMs, epochMs } from '../ids.ts';
import {
  addWindows,
  BUCKETS,
  bucketOf,
  type CallWindow,
  type CircuitPhase,
  countsAt,
  isProbeDue,
  NEW_CIRCUIT,
  NEWS_USABLE_FOR,
  passAt,
  probed,
  probing,
  tripped,
} from './circuit.ts';

const START = 1_767_323_045_000;
const time = fc.integer({ min: 0, max: 300_000 }).map((after) => epochMs(START + after));
const rule = fc.record({
  failure_rate: fc.integer({ min: 1, max: 100 }),
  minimum_calls: fc.integer({ min: 1, max: 50 }),
  cool_down: fc.integer({ min: 1, max: 120 }),
});
const call = fc.record({ at: time, failed: fc.boolean() });
const calls = fc.array(call, { maxLength: 200 });
const outcome = fc.constantFrom('fine' as const, 'failed' as const, 'nothing-learned' as const);
const phase: fc.Arbitrary<CircuitPhase> = fc.oneof(
  fc.record({ kind: fc.constant('closed' as const), since: fc.option(time) }),
  fc.record({
    kind: fc.constant('open' as const),
    openedAt: time,
    openings: fc.integer({ min: 1, max: 40 }),
    probeAt: time,
  }),
  fc.record({
    kind: fc.constant('half-open' as const),
    openedAt: time,
    openings: fc.integer({ min: 1, max: 40 }),
    until: time,
  }),
);
interface Call {
  readonly at: EpochMs;
  readonly failed: boolean;
}

const windowOf = (all: readonly Call[]): CallWindow =>
  all.reduce<CallWindow>(
    (window, { at, failed }) =>
      addWindows(window, new Map([[bucketOf(at), { calls: 1, failures: failed ? 1 : 0 }]])),
    new Map(),
  );

describe('a circuit, whatever is called when', () => {
  it('counts every call of the last 25 seconds, and none that is older than 30', () => {
    fc.assert(
      fc.property(calls, time, (all, now) => {
        const past = all.filter(({ at }) => at <= now);
        const within = (seconds: number) => past.filter(({ at }) => now - at < seconds * 1_000).length;
        const counted = countsAt(windowOf(past), NEW_CIRCUIT, now).calls;
        expect(counted).toBeGreaterThanOrEqual(within(25));
        expect(counted).toBeLessThanOrEqual(within(30));
      }),
    );
  });

  it('opens if and only if enough calls count and the share of failures is reached', () => {
    fc.assert(
      fc.property(calls, rule, time, phase, (all, settings, now, before) => {
        const window = windowOf(all);
        const { calls: sum, failures } = countsAt(window, before, now);
        const opens =
          before.kind === 'closed' &&
          sum >= settings.minimum_calls &&
          failures / sum >= settings.failure_rate / 100 - 1e-9;
        expect(tripped(before, window, settings, now) !== null).toBe(opens);
      }),
    );
  });

  it('is decided by the same counts, however they came together', () => {
    fc.assert(
      fc.property(calls, calls, time, (one, other, now) => {
        const together = countsAt(windowOf([...one, ...other]), NEW_CIRCUIT, now);
        expect(countsAt(addWindows(windowOf(one), windowOf(other)), NEW_CIRCUIT, now)).toEqual(together);
        expect(countsAt(addWindows(windowOf(other), windowOf(one)), NEW_CIRCUIT, now)).toEqual(together);
      }),
    );
  });

  it('does not open by what was called before it closed', () => {
    fc.assert(
      fc.property(calls, rule, time, (all, settings, since) => {
        const before = windowOf(all.filter(({ at }) => at <= since));
        for (let now = since; now < since + BUCKETS * 5_000; now = epochMs(now + 1_000))
          expect(tripped({ kind: 'closed', since }, before, settings, now)).toBeNull();
      }),
    );
  });

  it('cools down from its setting to two minutes, never shorter after another failed probe', () => {
    fc.assert(
      fc.property(rule, fc.integer({ min: 1, max: 60 }), (settings, failedProbes) => {
        let now = epochMs(START);
        const full = { ...settings, minimum_calls: 1 };
        let state = tripped(NEW_CIRCUIT, new Map([[bucketOf(now), { calls: 1, failures: 1 }]]), full, now);
        let last = settings.cool_down * 1_000;
        for (let probe = 0; probe < failedProbes; probe++) {
          if (state?.kind !== 'open') throw new Error('it is open');
          const coolDown = state.probeAt - now;
          expect(coolDown).toBe(probe === 0 ? last : Math.min(120_000, last * 2));
          last = coolDown;
          now = state.probeAt;
          const half = probing(state, now);
          expect(half).toMatchObject({ kind: 'half-open', openedAt: START });
          state = half && probed(half, 'failed', settings, now);
        }
      }),
    );
  });

  it('goes only from closed to open, from there to half-open, and on to either', () => {
    fc.assert(
      fc.property(phase, calls, rule, outcome, time, (before, all, settings, what, now) => {
        const next = [
          tripped(before, windowOf(all), settings, now),
          probing(before, now),
          probed(before, what, settings, now),
        ].flatMap((one) => one?.kind ?? []);
        const may = {
          closed: ['open'],
          open: ['half-open'],
          'half-open': ['half-open', 'open', 'closed'],
        }[before.kind];
        for (const kind of next) expect(may).toContain(kind);
      }),
    );
  });

  it('gives one probe at a time: what was just taken is not due', () => {
    fc.assert(
      fc.property(phase, time, (before, now) => {
        const taken = probing(before, now);
        expect(taken !== null).toBe(isProbeDue(before, now));
        if (taken) expect(isProbeDue(taken, now)).toBe(false);
      }),
    );
  });

  it('keeps nobody away by news older than five seconds, except for the time for which it was opened', () => {
    fc.assert(
      fc.property(
        phase,
        fc.integer({ min: 5_001, max: 900_000 }),
        fc.boolean(),
        time,
        (known, age, isCutOff, now) => {
          expect(age).toBeGreaterThan(NEWS_USABLE_FOR);
          if (passAt({ phase: known, age: durationMs(age), isCutOff }, now) === 'closed') return;
          expect(known.kind === 'open' && known.probeAt > now && !isCutOff).toBe(true);
        },
      ),
    );
  });
});
