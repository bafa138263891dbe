import { promisify } from 'node:util';
import { gzip, zstdCompressSync } from 'node:zlib';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type AccountId,
  durationMs,
  epochMs,
  type LogDetail,
  type RecordId,
  type RequestRecord,
} from '@weir/core';
import { type Bucket, createBucket, createS3Client } from '@weir/stores/bucket';
import { createDynamoDBClient } from '@weir/stores/config';
import { createKeyUses } from '@weir/stores/key-uses';
import { createLogStore } from '@weir/stores/logs';
import { MemoryBucket, MemoryKeyUses } from '@weir/stores/memory';
import { objectKey } from '@weir/stores/records';
import { createTotals, createTotalsRecount } from '@weir/stores/totals';
import {
  AN_HOUR,
  aRecordAt,
  type LogEngines,
  noise,
  recordIdAt,
  startLogEngines,
  text,
  WatchedCalls,
} from '@weir/testkit/logs';
import { anAccountId, gatewayId, LOCAL, ManualClock } from '@weir/testkit/stores';
import { createLogConsumer } from './create-log-consumer.ts';
import type { ReportLine } from './report.ts';

let engines: LogEngines;
let client: DynamoDBClient;
let s3: S3Client;
let bucket: Bucket;
let lines: ReportLine[];
let account: AccountId;

beforeAll(async () => {
  engines = await startLogEngines();
  client = createDynamoDBClient({ endpoint: engines.tableEngine.endpoint, ...LOCAL });
  s3 = createS3Client({ endpoint: engines.bucketEngine.endpoint, ...LOCAL });
  bucket = createBucket({ client: s3, bucket: engines.bucket });
});

afterAll(async () => {
  client.destroy();
  s3.destroy();
  await engines.stop();
});

beforeEach(() => {
  lines = [];
  account = anAccountId();
});

const gateway = gatewayId('default');
const SECRET = 'the-callers-words';
const clock = new ManualClock();
const report = (line: ReportLine) => lines.push(line);

function openConsumer(table = client) {
  const logs = createLogStore({ client: table, table: engines.table, bucket, clock });
  const keyUses = createKeyUses({ client: table, table: engines.table });
  const totals = createTotalsRecount({ client: table, table: engines.table, clock });
  return { logs, keyUses, handle: createLogConsumer({ logs, totals, keyUses, bucket, report }) };
}

const NO_TOTALS = { round: async () => 0 };
const invocation = (remaining = 120_000) => ({ getRemainingTimeInMillis: () => remaining });
const schedule = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };

async function deliver(
  bodies: readonly string[],
  { handle }: Pick<ReturnType<typeof openConsumer>, 'handle'> = openConsumer(),
): Promise<number[]> {
  const Records = bodies.map((body, index) => ({ messageId: String(index), body, eventSource: 'aws:sqs' }));
  const answer = await handle({ Records }, invocation());
  return (answer?.batchItemFailures ?? [])
    .map(({ itemIdentifier }) => Number(itemIdentifier))
    .sort((a, b) => a - b);
}

const message = (record: unknown) => JSON.stringify({ v: 1, record });
const pointer = (key: string) => JSON.stringify({ v: 1, pointer: key });
const packed = async (value: unknown) => promisify(gzip)(JSON.stringify(value));

async function setAside(prefix: 'handoff' | 'spill', record: RequestRecord): Promise<string> {
  const key = objectKey(prefix, record);
  await bucket.put(key, await packed(record));
  return key;
}

const record = (changes: Partial<RequestRecord> = {}) => aRecordAt(AN_HOUR, account, changes);
const stored = (id: RecordId): Promise<LogDetail | null> => openConsumer().logs.get(account, gateway, id);
const storedResponse = (id: RecordId) => openConsumer().logs.body(account, gateway, id, 'response');

