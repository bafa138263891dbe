import { beforeEach, describe, expect, it } from '@jest/globals';
import { durationMs, StoreUnavailable } from '@weir/core';
import { admittedOf, aLimit, LOCAL, ManualClock, startDynamoDBEngine } from '@weir/testkit/stores';
import { DynamoDBCall } from '../aws/dynamodb-call.ts';
import { createRateLimiter } from './create-rate-limiter.ts';
import { type LimitTable, TooBusy } from './limit-table.ts';
import { MemoryLimitTable } from './memory-limit-table.ts';
import { StoredRateLimiter } from './stored-rate-limiter.ts';

const TECHNIQUES = ['fixed', 'sliding'] as const;

let clock: ManualClock;
let table: MemoryLimitTable;
let limiter: StoredRateLimiter;
beforeEach(() => {
  clock = new ManualClock();
  table = new MemoryLimitTable();
  limiter = new StoredRateLimiter({ table, clock });
});

describe.each(TECHNIQUES)('a %s limit', (technique) => {
  it('costs one write for each admission', async () => {
    const limit = aLimit({ technique });
    for (let index = 0; index < 10; index++) await limiter.take(limit);
    expect([table.calls, table.writes]).toEqual([10, 10]);
  });

  it('that is full costs nothing until it may admit again', async () => {
    const limit = aLimit({ technique });
    await admittedOf([limiter], limit, 11);
    const { calls } = table;
    expect(await admittedOf([limiter], limit, 1_000)).toBe(0);
    expect(table.calls).toBe(calls);
    const verdict = await limiter.take(limit);
    if (verdict.admitted) throw new Error('it should be full');
    clock.advance(verdict.retryAfter - 1);
    expect((await limiter.take(limit)).admitted).toBe(false);
    expect(table.calls).toBe(calls);
    clock.advance(1);
    expect((await limiter.take(limit)).admitted).toBe(true);
  });

  it('that others filled is found full with one write and one read', async () => {
    const limit = aLimit({ technique });
    await admittedOf([limiter], limit, 10);
    const other = new StoredRateLimiter({ table, clock });
    const { calls } = table;
    expect(await admittedOf([other], limit, 1)).toBe(0);
    expect(await admittedOf([other], limit, 100)).toBe(0);
    expect(table.calls - calls).toBe(2);
  });

  it('shares writes among requests that come together', async () => {
    const limit = aLimit({ technique, limit: 5_000 });
    expect(await admittedOf([limiter], limit, 1_000)).toBe(1_000);
    expect(table.writes).toBeLessThan(100);
  });

  it('above 500 admissions a second takes several at once, and never more than the limit', async () => {
    const limit = aLimit({ technique, limit: 20_000, interval: durationMs(60_000) });
    let admitted = 0;
    let writesOfLast = 0;
    for (let request = 0; request < 30_000; request++) {
      // 2,000 requests a second, one after the other.
      if (request % 2 === 0) clock.advance(1);
      const before = table.writes;
      admitted += (await limiter.take(limit)).admitted ? 1 : 0;
      if (request >= 9_000 && request < 10_000) writesOfLast += table.writes - before;
    }
    expect(writesOfLast).toBeLessThan(300);
    expect(admitted).toBeLessThanOrEqual(20_000);
    expect(admitted).toBeGreaterThan(19_000);
  }, 60_000);

  it('says that the store is down, rests for a second, and then one request finds out', async () => {
    const limit = aLimit({ technique });
    await limiter.take(limit);
    table.isDown = true;
    await expect(limiter.take(limit)).rejects.toThrow(StoreUnavailable);
    const { calls } = table;
    clock.advance(999);
    await expect(limiter.take(limit)).rejects.toThrow(StoreUnavailable);
    expect(table.calls).toBe(calls);
    clock.advance(1);
    const asked = await Promise.allSettled(Array.from({ length: 20 }, () => limiter.take(limit)));
    expect(asked.map(({ status }) => status)).toEqual(Array(20).fill('rejected'));
    expect(table.calls).toBe(calls + 1);
    table.isDown = false;
    clock.advance(1_000);
    expect(await limiter.take(limit)).toMatchObject({ admitted: true, remaining: 8 });
  });

  it('gives back in silence when the store is down: fewer are admitted, never more', async () => {
    const limit = aLimit({ technique });
    const verdict = await limiter.take(limit);
    table.isDown = true;
    if (verdict.admitted) await verdict.giveBack();
    table.isDown = false;
    expect(await admittedOf([limiter], limit, 20)).toBe(9);
  });

  it('gives back nothing of a later interval', async () => {
    const limit = aLimit({ technique, limit: 1 });
    const verdict = await limiter.take(limit);
    clock.advance(20 * 60_000);
    expect(await admittedOf([limiter], limit, 2)).toBe(1);
    if (verdict.admitted) await verdict.giveBack();
    expect(await admittedOf([limiter], limit, 2)).toBe(0);
    expect(await admittedOf([new StoredRateLimiter({ table, clock })], limit, 2)).toBe(0);
  });
});

it('a key that is too busy to be counted is refused, not let through', async () => {
  const busy = () => Promise.reject(new TooBusy('throttled'));
  const throttled: LimitTable = {
    addToWindow: busy,
    takeFromWindow: busy,
    readWindow: busy,
    changeCell: busy,
    readCells: busy,
  };
  const one = new StoredRateLimiter({ table: throttled, clock });
  for (const technique of TECHNIQUES)
    expect(await one.take(aLimit({ technique }))).toEqual({ admitted: false, retryAfter: 1_000 });
});

describe('a silent engine', () => {
  it('is an outage and no refusal', async () => {
    const engine = await startDynamoDBEngine();
    await engine.createStateTable('state');
    const client = new DynamoDBCall({
      endpoint: engine.endpoint,
      ...LOCAL,
      patience: { connect: 150, answer: 150, attempts: 1 },
    });
    try {
      engine.freeze();
      const one = createRateLimiter({ client, table: 'state', clock });
      await expect(one.take(aLimit())).rejects.toThrow(StoreUnavailable);
    } finally {
      await engine.stop();
    }
  });
});
