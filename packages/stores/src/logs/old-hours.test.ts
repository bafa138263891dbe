import { type DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AccountId, epochMs, type RequestRecord } from '@weir/core';
import { AN_HOUR, aRecordAt, HOUR, type LogEngines, startLogEngines, WatchedCalls } from '@weir/testkit/logs';
import { anAccountId, gatewayId, LOCAL, ManualClock } from '@weir/testkit/stores';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { MemoryBucket } from '../bucket/memory-bucket.ts';
import { createLogStore } from './create-log-store.ts';

let engines: LogEngines;
let client: DynamoDBClient;

beforeAll(async () => {
  engines = await startLogEngines();
  client = createDynamoDBClient({ endpoint: engines.tableEngine.endpoint, ...LOCAL });
});

afterAll(async () => {
  client.destroy();
  await engines.stop();
});

const gateway = gatewayId('default');
const DAY = 24 * HOUR;

/** A store of its own process, whose calls are seen. */
function watchedStore(clock: ManualClock) {
  const own = createDynamoDBClient({ endpoint: engines.tableEngine.endpoint, ...LOCAL });
  const calls = new WatchedCalls();
  own.middlewareStack.add(calls.middleware, { step: 'initialize' });
  const bucket = new MemoryBucket();
  return { store: createLogStore({ client: own, table: engines.table, bucket, clock }), calls, bucket };
}

const newest = (account: AccountId, take = 20) =>
  ({ account, gateway, from: null, to: null, direction: 'desc', skip: 0, take }) as const;

async function placesOf(account: AccountId): Promise<string[]> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: engines.table }));
  return Items.map(({ pk, sk }) => `${pk?.S} / ${sk?.S}`).filter((place) => place.includes(account));
}

describe('hours that are long over', () => {
  it('are counted once, however often they are listed, and no list ever scans', async () => {
    const clock = new ManualClock();
    const { store, calls } = watchedStore(clock);
    const account = anAccountId();
    const hours = 60;
    for (let hour = 1; hour <= hours; hour += 1) {
      await store.put(aRecordAt(epochMs(AN_HOUR - hour * HOUR), account));
    }
    clock.advance(2 * HOUR);
    await store.put(aRecordAt(clock.now(), account));
    await store.list(newest(account));
    const before = calls.names.length;
    const page = await store.list(newest(account));
    expect([page.entries.length, page.total]).toEqual([20, hours + 1]);
    const second = calls.names.slice(before);
    // The index, the newest hour's count, the twenty hours of the page.
    expect(second.filter((name) => name === 'QueryCommand')).toHaveLength(1 + 1 + 20);
    expect(second.filter((name) => name === 'UpdateItemCommand')).toEqual([]);
    expect(calls.names).not.toContain('ScanCommand');
  });

  it('are asked only in the shards that were written to', async () => {
    const clock = new ManualClock();
    const { store, calls } = watchedStore(clock);
    const account = anAccountId();
    await store.put(aRecordAt(AN_HOUR, account));
    const before = calls.names.length;
    await store.list(newest(account));
    expect(calls.names.slice(before).filter((name) => name === 'QueryCommand')).toHaveLength(3);
  });

  it('cost a busy writer one announcement of each shard in ten minutes, and one mark of the minute in two', async () => {
    const clock = new ManualClock();
    const { store, calls } = watchedStore(clock);
    const account = anAccountId();
    const record = () => aRecordAt(AN_HOUR, account, { requestBody: null, responseBody: null });
    await Promise.all(Array.from({ length: 40 }, () => store.put(record())));
    await Promise.all(Array.from({ length: 40 }, () => store.put(record())));
    expect(calls.names.filter((name) => name === 'UpdateItemCommand')).toHaveLength(4 + 1);
    clock.advance(10 * 60_000);
    await store.put(record());
    expect(calls.names.filter((name) => name === 'UpdateItemCommand')).toHaveLength(5 + 2);
  });

  it('stay right when a writer was asleep between announcing and writing', async () => {
    const clock = new ManualClock();
    const account = anAccountId();
    const { store: reader } = watchedStore(clock);
    const { store: writer } = watchedStore(clock);
    const record = aRecordAt(AN_HOUR, account, { requestBody: null, responseBody: null });
    await writer.put(aRecordAt(AN_HOUR, account));
    const slow = createDynamoDBClient({ endpoint: engines.tableEngine.endpoint, ...LOCAL });
    slow.middlewareStack.add(
      (next, context) => async (call) => {
        if (context.commandName === 'PutItemCommand') {
          clock.advance(3 * HOUR);
          expect((await reader.list(newest(account))).total).toBe(1);
        }
        return next(call);
      },
      { step: 'initialize' },
    );
    await createLogStore({ client: slow, table: engines.table, bucket: new MemoryBucket(), clock }).put(
      record,
    );
    slow.destroy();
    expect((await reader.list(newest(account))).total).toBe(2);
  });
});

