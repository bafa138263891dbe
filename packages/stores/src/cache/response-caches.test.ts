import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CacheKey, DEFAULT_GATEWAY, epochMs, StoreUnavailable } from '@weir/core';
import {
  anAccountId,
  createCacheTable,
  type DynamoDBEngine,
  LOCAL,
  ManualClock,
  type QueueAndBucketEngine,
  runResponseCacheCases,
  startDynamoDBEngine,
  startQueueAndBucketEngine,
} from '@weir/testkit/stores';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { createBucket, createS3Client } from '../bucket/s3-bucket.ts';
import { createResponseCache } from './create-response-cache.ts';
import { MemoryResponseCache } from './memory-response-cache.ts';
import { SharedResponseCache } from './shared-response-cache.ts';

const table = 'cache';
/** A busy machine is no silent store. */
const PATIENT = { connect: 10_000, answer: 10_000, attempts: 1 };
const clock = new ManualClock();
let engine: DynamoDBEngine;
let objects: QueueAndBucketEngine;
let client: DynamoDBClient;
let s3: S3Client;

beforeAll(async () => {
  [engine, objects] = await Promise.all([startDynamoDBEngine(), startQueueAndBucketEngine()]);
  await Promise.all([engine.createCacheTable(table), objects.createBucket('objects')]);
  client = createDynamoDBClient({ endpoint: engine.endpoint, ...LOCAL });
  s3 = createS3Client({ endpoint: objects.endpoint, ...LOCAL });
});

afterAll(async () => {
  client.destroy();
  s3.destroy();
  await Promise.all([engine.stop(), objects.stop()]);
});

const bucket = () => createBucket({ bucket: 'objects', client: s3 });
const to = (endpoint: string) => ({ endpoint, ...LOCAL, patience: PATIENT });
const onDynamoDB = (loadBucket = async () => bucket()) =>
  createResponseCache({ connection: to(engine.endpoint), table, clock, loadBucket });

runResponseCacheCases({
  name: 'MemoryResponseCache',
  make: async () => ({ cache: new MemoryResponseCache(clock), clock }),
});

runResponseCacheCases({
  name: 'SharedResponseCache in memory',
  make: async () => ({ cache: new SharedResponseCache(new MemoryResponseCache(clock)), clock }),
});

runResponseCacheCases({
  name: 'SharedResponseCache on DynamoDB',
  make: async () => ({ cache: onDynamoDB(), clock }),
});

const local = process.env.WEIR_DYNAMODB_LOCAL;
if (local === undefined)
  process.stdout.write('skipped: the cache on DynamoDB Local needs its URL in WEIR_DYNAMODB_LOCAL\n');
else {
  const own = `cache-${Date.now()}`;
  beforeAll(() => createCacheTable(local, own));
  const loadBucket = async () => bucket();
  runResponseCacheCases({
    name: 'SharedResponseCache on Amazon’s DynamoDB Local',
    make: async () => ({
      cache: createResponseCache({ connection: to(local), table: own, clock, loadBucket }),
      clock,
    }),
  });
}

