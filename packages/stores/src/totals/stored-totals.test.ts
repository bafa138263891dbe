import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type AccountId, type Clock, type Dimension, epochMs, type RequestRecord } from '@weir/core';
import { AN_HOUR, aRecordAt, type LogEngines, recordIdAt, startLogEngines } from '@weir/testkit/logs';
import { anAccountId, gatewayId, LOCAL, ManualClock } from '@weir/testkit/stores';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { MemoryBucket } from '../bucket/memory-bucket.ts';
import { createLogStore } from '../logs/create-log-store.ts';
import { inParallel } from '../logs/in-parallel.ts';
import { recordKey } from '../logs/log-place.ts';
import { createTotals, createTotalsRecount } from './create-totals.ts';

let engines: LogEngines;
let client: DynamoDBClient;
let clock: ManualClock;
let account: AccountId;

beforeAll(async () => {
  engines = await startLogEngines();
});
afterAll(() => engines.stop());

beforeEach(() => {
  client = createDynamoDBClient({ endpoint: engines.tableEngine.endpoint, ...LOCAL });
  clock = new ManualClock();
  account = anAccountId();
});
/** Nothing of a test is left for the next one's rounds. */
afterEach(async () => {
  clock.advance(SETTLED);
  await Promise.allSettled([round()]);
  client.destroy();
});

const MINUTE = 60_000;
const SETTLED = 10 * MINUTE;
const gateway = gatewayId('default');
const options = (by: Clock = clock) => ({ client, table: engines.table, clock: by });
const at = (offset: number) => epochMs(AN_HOUR + offset);
const put = async (offset: number, changes: Partial<RequestRecord> = {}, through = client) => {
  const logs = createLogStore({ ...options(), client: through, bucket: new MemoryBucket() });
  await logs.put(aRecordAt(at(offset), account, { requestBody: null, responseBody: null, ...changes }));
};
const round = (through = client) => createTotalsRecount({ ...options(), client: through }).round(() => true);
const read = (groupBy: readonly Dimension[] = [], by: Clock = clock) =>
  createTotals(options(by)).read({ account, gateway, from: at(0), to: at(60 * MINUTE), groupBy });
const recordsIn = async (...question: Parameters<typeof read>) =>
  (await read(...question)).totals.map(({ group, tally }) => [...group, tally.records]);

/** A process that falls asleep before its first call of that name. */
function sleepingBefore(command: string) {
  const { promise: isAsleep, resolve: sleeps } = Promise.withResolvers<void>();
  const { promise: isAwake, resolve: wake } = Promise.withResolvers<void>();
  const sleeper = createDynamoDBClient({ endpoint: engines.tableEngine.endpoint, ...LOCAL });
  sleeper.middlewareStack.add(
    (next, { commandName }) =>
      async (call) => {
        if (commandName === command) {
          sleeps();
          await isAwake;
        }
        return next(call);
      },
    { step: 'initialize' },
  );
  return { client: sleeper, isAsleep, wake };
}

describe('a question about more than one question counts', () => {
  /** Three seconds pass with every look at it. */
  const hasty = (): Clock => ({
    now: () => {
      clock.advance(3_000);
      return clock.now();
    },
  });

  it('is answered with the oldest minutes, and says from when on some may be missing', async () => {
    await inParallel(
      Array.from({ length: 30 }, (_, minute) => minute),
      8,
      (minute) => put(minute * MINUTE),
    );
    const { totals, freshUntil } = await read([], hasty());
    expect(totals[0]?.tally.records).toBe(8);
    expect(freshUntil).toBe(at(8 * MINUTE));
    expect((await read()).freshUntil).toBe(clock.now());
  });

  it('is answered with what is kept of the others', async () => {
    await put(29 * MINUTE);
    clock.advance(SETTLED);
    await round();
    await inParallel(
      Array.from({ length: 30 }, (_, minute) => minute),
      8,
      (minute) => put(minute * MINUTE),
    );
    expect(await recordsIn([], hasty())).toEqual([[9]]);
  });
});

describe('a round', () => {
  it('that has no time counts nothing and forgets nothing', async () => {
    await put(0);
    clock.advance(SETTLED);
    expect(await createTotalsRecount(options()).round(() => false)).toBe(0);
    expect(await recordsIn()).toEqual([[1]]);
  });

  it('leaves alone what may still be written to', async () => {
    await put(0);
    clock.advance(5 * MINUTE);
    expect(await round()).toBe(0);
    clock.advance(MINUTE);
    expect(await round()).toBe(1);
    expect(await round()).toBe(0);
  });

  it('that was slow puts no older sum back', async () => {
    await put(0);
    clock.advance(SETTLED);
    const slow = sleepingBefore('UpdateItemCommand');
    const late = round(slow.client);
    await slow.isAsleep;
    await put(1);
    clock.advance(SETTLED);
    expect(await round()).toBe(1);
    slow.wake();
    await late;
    expect(await recordsIn()).toEqual([[2]]);
    slow.client.destroy();
  });

  it('misses no record whose writer slept so long that its mark is gone', async () => {
    const slow = sleepingBefore('PutItemCommand');
    const late = put(0, {}, slow.client);
    await slow.isAsleep;
    clock.advance(SETTLED);
    expect(await round()).toBe(1);
    slow.wake();
    await late;
    expect(await recordsIn()).toEqual([[1]]);
    clock.advance(SETTLED);
    expect(await round()).toBe(1);
    expect(await recordsIn()).toEqual([[1]]);
    slow.client.destroy();
  });

  it('keeps the sums of more names than an item holds, those of most records by name', async () => {
    const name = (n: number) => `${n} ${'☃'.repeat(500)}`;
    await inParallel(
      Array.from({ length: 300 }, (_, n) => n),
      16,
      (n) => put(n % 60, { model: name(n), cached: n === 299 }),
    );
    await put(0, { model: name(7) });
    clock.advance(SETTLED);
    await round();
    const rows = await recordsIn(['model', 'cached']);
    expect(await recordsIn()).toEqual([[301]]);
    expect(rows).toContainEqual([name(7), false, 2]);
    expect(rows.length).toBeLessThan(200);
    expect(rows.filter(([model]) => model === '(others)').map(([, cached]) => cached)).toContain(false);
  });
});

describe('a record that cannot be read', () => {
  it('fails the round and the question by its place, and no other minute', async () => {
    const scope = { account, gateway };
    await put(0);
    await put(MINUTE);
    const { pk, sk } = recordKey(scope, recordIdAt(at(0)));
    await client.send(
      new PutItemCommand({
        TableName: engines.table,
        Item: { pk: { S: pk }, sk: { S: sk }, record: { S: '{"secret":1}' } },
      }),
    );
    clock.advance(SETTLED);
    await expect(round()).rejects.toThrow(sk);
    await expect(read()).rejects.toThrow(sk);
    await expect(read()).rejects.not.toThrow('secret');
    const rest = { account, gateway, from: at(MINUTE), to: at(2 * MINUTE), groupBy: [] };
    expect((await createTotals(options()).read(rest)).totals[0]?.tally.records).toBe(1);
  });
});
