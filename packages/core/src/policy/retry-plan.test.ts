import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { durationMs } from '../ids.ts';
import { fallsBack, isRetried, MAX_DELAY, readRetryAfter, retryDelay } from './retry-plan.ts';

const ms = durationMs;
const ended = (status: number) => ({ kind: 'status', status, retryAfter: null }) as const;

describe('the pause before another attempt (spec 5.6-3)', () => {
  const plan = (backoff: 'constant' | 'linear' | 'exponential') => ({ delay: ms(100), backoff });
  test.each([
    ['constant', [100, 100, 100, 100]],
    ['linear', [100, 200, 300, 400]],
    ['exponential', [100, 200, 400, 800]],
  ] as const)('%s', (backoff, delays) => {
    expect([1, 2, 3, 4].map((failed) => retryDelay(plan(backoff), failed, null, 0))).toEqual(delays);
  });

  test('is up to a quarter shorter, never longer, and within a minute', () => {
    const backoff = fc.constantFrom('constant' as const, 'linear' as const, 'exponential' as const);
    fc.assert(
      fc.property(
        fc.nat(60_000),
        backoff,
        fc.integer({ min: 1, max: 4 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (delay, kind, failed, random) => {
          const whole = retryDelay({ delay: ms(delay), backoff: kind }, failed, null, 0) ?? 0;
          const jittered = retryDelay({ delay: ms(delay), backoff: kind }, failed, null, random) ?? 0;
          expect(whole).toBeLessThanOrEqual(MAX_DELAY);
          expect(jittered).toBeLessThanOrEqual(whole);
          expect(jittered).toBeGreaterThanOrEqual(Math.floor(whole * 0.75));
        },
      ),
    );
  });

  test('is the provider’s where that is longer, and none where it is beyond a minute', () => {
    expect(retryDelay(plan('constant'), 1, ms(2500), 0.5)).toBe(2500);
    expect(retryDelay(plan('constant'), 1, ms(10), 0)).toBe(100);
    expect(retryDelay(plan('constant'), 1, ms(60_001), 0)).toBeNull();
  });
});

describe('Retry-After', () => {
  const NOW = Date.UTC(2026, 0, 1);
  const read = (headers: Readonly<Record<string, string>>) => readRetryAfter((name) => headers[name], NOW);
  test.each([
    [{ 'retry-after': '3' }, 3000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after-ms': '1500', 'retry-after': '9' }, 1500],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT' }, 5000],
    [{ 'retry-after': 'Thu, 01 Jan 2020 00:00:05 GMT' }, 0],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '-1' }, null],
    [{ 'retry-after': '' }, null],
    [{}, null],
  ])('%j is %j ms', (headers, expected) => {
    expect(read(headers)).toBe(expected);
  });
});

test('every status that is tried again also falls back, and no success does either', () => {
  for (let status = 200; status < 600; status++) {
    if (isRetried(ended(status))) expect(fallsBack(ended(status))).toBe(true);
    if (status < 400) expect([isRetried(ended(status)), fallsBack(ended(status))]).toEqual([false, false]);
  }
  expect(fallsBack(ended(401))).toBe(true);
});
