import { describe, expect, it } from '@jest/globals';
import { durationMs } from '../ids.ts';
import type { LimitVerdict } from '../ports/rate-limiter.ts';
import { admissionHeaders, admissionOf, countedIn } from './admission.ts';
import type { RuledLimit } from './rate-limits.ts';

const limitOf = (rule: string, limit: number): RuledLimit => ({
  key: rule,
  limit,
  interval: durationMs(60_000),
  technique: 'fixed',
  rule,
  meaning: `${limit} requests in 60 seconds`,
});

describe('the decision', () => {
  const loose = limitOf('rate_limiting_limit', 100);
  const tight = limitOf('rate_limits[0]', 5);
  const third = limitOf('rate_limits[1]', 5);
  const yes = (remaining: number): LimitVerdict => ({
    admitted: true,
    remaining,
    resetAfter: durationMs(1_500),
    giveBack: async () => undefined,
  });
  const no = (retryAfter: number): LimitVerdict => ({ admitted: false, retryAfter: durationMs(retryAfter) });

  it('of no limits is unlimited and says nothing', () => {
    expect(admissionOf([], true)).toEqual({ kind: 'unlimited' });
    expect(admissionHeaders({ kind: 'unlimited' })).toEqual(new Map());
  });

  it('keeps what an admitted request was counted under, for its later steps', () => {
    const counted = [{ limit: loose, verdict: yes(7) }];
    expect(countedIn(admissionOf(counted, true))).toEqual(counted);
    expect(countedIn(admissionOf([{ limit: loose, verdict: no(1) }], true))).toEqual([]);
  });

  it('admits where all do, and speaks of the limit that has the least left', () => {
    const admission = admissionOf(
      [
        { limit: loose, verdict: yes(7) },
        { limit: tight, verdict: yes(2) },
      ],
      false,
    );
    expect(admission).toMatchObject({ kind: 'admitted', tightest: { limit: tight }, unchecked: [] });
    expect(Object.fromEntries(admissionHeaders(admission))).toEqual({
      'x-ratelimit-limit': ['5'],
      'x-ratelimit-remaining': ['2'],
      'x-ratelimit-reset': ['2'],
    });
  });

  it('refuses where one does, by the rule that lasts longest', () => {
    const admission = admissionOf(
      [
        { limit: loose, verdict: yes(7) },
        { limit: tight, verdict: no(1_000) },
        { limit: third, verdict: no(9_001) },
      ],
      false,
    );
    expect(admission).toEqual({ kind: 'refused', by: third, retryAfter: 9_001 });
    expect(Object.fromEntries(admissionHeaders(admission))).toMatchObject({
      'x-ratelimit-remaining': ['0'],
      'x-ratelimit-reset': ['10'],
    });
  });

  it('what nobody could count passes and is marked, unless the gateway refuses it (design 12)', () => {
    const counted = [
      { limit: loose, verdict: 'unknown' },
      { limit: tight, verdict: yes(2) },
    ] as const;
    const passed = admissionOf(counted, false);
    expect(passed).toMatchObject({ kind: 'admitted', unchecked: ['rate_limiting_limit'] });
    expect(admissionHeaders(passed).get('weir-degraded')).toEqual(['rate-limit']);
    expect(admissionOf(counted, true)).toEqual({ kind: 'uncountable', unchecked: ['rate_limiting_limit'] });
  });

  it('a full limit refuses, whatever else could not be counted', () => {
    const counted = [
      { limit: loose, verdict: 'unknown' },
      { limit: tight, verdict: no(5) },
    ] as const;
    for (const failsClosed of [true, false]) expect(admissionOf(counted, failsClosed).kind).toBe('refused');
  });
});
