import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect } from '@jest/globals';
import { durationMs, epochMs, type LimitVerdict, type RateLimit, type RateLimiter } from '@weir/core';
import { rulesOf, type Skip } from './cases.ts';
import { ManualClock } from './manual-clock.ts';

export interface RateLimiterCases {
  readonly name: string;
  /** As many limiters as there are clocks, each as a process of its own, over one store. */
  readonly make: (clocks: readonly ManualClock[]) => Promise<readonly RateLimiter[]>;
  readonly skip?: readonly Skip[];
}

const MINUTE = 60_000;
/** 12:00, which is also the beginning of a window of ten minutes. */
const NOON = epochMs(Date.UTC(2026, 0, 2, 12));

export const aLimit = (changes: Partial<RateLimit> = {}): RateLimit => ({
  key: randomUUID(),
  limit: 10,
  interval: durationMs(10 * MINUTE),
  technique: 'sliding',
  ...changes,
});

/** How many of `times` requests at once are admitted. */
export async function admittedOf(
  limiters: readonly RateLimiter[],
  limit: RateLimit,
  times: number,
): Promise<number> {
  const verdicts = await Promise.all(
    Array.from({ length: times }, (_, index) => limiters[index % limiters.length]?.take(limit)),
  );
  return verdicts.filter((verdict) => verdict?.admitted).length;
}

