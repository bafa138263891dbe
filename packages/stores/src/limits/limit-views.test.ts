import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Clock, durationMs, type LimitView, type RateLimit, type RateLimiter } from '@weir/core';
import { type DynamoDBEngine, LOCAL, ManualClock, startDynamoDBEngine } from '@weir/testkit/stores';
import { DynamoDBCall } from '../aws/dynamodb-call.ts';
import { createLimitView, createMemoryRateLimiter, createRateLimiter } from './create-rate-limiter.ts';
import { MemoryLimitTable } from './memory-limit-table.ts';
import { StoredLimitView } from './stored-limit-view.ts';

type Make = (clock: Clock) => { readonly view: LimitView; readonly limiter: RateLimiter };

const table = 'state';
let engine: DynamoDBEngine;
let client: DynamoDBCall;
beforeAll(async () => {
  engine = await startDynamoDBEngine();
  await engine.createStateTable(table);
  client = new DynamoDBCall({ endpoint: engine.endpoint, ...LOCAL });
});
afterAll(() => engine.stop());

const inMemory: Make = (clock) => {
  const shared = new MemoryLimitTable();
  return { view: new StoredLimitView(shared, clock), limiter: createMemoryRateLimiter(clock, shared) };
};
const onDynamoDB: Make = (clock) => ({
  view: createLimitView({ client, table, clock }),
  limiter: createRateLimiter({ client, table, clock }),
});

describe.each([
  ['in memory', inMemory],
  ['on DynamoDB', onDynamoDB],
])('a look at a count %s', (_, make) => {
  const limitOf = (technique: 'fixed' | 'sliding'): RateLimit => ({
    key: `k${Math.random()}`,
    limit: 5,
    interval: durationMs(60_000),
    technique,
  });

  it.each(['fixed', 'sliding'] as const)(
    'sees what %s has admitted, and counts nothing',
    async (technique) => {
      const clock = new ManualClock();
      const { view, limiter } = make(clock);
      const limit = limitOf(technique);
      expect(await view.used(limit)).toEqual({ count: 0, resetAfter: 0 });
      for (let taken = 0; taken < 5; taken++) {
        expect((await limiter.take(limit)).admitted).toBe(true);
        // Looking twice changes nothing: all five are admitted.
        await view.used(limit);
        expect((await view.used(limit)).count).toBe(taken + 1);
      }
      const refused = await limiter.take(limit);
      expect(refused.admitted).toBe(false);
      const { count, resetAfter } = await view.used(limit);
      expect(count).toBe(5);
      if (!refused.admitted) expect(resetAfter).toBe(refused.retryAfter);
      clock.advance(resetAfter);
      expect((await view.used(limit)).count).toBe(0);
    },
  );

  it('sees a limit that was lowered as more than full', async () => {
    const { view, limiter } = make(new ManualClock());
    const limit = limitOf('fixed');
    for (let taken = 0; taken < 5; taken++) await limiter.take(limit);
    expect((await view.used({ ...limit, limit: 2 })).count).toBe(5);
  });
});
