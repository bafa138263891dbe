import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AccountId, epochMs, type RequestRecord, StoreUnavailable } from '@weir/core';
import {
  AN_HOUR,
  aRecordAt,
  HOUR,
  type LogEngines,
  noise,
  startLogEngines,
  text,
  WatchedCalls,
} from '@weir/testkit/logs';
import { anAccountId, gatewayId, LOCAL, ManualClock } from '@weir/testkit/stores';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { createBucket, createS3Client } from '../bucket/index.ts';
import { createLogStore } from './create-log-store.ts';

let engines: LogEngines;
const clients: (DynamoDBClient | S3Client)[] = [];

beforeAll(async () => {
  engines = await startLogEngines();
});

afterAll(async () => {
  for (const client of clients) client.destroy();
  await engines.stop();
});

const gateway = gatewayId('default');

/** A store of a fresh process, and what it calls. */
function freshStore(clock = new ManualClock()) {
  const client = createDynamoDBClient({ endpoint: engines.tableEngine.endpoint, ...LOCAL });
  const s3 = createS3Client({ endpoint: engines.bucketEngine.endpoint, ...LOCAL });
  clients.push(client, s3);
  const calls = new WatchedCalls();
  client.middlewareStack.add(calls.middleware, { step: 'initialize' });
  s3.middlewareStack.add(calls.middleware, { step: 'initialize' });
  const bucket = createBucket({ client: s3, bucket: engines.bucket });
  return { store: createLogStore({ client, table: engines.table, bucket, clock }), calls, client, s3 };
}

/** Keys of all that is stored for the account, of every kind. */
async function allThatIsLeft(account: AccountId): Promise<string[]> {
  const { client, s3 } = freshStore();
  const items = await client.send(new ScanCommand({ TableName: engines.table, ConsistentRead: true }));
  const objects = await s3.send(new ListObjectsV2Command({ Bucket: engines.bucket }));
  return [
    ...(items.Items ?? []).map(({ pk, sk }) => `${pk?.S} / ${sk?.S}`),
    ...(objects.Contents ?? []).map(({ Key = '' }) => Key),
  ].filter((place) => place.includes(account));
}

const sizes = {
  'small bodies': { requestBody: text('{"q":1}'), responseBody: text('{"a":1}') },
  'large bodies': { requestBody: text(noise(100_000)), responseBody: text(noise(90_000)) },
  'a small and a large body': { requestBody: text('{"q":1}'), responseBody: text(noise(90_000)) },
  'no bodies': { requestBody: null, responseBody: null },
};
const moments = ['before', 'after'] as const;
const combinations = Object.entries(sizes).flatMap(([size, bodies]) =>
  moments.map((when) => [size, when, bodies] as const),
);

/** Everything of the record or nothing of it. */
async function look(record: RequestRecord): Promise<'nothing' | 'everything'> {
  const { store } = freshStore();
  const account = record.account as AccountId;
  const query = { account, gateway, from: null, to: null, direction: 'desc', skip: 0, take: 10 } as const;
  const { entries, total } = await store.list(query);
  const seen = {
    listed: entries.map(({ record: { id } }) => id),
    total,
    detail: (await store.get(account, gateway, record.id))?.record.id ?? null,
    request: (await store.body(account, gateway, record.id, 'request'))?.body ?? null,
    response: (await store.body(account, gateway, record.id, 'response'))?.body ?? null,
  };
  const nothing = { listed: [], total: 0, detail: null, request: null, response: null };
  const everything = {
    listed: [record.id],
    total: 1,
    detail: record.id,
    request: record.requestBody,
    response: record.responseBody,
  };
  if (total === 0) expect(seen).toEqual(nothing);
  else expect(seen).toEqual(everything);
  return total === 0 ? 'nothing' : 'everything';
}

describe('a put that breaks off', () => {
  it.each(combinations)(
    'with %s, %s any call, shows nothing half, and a redelivery completes it',
    async (_, when, bodies) => {
      const outcomes = [];
      for (let nth = 0; ; nth += 1) {
        const record = aRecordAt(AN_HOUR, anAccountId(), bodies);
        const { store, calls } = freshStore();
        calls.breakOff(nth, when);
        const broke = await store.put(record).then(
          () => false,
          (error) => {
            expect(error).toBeInstanceOf(StoreUnavailable);
            return true;
          },
        );
        if (!broke) {
          expect(await look(record)).toBe('everything');
          break;
        }
        outcomes.push(await look(record));
        await freshStore().store.put(record);
        expect(await look(record)).toBe('everything');
      }
      const last = outcomes.pop();
      expect(outcomes).toEqual(outcomes.map(() => 'nothing'));
      expect(last).toBe(when === 'before' ? 'nothing' : 'everything');
      expect(outcomes.length + 1).toBeGreaterThanOrEqual(bodies.requestBody === null ? 2 : 3);
    },
  );
});

describe('a deletion that breaks off', () => {
  it.each(combinations)(
    'with %s, %s any call, can be repeated and leaves nothing',
    async (_, when, bodies) => {
      for (let nth = 0; ; nth += 1) {
        const account = anAccountId();
        const records = [0, 1, HOUR].map((offset) => aRecordAt(epochMs(AN_HOUR + offset), account, bodies));
        const { store, calls } = freshStore();
        for (const record of records) await store.put(record);
        await store.giveFeedback(account, gateway, (records[0] as RequestRecord).id, { score: 1 });
        calls.breakOff(nth, when);
        const all = { account, gateway, from: null, to: null, direction: 'asc', skip: 0, take: 10 } as const;
        const broke = await store.deleteMany(all).then(
          () => false,
          () => true,
        );
        await freshStore().store.deleteMany(all);
        const left = await allThatIsLeft(account);
        // What the schedule takes away: hours that are empty now, and minutes to be counted again.
        expect(left.filter((place) => !/^(H|D#TOTALS)#/.test(place))).toEqual([]);
        if (!broke) break;
      }
    },
  );
});