describe('the logs of a deleted gateway', () => {
  it('are removed for good by the schedule, late arrivals included, and forgotten in the end', async () => {
    const clock = new ManualClock();
    const { store, bucket } = watchedStore(clock);
    const account = anAccountId();
    const large = {
      encoding: 'base64' as const,
      data: Buffer.alloc(50_000).toString('base64'),
      complete: true,
    };
    const before = [0, 1, DAY, 40 * DAY].map((age) => aRecordAt(epochMs(clock.now() - age), account));
    for (const record of before) await store.put(record);
    await store.giveFeedback(account, gateway, (before[0] as RequestRecord).id, { feedback: 1 });
    const until = clock.now();
    const late = aRecordAt(until, account, { requestBody: large });
    const successor = aRecordAt(epochMs(until + 1), account);
    await store.deleteGateway(account, gateway, until);
    await store.put(successor);
    expect(await store.sweepDeletedGateways(() => true)).toBe(4);
    await store.put(late);
    expect(await store.sweepDeletedGateways(() => true)).toBe(1);
    expect(await store.sweepDeletedGateways(() => true)).toBe(0);

    const places = await placesOf(account);
    expect(places.filter((place) => /^[LB]#/.test(place))).toHaveLength(2);
    expect(places.filter((place) => place.includes(successor.id))).toHaveLength(2);
    expect((await bucket.list('bodies/')).keys).toEqual([]);

    clock.advance(2 * HOUR);
    await store.sweepDeletedGateways(() => true);
    // Only the successor's hour is left.
    expect((await placesOf(account)).filter((place) => place.startsWith('H#'))).toHaveLength(1);
    expect(await placesOf(account)).toContain(`D#GATEWAYS / ${account}#${gateway}`);
    clock.advance(16 * DAY);
    await store.sweepDeletedGateways(() => true);
    expect(await placesOf(account)).not.toContain(`D#GATEWAYS / ${account}#${gateway}`);
    expect((await store.list(newest(account))).entries.map(({ record }) => record.id)).toEqual([
      successor.id,
    ]);
  });

  it('are removed in as many rounds as there is time for', async () => {
    const { store } = watchedStore(new ManualClock());
    const account = anAccountId();
    await store.put(aRecordAt(AN_HOUR, account));
    await store.deleteGateway(account, gateway, AN_HOUR);
    expect(await store.sweepDeletedGateways(() => false)).toBe(0);
    expect((await placesOf(account)).some((place) => place.startsWith('L#'))).toBe(true);
    expect(await store.sweepDeletedGateways(() => true)).toBeGreaterThanOrEqual(1);
  });

  it('do not stop the sweep of other gateways when one of them cannot be read', async () => {
    const clock = new ManualClock();
    const { store } = watchedStore(clock);
    const account = anAccountId();
    await store.put(aRecordAt(AN_HOUR, account));
    await store.deleteGateway(account, gateway, AN_HOUR);
    await client.send(
      new PutItemCommand({
        TableName: engines.table,
        Item: { pk: { S: 'D#GATEWAYS' }, sk: { S: '0-damaged' }, until: { S: 'never' } },
      }),
    );
    await expect(store.sweepDeletedGateways(() => true)).rejects.toThrow(/D#GATEWAYS \/ 0-damaged/);
    expect((await placesOf(account)).filter((place) => place.startsWith('L#'))).toEqual([]);
  });
});