/** The rules of the {@link RateLimiter} port (spec 5.5). */
export function runRateLimiterCases({ name, make, skip = [] }: RateLimiterCases): void {
  describe(`${name} as a rate limiter`, () => {
    const { rule, end } = rulesOf(skip);
    let clock: ManualClock;
    let limiter: RateLimiter;
    let others: readonly RateLimiter[];

    beforeEach(async () => {
      clock = new ManualClock(NOON);
      const [first, ...rest] = await make([clock, clock, clock, clock]);
      if (!first) throw new Error('the suite needs limiters');
      limiter = first;
      others = rest;
    });

    const admitted = (limit: RateLimit, times = 1) => admittedOf([limiter], limit, times);
    const refusal = async (limit: RateLimit): Promise<LimitVerdict> => {
      const verdict = await limiter.take(limit);
      expect(verdict.admitted).toBe(false);
      return verdict;
    };

    for (const technique of ['fixed', 'sliding'] as const) {
      rule(`5.5-1 ${technique}: one after the other, exactly the limit is admitted`, async () => {
        const limit = aLimit({ technique });
        for (let index = 0; index < 10; index++)
          expect(await limiter.take(limit)).toMatchObject({ admitted: true, remaining: 9 - index });
        await refusal(limit);
      });

      rule(`5.5-1 ${technique}: at once in four processes, exactly the limit is admitted`, async () => {
        const limit = aLimit({ technique, limit: 100 });
        expect(await admittedOf([limiter, ...others], limit, 400)).toBe(100);
      });

      rule(`5.5-1 ${technique}: a limit of one admits one`, async () => {
        const limit = aLimit({ technique, limit: 1 });
        expect(await admittedOf([limiter, ...others], limit, 8)).toBe(1);
        clock.advance(10 * MINUTE);
        expect(await admittedOf([limiter, ...others], limit, 8)).toBe(1);
      });

      rule(
        `5.5-1 ${technique}: a limit of 1,037 admits as many, and as many again after two intervals`,
        async () => {
          const limit = aLimit({ technique, limit: 1_037 });
          expect(await admittedOf([limiter, ...others], limit, 1_200)).toBe(1_037);
          clock.advance(20 * MINUTE);
          expect(await admittedOf([limiter, ...others], limit, 1_200)).toBe(1_037);
        },
      );

      rule(`5.5-1 ${technique}: keys count apart`, async () => {
        const [one, other] = [aLimit({ technique }), aLimit({ technique })];
        expect(await admitted(one, 12)).toBe(10);
        expect(await admitted(other, 12)).toBe(10);
      });

      rule(`5.5-3 ${technique}: what is given back is there again`, async () => {
        const limit = aLimit({ technique });
        const verdicts = await Promise.all(Array.from({ length: 10 }, () => limiter.take(limit)));
        await Promise.all(verdicts.map((verdict) => verdict.admitted && verdict.giveBack()));
        expect(await admitted(limit, 12)).toBe(10);
      });
    }

    rule('5.5-2 fixed: 10 of 10 calls at 12:09 and 10 of 10 at 12:11', async () => {
      const limit = aLimit({ technique: 'fixed' });
      clock.advance(9 * MINUTE);
      expect(await admitted(limit, 10)).toBe(10);
      expect(await refusal(limit)).toMatchObject({ retryAfter: MINUTE });
      clock.advance(2 * MINUTE);
      expect(await admitted(limit, 10)).toBe(10);
    });

    rule('5.5-2 sliding: 10 of 10 calls at 12:09 and none at 12:11, before 12:19', async () => {
      const limit = aLimit();
      clock.advance(9 * MINUTE);
      expect(await admitted(limit, 10)).toBe(10);
      clock.advance(2 * MINUTE);
      expect(await admitted(limit, 10)).toBe(0);
      expect(await refusal(limit)).toMatchObject({ retryAfter: 8 * MINUTE });
      clock.advance(8 * MINUTE - 1);
      expect(await admitted(limit, 10)).toBe(0);
      clock.advance(1);
      expect(await admitted(limit, 12)).toBe(10);
    });

    rule('5.5-2 fixed: the new window begins with its first millisecond', async () => {
      const limit = aLimit({ technique: 'fixed' });
      clock.advance(10 * MINUTE - 1);
      expect(await admitted(limit, 12)).toBe(10);
      clock.advance(1);
      expect(await admitted(limit, 12)).toBe(10);
    });

    rule('5.5-2 sliding: each admission comes back a whole interval after it, and no sooner', async () => {
      const limit = aLimit({ limit: 3 });
      for (const minute of [0, 1, 4]) {
        clock.advance(minute * MINUTE);
        expect(await admitted(limit)).toBe(1);
      }
      // Admitted at 12:00, 12:01 and 12:05.
      for (const [wait, retryAfter] of [
        [0, 5 * MINUTE],
        [5 * MINUTE, 1 * MINUTE],
        [1 * MINUTE, 4 * MINUTE],
      ] as const) {
        clock.advance(wait);
        if (wait > 0) expect(await admitted(limit)).toBe(1);
        expect(await refusal(limit)).toMatchObject({ retryAfter });
      }
    });

    rule('5.5-2 sliding: says when the oldest leaves', async () => {
      const limit = aLimit();
      await limiter.take(limit);
      clock.advance(4 * MINUTE);
      expect(await limiter.take(limit)).toMatchObject({ remaining: 8, resetAfter: 6 * MINUTE });
    });

    rule('5.5-2 sliding: a large limit comes back within 2 % of the interval', async () => {
      const limit = aLimit({ limit: 1_000 });
      expect(await admittedOf([limiter, ...others], limit, 1_000)).toBe(1_000);
      clock.advance(10 * MINUTE - 1);
      expect(await admitted(limit)).toBe(0);
      clock.advance(1 + 0.02 * 10 * MINUTE);
      expect(await admittedOf([limiter, ...others], limit, 1_000)).toBe(1_000);
    });

    rule('5.5-2 a process whose clock is behind admits nothing more', async () => {
      for (const technique of ['fixed', 'sliding'] as const) {
        const [ahead, behind] = [new ManualClock(NOON), new ManualClock(epochMs(NOON + 2_000))];
        const [one, other] = await make([ahead, behind]);
        if (!one || !other) throw new Error('the suite needs limiters');
        const limit = aLimit({ technique });
        expect((await admittedOf([one, other], limit, 6)) + (await admittedOf([other, one], limit, 30))).toBe(
          10,
        );
      }
    });

    end();
  });
}
