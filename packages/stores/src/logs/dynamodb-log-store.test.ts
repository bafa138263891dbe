import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  aRecordAt,
  type LogEngines,
  noise,
  runLogStoreCases,
  startLogEngines,
  text,
} from '@weir/testkit/logs';
import { anAccountId, gatewayId, LOCAL, ManualClock } from '@weir/testkit/stores';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { createBucket, createS3Client } from '../bucket/index.ts';
import { MemoryBucket } from '../bucket/memory-bucket.ts';
import { createLogStore } from './create-log-store.ts';

let engines: LogEngines;
let client: DynamoDBClient;
let s3: S3Client;

beforeAll(async () => {
  engines = await startLogEngines();
  client = createDynamoDBClient({ endpoint: engines.tableEngine.endpoint, ...LOCAL });
  s3 = createS3Client({ endpoint: engines.bucketEngine.endpoint, ...LOCAL });
});

afterAll(async () => {
  client.destroy();
  s3.destroy();
  await engines.stop();
});

runLogStoreCases({
  name: 'DynamoDBLogStore',
  make: async () => {
    const clock = new ManualClock();
    const bucket = createBucket({ client: s3, bucket: engines.bucket });
    return { store: createLogStore({ client, table: engines.table, bucket, clock }), clock };
  },
});

describe('bodies in the bucket', () => {
  const clock = new ManualClock();
  const large = text(noise(100_000));

  it('are kept for a gateway’s records, by account, gateway, hour and id', async () => {
    const bucket = new MemoryBucket();
    const store = createLogStore({ client, table: engines.table, bucket, clock });
    const record = aRecordAt(clock.now(), anAccountId(), { requestBody: text('small'), responseBody: large });
    await store.put(record);
    expect((await bucket.list('')).keys).toEqual([
      `bodies/${record.account}/default/2026-01-02T03/${record.id}/response.zst`,
    ]);
    expect(await store.deleteOne(anAccountId(), gatewayId('default'), record.id)).toBe(false);
    expect((await bucket.list('')).keys).toHaveLength(1);
  });

  it('are not kept for records of no gateway, because nothing would remove them; their heads are', async () => {
    const bucket = new MemoryBucket();
    const store = createLogStore({ client, table: engines.table, bucket, clock });
    const account = anAccountId();
    const record = aRecordAt(clock.now(), account, {
      gateway: '~',
      requestBody: large,
      responseBody: text('s'),
    });
    await store.put(record);
    expect((await bucket.list('')).keys).toEqual([]);
    expect(await store.body(account, '~', record.id, 'request')).toBeNull();
    expect((await store.body(account, '~', record.id, 'response'))?.body).toEqual(text('s'));
    expect((await store.get(account, '~', record.id))?.requestHead).toEqual({
      text: large.data.slice(0, 4_096),
      complete: false,
    });
  });
});

/** A client whose reads lag behind, as the service's may: what a query found stays what it finds, unless it asks for more. */
function laggingClient(): DynamoDBClient {
  const lagging = createDynamoDBClient({ endpoint: engines.tableEngine.endpoint, ...LOCAL });
  const seen = new Map<string, Promise<unknown>>();
  lagging.middlewareStack.add(
    <Call extends { readonly input: object }, Answer>(
      next: (call: Call) => Promise<Answer>,
      { commandName }: { readonly commandName?: string },
    ) =>
      (call: Call): Promise<Answer> => {
        const isExact = 'ConsistentRead' in call.input && call.input.ConsistentRead === true;
        if (commandName !== 'QueryCommand' || isExact) return next(call);
        const question = JSON.stringify(call.input);
        const answer = (seen.get(question) as Promise<Answer> | undefined) ?? next(call);
        seen.set(question, answer);
        return answer;
      },
    { step: 'initialize' },
  );
  return lagging;
}

describe('deleting many', () => {
  it('goes on where the call before ended, although reads lag behind what it deleted', async () => {
    const clock = new ManualClock();
    const lagging = laggingClient();
    const bucket = new MemoryBucket();
    const store = createLogStore({ client: lagging, table: engines.table, bucket, clock });
    const account = anAccountId();
    const gateway = gatewayId('default');
    for (let n = 0; n < 10; n += 1) await store.put(aRecordAt(clock.now(), account));
    const oldest = { account, gateway, from: null, to: null, direction: 'asc', skip: 0, take: 4 } as const;
    const deleted = [];
    for (let call = 0; call < 4; call += 1) deleted.push(await store.deleteMany(oldest));
    lagging.destroy();
    expect(deleted).toEqual([4, 4, 2, 0]);
    const fresh = createLogStore({ client, table: engines.table, bucket, clock });
    expect((await fresh.list(oldest)).total).toBe(0);
  });
});
