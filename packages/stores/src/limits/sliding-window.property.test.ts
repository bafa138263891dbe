import { describe, expect, it } from '@jest/globals';
import { durationMs, type RateLimit } from '@weir/core';
import { chance, mostWithinInterval, schedule } from '@weir/testkit/limits';
import { ManualClock } from '@weir/testkit/stores';
import fc from 'fast-check';
import { MemoryLimitTable } from './memory-limit-table.ts';
import { StoredRateLimiter } from './stored-rate-limiter.ts';

const INTERVAL = 1_000;
const SCHEDULES = 10_000;

describe('a sliding limit over several processes', () => {
  it(`never admits more than its limit within an interval, in ${SCHEDULES} schedules (5.5-2)`, async () => {
    let full = 0;
    await fc.assert(
      fc.asyncProperty(schedule, async (given) => {
        const most = await mostWithinInterval(given);
        if (most === given.limit) full += 1;
        expect(most).toBeLessThanOrEqual(given.limit);
      }),
      { numRuns: SCHEDULES },
    );
    // The schedules mean something: the limit is reached in many.
    expect(full).toBeGreaterThan(SCHEDULES / 5);
  }, 300_000);

  it('up to a limit of 100 decides one request after the other as the log of all admissions would (5.5-2)', async () => {
    const steps = fc.array(
      fc.record({
        wait: fc.oneof(fc.nat({ max: 90 }), fc.constantFrom(INTERVAL, INTERVAL - 1)),
        process: fc.nat({ max: 2 }),
      }),
      { minLength: 1, maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), steps, fc.nat(), async (most, requests, seed) => {
        const clock = new ManualClock();
        const table = new MemoryLimitTable();
        const random = chance(seed);
        const limiters = [0, 1, 2].map(() => new StoredRateLimiter({ table, clock, random }));
        const limit: RateLimit = {
          key: 'k',
          limit: most,
          interval: durationMs(INTERVAL),
          technique: 'sliding',
        };
        const log: number[] = [];
        for (const { wait, process } of requests) {
          clock.advance(wait);
          const counted = log.filter((at) => at > clock.now() - INTERVAL);
          const verdict = await limiters[process]?.take(limit);
          expect(verdict?.admitted).toBe(counted.length < most);
          if (verdict?.admitted) log.push(clock.now());
          else expect(verdict).toMatchObject({ retryAfter: (counted[0] ?? 0) + INTERVAL - clock.now() });
        }
      }),
      { numRuns: 500 },
    );
  }, 60_000);
});
