import { type AttributeValue, type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AccountId, type LogStore, type RequestRecord, StoreUnavailable } from '@weir/core';
import { AN_HOUR, aRecordAt, type LogEngines, noise, startLogEngines, text } from '@weir/testkit/logs';
import { anAccountId, gatewayId, LOCAL, ManualClock } from '@weir/testkit/stores';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { MemoryBucket } from '../bucket/memory-bucket.ts';
import { DamagedItem } from '../table/damaged-item.ts';
import type { ItemKey } from '../table/keys.ts';
import { createLogStore } from './create-log-store.ts';
import { bodiesKey, bodyObjectKey, feedbackKey, hourKey, hourOf, recordKey } from './log-place.ts';

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
const SECRET = 'the-callers-words';

async function storeWithOne(changes: Partial<RequestRecord> = {}) {
  const bucket = new MemoryBucket();
  const store = createLogStore({ client, table: engines.table, bucket, clock: new ManualClock() });
  const record = aRecordAt(AN_HOUR, anAccountId(), { model: SECRET, ...changes });
  await store.put(record);
  return { store, bucket, record, scope: { account: record.account as AccountId, gateway } };
}

async function damage({ pk, sk }: ItemKey, attribute: string, value: AttributeValue): Promise<void> {
  await client.send(
    new UpdateItemCommand({
      TableName: engines.table,
      Key: { pk: { S: pk }, sk: { S: sk } },
      UpdateExpression: 'SET #attribute = :value',
      ExpressionAttributeNames: { '#attribute': attribute },
      ExpressionAttributeValues: { ':value': value },
    }),
  );
}

async function expectDamaged(call: Promise<unknown>, place: string): Promise<void> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DamagedItem);
  expect(String(error)).toContain(place);
  expect(String(error)).not.toContain(SECRET);
}

describe('reading what is damaged names its place and never its contents', () => {
  const list = (store: LogStore, account: AccountId) =>
    store.list({ account, gateway, from: null, to: null, direction: 'desc', skip: 0, take: 5 });

  it.each(['not JSON', `{"model":"${SECRET}"}`])('a record that is %s', async (json) => {
    const { store, record, scope } = await storeWithOne();
    const key = recordKey(scope, record.id);
    await damage(key, 'record', { S: json });
    await expectDamaged(store.get(scope.account, gateway, record.id), `${key.pk} / ${key.sk}`);
    await expectDamaged(list(store, scope.account), `${key.pk} / ${key.sk}`);
  });

  it('feedback', async () => {
    const { store, record, scope } = await storeWithOne();
    await store.giveFeedback(scope.account, gateway, record.id, { score: 1 });
    const key = feedbackKey(scope, record.id);
    await damage(key, 'score', { S: SECRET });
    await expectDamaged(store.get(scope.account, gateway, record.id), key.sk);
  });

  it('notes on bodies', async () => {
    const { store, record, scope } = await storeWithOne();
    const key = bodiesKey(scope, record.id);
    await damage(key, 'notes', { S: '{}' });
    await expectDamaged(store.get(scope.account, gateway, record.id), key.pk);
    await expectDamaged(store.body(scope.account, gateway, record.id, 'request'), key.pk);
  });

  it('an inline body that does not unpack, or is missing', async () => {
    const { store, record, scope } = await storeWithOne();
    const key = bodiesKey(scope, record.id);
    await damage(key, 'request', { B: Buffer.from(SECRET) });
    await expectDamaged(store.body(scope.account, gateway, record.id, 'request'), `${key.pk} / ${key.sk}`);
    await damage(key, 'response', { S: SECRET });
    await expectDamaged(store.body(scope.account, gateway, record.id, 'response'), `${key.pk} / ${key.sk}`);
  });

  it('a body in the bucket that does not unpack, or is missing', async () => {
    const { store, bucket, record, scope } = await storeWithOne({ requestBody: text(noise(100_000)) });
    const key = bodyObjectKey(scope, record.id, 'request');
    await bucket.put(key, Buffer.from(SECRET));
    await expectDamaged(store.body(scope.account, gateway, record.id, 'request'), key);
    await bucket.delete(key);
    await expectDamaged(store.body(scope.account, gateway, record.id, 'request'), key);
  });

  it('an hour', async () => {
    const { store, record, scope } = await storeWithOne();
    const key = hourKey(scope, hourOf(record.id));
    await damage(key, 'touched_at', { S: 'yesterday' });
    await expectDamaged(list(store, scope.account), `${key.pk} / ${key.sk}`);
  });
});

describe('a store that cannot be asked', () => {
  it('is unavailable, which is not the same as empty', async () => {
    const { scope, record } = await storeWithOne();
    const nowhere = createDynamoDBClient({
      ...LOCAL,
      endpoint: 'http://127.0.0.1:9',
      patience: { connect: 200, answer: 200, attempts: 1 },
    });
    const bucket = new MemoryBucket();
    const store = createLogStore({ client: nowhere, table: 'logs', bucket, clock: new ManualClock() });
    const query = { ...scope, from: null, to: null, direction: 'desc', skip: 0, take: 1 } as const;
    const calls = [
      store.put(record),
      store.list(query),
      store.get(scope.account, gateway, record.id),
      store.body(scope.account, gateway, record.id, 'request'),
      store.giveFeedback(scope.account, gateway, record.id, { score: 1 }),
      store.deleteOne(scope.account, gateway, record.id),
      store.deleteMany(query),
      store.deleteGateway(scope.account, gateway, AN_HOUR),
    ];
    for (const call of calls) await expect(call).rejects.toBeInstanceOf(StoreUnavailable);
    nowhere.destroy();
  });
});