describe('a batch of the records queue', () => {
  it('is stored, and nothing is reported', async () => {
    const records = Array.from({ length: 10 }, () => record());
    expect(await deliver(records.map(message))).toEqual([]);
    for (const { id } of records) expect((await stored(id))?.record.id).toBe(id);
    expect(lines).toEqual([]);
  });

  it('is stored with its bodies unpacked; one that does not unpack fails', async () => {
    const whole = record({ responseBody: text('☃'.repeat(5_000)) });
    const data = zstdCompressSync('☃'.repeat(5_000)).toString('base64');
    const withBody = (packedData: string) =>
      message({ ...whole, responseBody: { encoding: 'zstd', of: 'utf8', data: packedData, complete: true } });
    expect(await deliver([withBody(data), withBody('AAAA')])).toEqual([1]);
    expect((await storedResponse(whole.id))?.body).toMatchObject({
      encoding: 'utf8',
      data: '☃'.repeat(5_000),
    });
  });

  it('is stored although the clock was set back while a request was on its way', async () => {
    const step = {
      element: 'm',
      type: 'model',
      branch: 'success',
      why: 'it answers',
      duration: -3_600_000,
    } as const;
    const route = { route: 'r', version: 'v', steps: [step] };
    const odd = record({ duration: durationMs(-3_600_000), firstByte: durationMs(-3_600_001), route });
    expect(await deliver([message(odd)])).toEqual([]);
    expect((await stored(odd.id))?.record).toMatchObject({ duration: -3_600_000, route });
  });

  it('is stored but for what is no record, which fails alone and is told without its contents', async () => {
    const good = record();
    const bad = [
      SECRET,
      '',
      'null',
      JSON.stringify([SECRET]),
      JSON.stringify({ v: 2, record: good }),
      JSON.stringify({ v: 1 }),
      message({ ...good, id: SECRET }),
      message({ ...good, gateway: `default#${SECRET}` }),
      message({ ...good, account: '../x' }),
      message({ ...good, metadata: { [SECRET]: { nested: SECRET } } }),
      pointer(`bodies/${SECRET}`),
      pointer(`handoff/2026-01-02/../../${good.id}.json.gz`),
      pointer(''),
    ];
    const failed = await deliver([...bad, message(good)]);
    expect(failed).toEqual(bad.map((_, index) => index));
    expect(await stored(good.id)).not.toBeNull();
    expect(lines).toHaveLength(bad.length);
    expect(JSON.stringify(lines)).not.toContain(SECRET);
    expect(lines.map(({ event }) => event)).toEqual(bad.map(() => 'record-not-stored'));
    expect(lines.find(({ messageId }) => messageId === '9')?.error).toContain('metadata');
  });

  it('is one entry for each record, though all of it is delivered three times at once', async () => {
    const records = [record(), record(), record()];
    const bodies = records.map(message);
    const batches = await Promise.all([deliver(bodies), deliver(bodies), deliver(bodies)]);
    expect(batches).toEqual([[], [], []]);
    const all = { account, gateway, from: null, to: null, direction: 'desc', skip: 0, take: 50 } as const;
    expect((await openConsumer().logs.list(all)).total).toBe(3);
  });

  it('fails as messages, not as a whole, while the table is down, and keeps what it points to', async () => {
    const large = record({ requestBody: text(noise(100_000)) });
    const key = await setAside('handoff', large);
    const nowhere = createDynamoDBClient({
      ...LOCAL,
      endpoint: 'http://127.0.0.1:9',
      patience: { connect: 200, answer: 200, attempts: 1 },
    });
    const bodies = [message(record()), pointer(key)];
    expect(await deliver(bodies, openConsumer(nowhere))).toEqual([0, 1]);
    nowhere.destroy();
    expect(lines.map(({ error }) => String(error))).toEqual([
      expect.stringContaining('cannot'),
      expect.stringContaining('cannot'),
    ]);
    expect(await bucket.get(key)).not.toBeNull();
    expect(await deliver(bodies)).toEqual([]);
    expect(await bucket.get(key)).toBeNull();
  });

  it('that breaks off anywhere is completed by the next delivery', async () => {
    for (let nth = 0; ; nth += 1) {
      const small = record();
      const large = record({ responseBody: text(noise(100_000)) });
      const key = await setAside('handoff', large);
      const watched = createDynamoDBClient({ endpoint: engines.tableEngine.endpoint, ...LOCAL });
      const calls = new WatchedCalls();
      watched.middlewareStack.add(calls.middleware, { step: 'initialize' });
      calls.breakOff(nth, 'after');
      const bodies = [message(small), pointer(key)];
      const failed = await deliver(bodies, openConsumer(watched));
      watched.destroy();
      expect(await deliver(bodies)).toEqual([]);
      expect((await stored(small.id))?.requestHead?.complete).toBe(true);
      expect((await storedResponse(large.id))?.body).toEqual(large.responseBody);
      expect(await bucket.get(key)).toBeNull();
      if (failed.length === 0) break;
    }
  });
});

