import { describe, expect, it } from '@jest/globals';
import { type AccountId, durationMs, epochMs, type GatewayId } from '../ids.ts';
import { micros } from '../money/micros.ts';
import type { Budget } from '../ports/ledger.ts';
import { budgetRefusal, budgetRemaining } from './spend-answers.ts';

const account = '0123456789abcdef0123456789abcdef' as AccountId;
const now = epochMs(Date.UTC(2026, 10, 23, 12));
const limit: Budget = {
  kind: 'limit',
  account,
  gateway: 'g' as GatewayId,
  rule: 'a1b2c3d4',
  bucket: 'metadata.team=blue',
  limit: micros(10_000_000n),
  window: { technique: 'fixed', length: durationMs(3_600_000) },
  shards: 1,
};
const refused = {
  granted: false,
  by: limit,
  spent: micros(9_990_000n),
  reserved: micros(5_000n),
  limit: micros(10_000_000n),
  retryAfter: durationMs(61_000),
} as const;

describe('what is left', () => {
  it.each([
    [1_234_567n, '1.234567'],
    [0n, '0.000000'],
    [10_000n, '0.010000'],
    [-1n, '0.000000'],
  ])('of %d micro-dollars is said as %s', (value, text) => {
    expect(budgetRemaining(micros(value))).toBe(text);
  });
});

describe('a spend limit that refuses', () => {
  it('is 429, tells the client not to repeat at once, and when more may be spent', () => {
    const refusal = budgetRefusal(refused, now);
    expect([refusal.entry.status, refusal.entry.code, refusal.entry.retry]).toEqual([429, 2950, false]);
    expect(refusal.retryAfter).toBe(61_000);
  });

  it('names its rule, its bucket, and what is spent, reserved and allowed', () => {
    expect(budgetRefusal(refused, now).message).toBe(
      'The spend limit "a1b2c3d4" (metadata.team=blue) cannot carry this request: $9.990000 is spent and $0.005000 reserved of the limit of $10.000000. More may be spent from 2026-11-23T12:01:01.000Z on.',
    );
  });

  it('sends nobody away to wait for what never comes', () => {
    const refusal = budgetRefusal({ ...refused, retryAfter: null }, now);
    expect(refusal.retryAfter).toBeNull();
    expect(refusal.message).toContain('Waiting does not help');
  });
});

describe('credits that cannot cover a request', () => {
  it('are 402, and waiting is no way out', () => {
    const refusal = budgetRefusal({ ...refused, by: { kind: 'balance', account }, retryAfter: null }, now);
    expect([refusal.entry.status, refusal.entry.code, refusal.retryAfter]).toEqual([402, 2951, null]);
    expect(refusal.message).toContain('Top them up');
  });
});
