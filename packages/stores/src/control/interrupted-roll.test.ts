import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  anAccountId,
  aTokenHash,
  aTokenRecord,
  type DynamoDBEngine,
  LOCAL,
  ManualClock,
  startDynamoDBEngine,
} from '@weir/testkit/stores';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { toTokenItem } from '../table/token-item.ts';
import { createTokenStore } from './create-control-stores.ts';

const table = 'config';
const clock = new ManualClock();
let engine: DynamoDBEngine;
let client: DynamoDBClient;

beforeAll(async () => {
  engine = await startDynamoDBEngine();
  await engine.createConfigTable(table);
  client = createDynamoDBClient({ endpoint: engine.endpoint, ...LOCAL });
});

afterAll(async () => {
  client.destroy();
  await engine.stop();
});

describe('a roll that was interrupted', () => {
  const put = (item: ReturnType<typeof toTokenItem>) =>
    client.send(new PutItemCommand({ TableName: table, Item: item }));

  /** As a process leaves it that dies between the put of the new item and the tombstone of the old one. */
  async function interruptedRoll() {
    const store = createTokenStore({ client, table, clock });
    const record = aTokenRecord(anAccountId());
    await store.create(record);
    const untold = aTokenRecord(
      record.token.account,
      { ...record.token, hash: aTokenHash() },
      { modifiedOn: '2026-06-06T00:00:00.000Z' },
    );
    await put(toTokenItem(untold));
    return { store, record, untold };
  }

  it('leaves the old secret working, and one token in the list: the one whose secret somebody has', async () => {
    const { store, record } = await interruptedRoll();
    expect(await store.findByHash(record.token.hash)).toEqual(record);
    expect(await store.list(record.token.account)).toEqual([record]);
    expect(await store.get(record.token.account, record.token.id)).toEqual(record);
  });

  it('is completed by the next roll, after which one secret works', async () => {
    const { store, record, untold } = await interruptedRoll();
    const rolled = await store.roll(record, aTokenHash());
    expect(await store.list(record.token.account)).toEqual([rolled]);
    expect(await store.findByHash(record.token.hash)).toBeNull();
    expect(await store.findByHash(untold.token.hash)).toBeNull();
  });

  it('cannot keep a token enabled: an update reaches both items', async () => {
    const { store, record, untold } = await interruptedRoll();
    const off = { ...record, token: { ...record.token, enabled: false } };
    expect(await store.update(off, record)).toBe(true);
    for (const { hash } of [record.token, untold.token]) {
      expect((await store.findByHash(hash))?.token.enabled).toBe(false);
    }
  });

  it('cannot keep a token alive: a delete ends both items', async () => {
    const { store, record, untold } = await interruptedRoll();
    await store.delete(record);
    for (const { hash } of [record.token, untold.token]) expect(await store.findByHash(hash)).toBeNull();
  });

  it('and not yet in the index is still found from the old secret by a delete', async () => {
    const store = createTokenStore({ client, table, clock });
    const record = aTokenRecord(anAccountId());
    await store.create(record);
    const rolled = await store.roll(record, aTokenHash());
    if (!rolled) throw new Error('the token should be there');
    // The embedded engine's index is never late; without its keys an item is as if it were.
    const { account_pk: _, account_sk: __, ...unlisted } = toTokenItem(rolled);
    await put(unlisted);
    await store.delete(record);
    expect(await store.findByHash(rolled.token.hash)).toBeNull();
  });

  it('after the tombstone leaves a token that can be rolled again by its id', async () => {
    const store = createTokenStore({ client, table, clock });
    const record = aTokenRecord(anAccountId());
    await store.create(record);
    await store.roll(record, aTokenHash());
    const found = await store.get(record.token.account, record.token.id);
    if (!found) throw new Error('the token should be listed');
    expect(await store.roll(found, aTokenHash())).not.toBeNull();
  });
});