describe('a record that lies in the bucket', () => {
  it('is stored and its object deleted', async () => {
    const body = text(noise(10_000_000));
    const large = record({ requestBody: { ...body, complete: false } });
    const key = await setAside('handoff', large);
    expect(await deliver([pointer(key)])).toEqual([]);
    const request = await openConsumer().logs.body(account, gateway, large.id, 'request');
    expect(request?.body.complete).toBe(false);
    expect(request?.body.data === body.data).toBe(true);
    expect(await bucket.get(key)).toBeNull();
  });

  it('is done when its object is gone, because only storing it takes that away', async () => {
    const large = record();
    const key = await setAside('handoff', large);
    expect(await deliver([pointer(key), pointer(key)])).toEqual([]);
    expect(await deliver([pointer(key)])).toEqual([]);
    expect(await stored(large.id)).not.toBeNull();
    expect(lines.at(-1)).toEqual({ level: 'warn', event: 'handed-over-twice', key });
  });

  it('fails, and stays, when the object is damaged or holds another record', async () => {
    const keys = [0, 1, 2].map(() => objectKey('handoff', record()));
    const [garbled = '', cut = '', other = ''] = keys;
    await bucket.put(garbled, Buffer.from(SECRET));
    await bucket.put(cut, (await packed(record())).subarray(0, 40));
    await bucket.put(other, await packed(record()));
    expect(await deliver(keys.map(pointer))).toEqual([0, 1, 2]);
    for (const key of keys) expect(await bucket.get(key)).not.toBeNull();
    expect(JSON.stringify(lines)).not.toContain(SECRET);
  });
});

describe('a streamed answer', () => {
  const sse = (...events: readonly string[]) => events.map((event) => `data: ${event}\n\n`).join('');
  const chunk = (delta: object, more: object = {}) =>
    JSON.stringify({
      id: 'c1',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'gpt-5',
      choices: [{ index: 0, delta, finish_reason: null, ...more }],
    });

  it('is stored as the JSON that the provider would have sent', async () => {
    const body = sse(
      chunk({ role: 'assistant', content: 'Hel' }),
      chunk({ content: 'lo ☃' }),
      chunk({}, { finish_reason: 'stop' }),
      '[DONE]',
    );
    const streamed = record({
      streamed: true,
      responseContentType: 'text/event-stream',
      responseBody: text(body),
    });
    await deliver([message(streamed)]);
    const response = await storedResponse(streamed.id);
    expect(response?.contentType).toBe('application/json');
    expect(JSON.parse(response?.body.data ?? '')).toMatchObject({
      model: 'gpt-5',
      choices: [{ message: { role: 'assistant', content: 'Hello ☃' }, finish_reason: 'stop' }],
    });
    const detail = await stored(streamed.id);
    expect(detail?.record.responseContentType).toBe('text/event-stream');
    expect(detail?.responseHead?.text).toBe(response?.body.data);
  });

  it('that was cut stays marked as cut', async () => {
    const responseBody = { encoding: 'utf8', data: sse(chunk({ content: 'Hel' })), complete: false } as const;
    const streamed = record({ streamed: true, responseBody });
    await deliver([message(streamed)]);
    const response = await storedResponse(streamed.id);
    expect(response?.body).toMatchObject({ complete: false, contentType: 'application/json' });
    expect(response?.body.data).toContain('Hel');
  });

  it('of an unknown dialect, or of bytes, stays as it was kept', async () => {
    const unknown = text(sse('tick', 'tock'));
    const bytes = {
      encoding: 'base64',
      data: Buffer.from([255, 0, 1]).toString('base64'),
      complete: true,
    } as const;
    for (const responseBody of [unknown, bytes, text('')]) {
      const streamed = record({ streamed: true, responseContentType: 'text/event-stream', responseBody });
      expect(await deliver([message(streamed)])).toEqual([]);
      expect(await storedResponse(streamed.id)).toEqual({
        body: responseBody,
        contentType: 'text/event-stream',
      });
    }
  });

  it('is left alone in a record that was not streamed', async () => {
    const responseBody = text(sse(chunk({ content: 'quoted' })));
    const plain = record({ responseBody });
    await deliver([message(plain)]);
    expect((await storedResponse(plain.id))?.body).toEqual(responseBody);
  });
});

