import { describe, expect, it } from '@jest/globals';
import { durationMs } from '../ids.ts';
import { type Freshness, freshness, GRACE, mayOutlive } from './freshness.ts';

describe('the freshness of configuration', () => {
  it.each<[age: number, sinceFailure: number | null, verdict: Freshness, rule: string]>([
    [0, null, 'use', 'what was just loaded is used'],
    [2_000, null, 'use', 'up to two seconds nobody asks'],
    [2_001, null, 'use-and-refresh', 'then it is used and loaded again beside the request'],
    [5_000, null, 'use-and-refresh', 'up to five seconds'],
    [5_001, null, 'load-first', 'older than five seconds waits for the store'],
    [-1, null, 'load-first', 'a clock set back makes every age unknown'],
    [2_001, 0, 'use', 'a store that just failed is left alone while nobody needs it'],
    [5_001, 0, 'use-stale', 'a store that just failed is not waited for again'],
    [5_001, 999, 'use-stale', 'for one second'],
    [5_001, 1_000, 'load-first', 'then the next request tries it'],
    [5_001, -1, 'load-first', 'a failure in the future is no failure'],
    [60_000, 0, 'use-stale', 'a token outlives the store by a minute'],
    [60_001, 0, 'load-first', 'and no longer'],
  ])('a token %d ms old, %p ms after a failure: %s, because %s', (age, since, verdict) => {
    const sinceFailure = since === null ? null : durationMs(since);
    expect(freshness('token', durationMs(age), sinceFailure)).toBe(verdict);
  });

  it('a gateway outlives the store by ten minutes, a token by one', () => {
    expect(mayOutlive('gateway', durationMs(600_000))).toBe(true);
    expect(mayOutlive('gateway', durationMs(600_001))).toBe(false);
    expect(mayOutlive('token', durationMs(60_000))).toBe(true);
    expect(mayOutlive('token', durationMs(60_001))).toBe(false);
  });

  it('nothing of unknown age outlives the store', () => {
    expect(mayOutlive('gateway', durationMs(-1))).toBe(false);
  });

  it('a token never outlives a gateway', () => {
    expect(GRACE.token).toBeLessThan(GRACE.gateway);
  });
});