describe('the cache on DynamoDB', () => {
  const key = 'ab'.repeat(32) as CacheKey;
  const owner = { account: anAccountId(), gateway: DEFAULT_GATEWAY };
  const answer = (body: Uint8Array) => ({
    status: 200,
    headers: [],
    body,
    form: 'openai-chat',
    asStream: false,
    storedAt: clock.now(),
  });
  const times = () => ({ askedAt: clock.now(), expiresAt: epochMs(clock.now() + 60_000) });

  it('needs no bucket for bodies that an item can hold', async () => {
    const cache = onDynamoDB(async () => {
      throw new Error('nobody needs it');
    });
    const body = Buffer.from(JSON.stringify({ text: 'words and words. '.repeat(100_000) }));
    await cache.put(key, owner, answer(body), times());
    expect(body.equals((await cache.get(key)).answer?.body ?? Buffer.alloc(0))).toBe(true);
  });

  it('leaves no large body of a purged answer behind', async () => {
    await onDynamoDB().put(key, owner, answer(crypto.getRandomValues(new Uint8Array(60_000))), times());
    const large = Buffer.concat(
      Array.from({ length: 8 }, () => crypto.getRandomValues(new Uint8Array(60_000))),
    );
    await onDynamoDB().put(key, owner, answer(large), times());
    const prefix = `cache/${owner.account}/`;
    expect((await bucket().list(prefix)).keys).toHaveLength(1);
    await onDynamoDB().purge(key, owner);
    expect((await bucket().list(prefix)).keys).toEqual([]);
  });

  it('does not wait long for a large body', async () => {
    const own = 'ef'.repeat(32) as CacheKey;
    const large = Array.from({ length: 8 }, () => crypto.getRandomValues(new Uint8Array(60_000)));
    await onDynamoDB().put(own, owner, answer(Buffer.concat(large)), times());
    const silent = onDynamoDB(async () => ({ ...bucket(), get: () => new Promise(() => {}) }));
    const reading = silent.get(own);
    await expect(reading).rejects.toThrow(StoreUnavailable);
    await expect(reading).rejects.toThrow('the body of an entry took over 2000 ms');
  });

  it('takes an entry whose large body is gone for none, until another takes its place', async () => {
    const own = 'fe'.repeat(32) as CacheKey;
    const large = Buffer.concat(
      Array.from({ length: 8 }, () => crypto.getRandomValues(new Uint8Array(60_000))),
    );
    await onDynamoDB().put(own, owner, answer(large), times());
    const { keys } = await bucket().list(`cache/${owner.account}/`);
    await bucket().deleteAll(keys);
    expect(await onDynamoDB().get(own)).toEqual({ answer: null, leader: null });
    await onDynamoDB().put(own, owner, answer(Buffer.from('{}')), times());
    expect((await onDynamoDB().get(own)).answer?.body.toString()).toBe('{}');
  });

  it('takes an entry that it cannot read for none', async () => {
    const [pk, time] = [{ S: `K#${key}` }, { N: String(clock.now() + 60_000) }];
    const whole = { pk, expires_at: time, stored_at: time, body: { B: Buffer.from('x') } };
    const head = (coding: string) => ({
      S: JSON.stringify({ status: 200, headers: [], form: '', asStream: false, coding }),
    });
    for (const damaged of [whole, { ...whole, head: { S: '{' } }, { ...whole, head: head('zstd') }]) {
      await client.send(new PutItemCommand({ TableName: table, Item: damaged }));
      expect((await onDynamoDB().get(key)).answer).toBeNull();
    }
    await client.send(new PutItemCommand({ TableName: table, Item: { ...whole, head: head('none') } }));
    expect((await onDynamoDB().get(key)).answer?.body).toHaveLength(1);
  });

  it('cleans up an hour after an entry is of no use, and not before', async () => {
    await onDynamoDB().put(key, owner, answer(Buffer.from('{}')), times());
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: { pk: { S: `K#${key}` } } }),
    );
    expect(Item?.ttl).toEqual({ N: String(Math.ceil((clock.now() + 60_000) / 1000) + 3_600) });
  });

  it('says that it cannot be asked, and never that there is nothing', async () => {
    const lost = createResponseCache({
      connection: to(engine.endpoint),
      table: 'missing',
      clock,
      loadBucket: async () => bucket(),
    });
    await expect(lost.get(key)).rejects.toThrow(StoreUnavailable);
    await expect(lost.lease(key, owner, 'a', clock.now())).rejects.toThrow(StoreUnavailable);
    await expect(lost.release(key, 'a')).rejects.toThrow(StoreUnavailable);
    await expect(lost.purge(key, owner)).rejects.toThrow(StoreUnavailable);
    await expect(lost.put(key, owner, answer(Buffer.from('{}')), times())).rejects.toThrow(StoreUnavailable);
  });
});

describe('requests of one process that meet at a key', () => {
  const key = 'cd'.repeat(32) as CacheKey;
  const owner = { account: anAccountId(), gateway: DEFAULT_GATEWAY };

  it('read it together, and nobody gets what was read before it asked', async () => {
    const stored = new MemoryResponseCache(clock);
    const reads: (() => void)[] = [];
    const get = stored.get.bind(stored);
    stored.get = async (asked) => {
      const seen = await get(asked);
      await new Promise<void>((resolve) => reads.push(resolve));
      return seen;
    };
    const shared = new SharedResponseCache(stored);
    const early = shared.get(key);
    await Promise.resolve();
    await stored.lease(key, owner, 'a', epochMs(clock.now() + 1_000));
    const late = Array.from({ length: 50 }, () => shared.get(key));
    for (const read of [0, 1]) {
      while (reads.length <= read) await new Promise(setImmediate);
      reads[read]?.();
    }
    expect((await early).leader).toBeNull();
    expect((await Promise.all(late)).map(({ leader }) => leader)).toEqual(Array(50).fill('a'));
    expect(reads).toHaveLength(2);
  });

  it('ask once for the lease, and its holder prolongs it whoever asks beside it', async () => {
    const stored = new MemoryResponseCache(clock);
    let asked = 0;
    const lease = stored.lease.bind(stored);
    stored.lease = (...given) => {
      asked += 1;
      return lease(...given);
    };
    const shared = new SharedResponseCache(stored);
    const until = () => epochMs(clock.now() + 1_000);
    const granted = await Promise.all(
      Array.from({ length: 50 }, (_, index) => shared.lease(key, owner, `h${index}`, until())),
    );
    expect([granted.indexOf(true), granted.lastIndexOf(true), asked]).toEqual([0, 0, 1]);
    const again = [shared.lease(key, owner, 'other', until()), shared.lease(key, owner, 'h0', until())];
    expect(await Promise.all(again)).toEqual([false, true]);
  });

  it('all hear of it when the store cannot be asked', async () => {
    const stored = new MemoryResponseCache(clock);
    stored.isDown = true;
    const shared = new SharedResponseCache(stored);
    const lease = (holder: string) => shared.lease(key, owner, holder, epochMs(clock.now() + 1_000));
    const asked = ['a', 'b', 'c'].flatMap((holder) => [shared.get(key), lease(holder)]);
    for (const { status, reason } of (await Promise.allSettled(asked)) as PromiseRejectedResult[])
      expect([status, reason]).toEqual(['rejected', expect.any(StoreUnavailable)]);
    stored.isDown = false;
    expect(await shared.get(key)).toEqual({ answer: null, leader: null });
    expect(await Promise.all(['a', 'b'].map(lease))).toEqual([true, false]);
  });
});