describe('a round of the schedule', () => {
  it('stores what had spilled and deletes it; a second round has nothing to do', async () => {
    const records = Array.from({ length: 25 }, (_, n) =>
      record(n === 0 ? { requestBody: text(noise(100_000)) } : {}),
    );
    for (const each of records) await setAside('spill', each);
    const { handle } = openConsumer();
    expect(await handle(schedule, invocation())).toBeNull();
    for (const { id } of records) expect(await stored(id)).not.toBeNull();
    expect((await bucket.list('spill/')).keys).toEqual([]);
    expect(await handle(schedule, invocation())).toBeNull();
    expect(lines).toEqual([]);
  });

  it('stores what also came through the queue only once', async () => {
    const both = record();
    await setAside('spill', both);
    await deliver([message(both)]);
    await openConsumer().handle(schedule, invocation());
    expect((await stored(both.id))?.record.id).toBe(both.id);
    expect((await bucket.list('spill/')).keys).toEqual([]);
  });

  it('fails when something stays behind, names it, and stores the rest', async () => {
    const first = 'spill/2020-01-01/00000000000000000000000000.json.gz';
    await bucket.put(first, Buffer.from(SECRET));
    const good = record();
    await setAside('spill', good);
    await expect(openConsumer().handle(schedule, invocation())).rejects.toThrow('1 spilled records');
    expect(await stored(good.id)).not.toBeNull();
    expect((await bucket.list('spill/')).keys).toEqual([first]);
    expect(lines.map(({ event, key }) => [event, key])).toEqual([['spilled-record-not-stored', first]]);
    expect(JSON.stringify(lines)).not.toContain(SECRET);
    await bucket.delete(first);
  });

  it('ends in time, and the next one goes on', async () => {
    const keys = [await setAside('spill', record()), await setAside('spill', record())];
    const { handle } = openConsumer();
    await handle(schedule, invocation(10_000));
    expect((await bucket.list('spill/')).keys.toSorted()).toEqual(keys.toSorted());
    await handle(schedule, invocation());
    expect((await bucket.list('spill/')).keys).toEqual([]);
  });

  it('removes what a deleted gateway has logged, even when spilled records stay behind', async () => {
    const { logs, handle } = openConsumer();
    const gone = record({ responseBody: text(noise(100_000)) });
    await deliver([message(gone)]);
    expect((await bucket.list(`bodies/${account}/`)).keys).toHaveLength(1);
    await logs.deleteGateway(account, gateway, epochMs(AN_HOUR + 1));
    const stuck = 'spill/2020-01-01/00000000000000000000000001.json.gz';
    await bucket.put(stuck, Buffer.from('stuck'));
    await expect(handle(schedule, invocation())).rejects.toThrow('1 spilled records');
    expect((await bucket.list(`bodies/${account}/`)).keys).toEqual([]);
    await bucket.delete(stuck);
  });
});

describe('totals', () => {
  const later = 10 * 60_000;
  const question = () => ({
    account,
    gateway,
    from: AN_HOUR,
    to: epochMs(AN_HOUR + 60_000),
    groupBy: [],
  });

  it('are counted by the schedule, once for a record that came twice', async () => {
    const consumer = openConsumer();
    const twice = record();
    await deliver([message(twice), message(twice), message(record())], consumer);
    await deliver([message(twice)]);
    clock.advance(later);
    await consumer.handle(schedule, invocation());
    const read = await createTotals({ client, table: engines.table, clock }).read(question());
    expect(read.totals).toMatchObject([{ tally: { records: 2, cost: 2n * 1_234_567n } }]);
  });

  it('take one write for each gateway and minute of a batch, however many records it has', async () => {
    const calls = new WatchedCalls();
    const watched = createDynamoDBClient({ endpoint: engines.tableEngine.endpoint, ...LOCAL });
    watched.middlewareStack.add(calls.middleware, { step: 'initialize' });
    const consumer = openConsumer(watched);
    // Of known ids: which of an hour's four shards a record falls into, each of which is announced once, hangs on its id.
    const many = (batch: number) =>
      Array.from({ length: 10 }, (_, nth) =>
        message(
          record({ id: `${recordIdAt(AN_HOUR).slice(0, 10)}${'0'.repeat(14)}${batch}${nth}` as RecordId }),
        ),
      );
    await deliver(many(0), consumer);
    const updates = () => calls.names.filter((name) => name === 'UpdateItemCommand').length;
    const ofTheMinute = 1;
    const ofTheHoursShards = 4;
    const ofTheKey = 1;
    expect(updates()).toBe(ofTheMinute + ofTheHoursShards + ofTheKey);
    await deliver(many(1), consumer);
    await deliver(many(2), consumer);
    expect(updates()).toBe(ofTheMinute + ofTheHoursShards + ofTheKey);
    watched.destroy();
  });

  it('that cannot be counted keep nothing else from its turn, and fail the round', async () => {
    const { logs, keyUses } = openConsumer();
    const totals = { round: () => Promise.reject(new Error('no totals today')) };
    const handle = createLogConsumer({ logs, totals, keyUses, bucket, report });
    const gone = record({ responseBody: text(noise(100_000)) });
    await deliver([message(gone)]);
    await logs.deleteGateway(account, gateway, epochMs(AN_HOUR + 1));
    await expect(handle(schedule, invocation())).rejects.toThrow('no totals today');
    expect((await bucket.list(`bodies/${account}/`)).keys).toEqual([]);
  });
});

describe('the stored key that a request was made with', () => {
  const at = epochMs(Date.UTC(2026, 0, 2, 12));

  it('is noted with the time of the request: from a message, from a pointer and from the spill', async () => {
    const consumer = openConsumer();
    const { keyId: _, ...keyless } = record();
    const used = (keyId: string, seconds: number) =>
      record({ keyId, keySource: 'stored', createdAt: epochMs(at + 1_000 * seconds) });
    await deliver([message(used('a', 0)), message(used('a', 120)), message(keyless)], consumer);
    await deliver([pointer(await setAside('handoff', used('b', 3)))], consumer);
    await setAside('spill', used('c', 4));
    await consumer.handle(schedule, invocation());
    expect(Object.fromEntries(await consumer.keyUses.list(account, gateway))).toEqual({
      a: at + 120_000,
      b: at + 3_000,
      c: at + 4_000,
    });
  });

  it('that cannot be noted costs no record', async () => {
    const logs = createLogStore({ client, table: engines.table, bucket, clock });
    const keyUses = new MemoryKeyUses();
    keyUses.isDown = true;
    const handle = createLogConsumer({ logs, totals: NO_TOTALS, keyUses, bucket, report });
    const made = record({ keyId: 'a', keySource: 'stored' });
    expect(await deliver([message(made)], { handle })).toEqual([]);
    expect(await logs.get(account, gateway, made.id)).not.toBeNull();
    expect(lines).toMatchObject([{ level: 'warn', event: 'key-use-not-noted', record: made.id }]);
  });
});

describe('any other event', () => {
  it.each([{}, null, 'x', { Records: [{ body: 'x' }] }, { source: 'aws.s3' }])(
    '%j is refused',
    async (event) => {
      const logs = createLogStore({ client, table: 'none', bucket: new MemoryBucket(), clock });
      const handle = createLogConsumer({
        logs,
        totals: NO_TOTALS,
        keyUses: new MemoryKeyUses(),
        bucket,
        report,
      });
      await expect(handle(event, invocation())).rejects.toThrow('the event is neither');
    },
  );
});
