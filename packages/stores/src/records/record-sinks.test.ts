import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { S3Client } from '@aws-sdk/client-s3';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RequestRecord, StoreUnavailable } from '@weir/core';
import {
  aRecord,
  LOCAL,
  type QueueAndBucketEngine,
  runRecordSinkCases,
  startQueueAndBucketEngine,
} from '@weir/testkit/stores';
import * as z from 'zod';
import type { Bucket, BucketWriter } from '../bucket/bucket.ts';
import { MemoryBucket } from '../bucket/memory-bucket.ts';
import { createBucket, createS3Client } from '../bucket/s3-bucket.ts';
import { MemoryRecordSink } from './memory-record-sink.ts';
import type { RecordMessage } from './record-message.ts';
import { createRecordSink } from './record-sink.ts';
import { unpackBodies } from './unpack-bodies.ts';

const decompress = promisify(gunzip);
let engine: QueueAndBucketEngine;
let client: SQSClient;
let s3: S3Client;
let bucket: Bucket;
let queues = 0;

beforeAll(async () => {
  engine = await startQueueAndBucketEngine();
  client = new SQSClient({ endpoint: engine.endpoint, ...LOCAL });
  await engine.createBucket('records');
  s3 = createS3Client({ endpoint: engine.endpoint, ...LOCAL });
  bucket = createBucket({ client: s3, bucket: 'records' });
});

afterAll(async () => {
  client.destroy();
  s3.destroy();
  await engine.stop();
});

const newQueue = () => engine.createQueue(`records-${queues++}`);

async function drain(queueUrl: string): Promise<RecordMessage[]> {
  const messages: RecordMessage[] = [];
  while (true) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return messages;
    messages.push(...Messages.map(({ Body }) => JSON.parse(Body ?? '') as RecordMessage));
    const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
}

async function objectRecord(key: string, from: Bucket = bucket): Promise<RequestRecord> {
  const bytes = await from.get(key);
  if (!bytes) throw new Error(`${key} should be in the bucket`);
  return JSON.parse((await decompress(bytes)).toString()) as RequestRecord;
}

runRecordSinkCases({
  name: 'MemoryRecordSink',
  make: async () => {
    const sink = new MemoryRecordSink();
    return { sink, arrived: async () => sink.records.splice(0) };
  },
});

for (const expectMore of [true, false]) {
  runRecordSinkCases({
    name: `SqsRecordSink, ${expectMore ? 'among other requests' : 'alone'},`,
    make: async () => {
      const queueUrl = await newQueue();
      const sink = createRecordSink({
        queueUrl,
        connection: LOCAL,
        loadBucket: async () => bucket,
        expectMore: () => expectMore,
      });
      const resolve = (message: RecordMessage) =>
        'record' in message
          ? (unpackBodies(message.record) as Promise<RequestRecord>)
          : objectRecord(message.pointer);
      return { sink, arrived: async () => Promise.all((await drain(queueUrl)).map(resolve)) };
    },
  });
}

const entries = z.object({
  QueueUrl: z.string(),
  Entries: z.array(z.object({ Id: z.string(), MessageBody: z.string() })),
});
type Sent = z.output<typeof entries>['Entries'][number];
type Answer = { readonly status: number; readonly body: unknown } | 'hang-up';

/** SQS at its worst, which the engine never is: each call gets the next scripted answer, the last one for ever. */
async function startScriptedQueue(answer: (call: number, sent: readonly Sent[]) => Answer) {
  const calls: Sent[][] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const sent = entries.parse(JSON.parse(body)).Entries;
    calls.push(sent);
    const scripted = answer(calls.length, sent);
    if (scripted === 'hang-up') return request.socket.destroy();
    response.writeHead(scripted.status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(scripted.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    calls,
    connection: LOCAL,
    queueUrl: `${endpoint}/000000000000/records`,
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const accept = (sent: readonly Sent[]): Answer => ({
  status: 200,
  body: { Successful: sent.map(({ Id }) => ({ Id, MessageId: Id, MD5OfMessageBody: '' })), Failed: [] },
});
const refuse: Answer = { status: 503, body: { __type: 'ServiceUnavailable' } };
const noBucket = async (): Promise<BucketWriter> => {
  throw new StoreUnavailable('the bucket is not there');
};

describe('records on their way', () => {
  it('put at once among open requests share calls of ten', async () => {
    using queue = await startScriptedQueue((_, sent) => accept(sent));
    const sink = createRecordSink({ ...queue, loadBucket: noBucket, expectMore: () => true });
    await Promise.all(Array.from({ length: 200 }, () => sink.put(aRecord())));
    expect(queue.calls.map((sent) => sent.length)).toEqual(Array.from({ length: 20 }, () => 10));
  });

  it('put one after the other go out one by one, without a wait', async () => {
    using queue = await startScriptedQueue((_, sent) => accept(sent));
    const sink = createRecordSink({ ...queue, loadBucket: noBucket });
    for (let i = 0; i < 3; i++) await sink.put(aRecord());
    expect(queue.calls.map((sent) => sent.length)).toEqual([1, 1, 1]);
  });

  it('that a call left behind are sent again alone, the others are not', async () => {
    using queue = await startScriptedQueue((call, sent) => {
      if (call > 1) return accept(sent);
      const [left, ...taken] = sent;
      return {
        status: 200,
        body: {
          Successful: taken.map(({ Id }) => ({ Id, MessageId: Id, MD5OfMessageBody: '' })),
          Failed: [{ Id: left?.Id, SenderFault: false, Code: 'InternalError' }],
        },
      };
    });
    const sink = createRecordSink({ ...queue, loadBucket: noBucket, expectMore: () => true });
    const records = Array.from({ length: 10 }, () => aRecord());
    await Promise.all(records.map((record) => sink.put(record)));
    expect(queue.calls.map((sent) => sent.length)).toEqual([10, 1]);
    expect(queue.calls[1]?.[0]?.MessageBody).toContain(`"id":"${records[0]?.id}"`);
  });

  it('that a queue did not answer for at all are sent again in company, so that it gets fewer calls and not more', async () => {
    using queue = await startScriptedQueue((call, sent) => (call <= 20 ? refuse : accept(sent)));
    const sink = createRecordSink({ ...queue, loadBucket: noBucket, expectMore: () => true });
    const records = Array.from({ length: 200 }, () => aRecord());
    await Promise.all(records.map((record) => sink.put(record)));
    const again = queue.calls.slice(20);
    expect(again.length).toBeLessThan(100);
    expect(again.flat()).toHaveLength(200);
  });

  it('that were refused together are sent again alone: one of them may be the reason', async () => {
    const invalid: Answer = { status: 400, body: { __type: 'InvalidMessageContents' } };
    using queue = await startScriptedQueue((_, sent) =>
      sent.some(({ MessageBody }) => MessageBody.includes('"path":"poison"')) ? invalid : accept(sent),
    );
    const spilled = new MemoryBucket();
    const sink = createRecordSink({ ...queue, loadBucket: async () => spilled, expectMore: () => true });
    const poison = aRecord({ path: 'poison' });
    const others = Array.from({ length: 9 }, () => aRecord());
    await Promise.all([poison, ...others].map((record) => sink.put(record)));
    expect(queue.calls.slice(1, 11).map((sent) => sent.length)).toEqual(Array.from({ length: 10 }, () => 1));
    expect(await objectRecord(`spill/2026-01-02/${poison.id}.json.gz`, spilled)).toEqual(poison);
    expect(queue.calls).toHaveLength(12);
  });

  it('survive a call that is cut off', async () => {
    using queue = await startScriptedQueue((call, sent) => (call === 1 ? 'hang-up' : accept(sent)));
    await createRecordSink({ ...queue, loadBucket: noBucket }).put(aRecord());
    expect(queue.calls).toHaveLength(2);
  });

  it('that the queue does not take in three tries are in the bucket when put resolves', async () => {
    using queue = await startScriptedQueue(() => refuse);
    const record = aRecord();
    await createRecordSink({ ...queue, loadBucket: async () => bucket }).put(record);
    expect(queue.calls).toHaveLength(3);
    expect(await objectRecord(`spill/2026-01-02/${record.id}.json.gz`)).toEqual(record);
  });

  it('that the queue will never take go to the bucket at once', async () => {
    using queue = await startScriptedQueue((_, sent) => ({
      status: 200,
      body: {
        Successful: [],
        Failed: sent.map(({ Id }) => ({ Id, SenderFault: true, Code: 'InvalidMessageContents' })),
      },
    }));
    const spilled = new MemoryBucket();
    const record = aRecord();
    await createRecordSink({ ...queue, loadBucket: async () => spilled }).put(record);
    expect(queue.calls).toHaveLength(1);
    expect(await objectRecord(`spill/2026-01-02/${record.id}.json.gz`, spilled)).toEqual(record);
  });

  it('that neither queue nor bucket take become one line that holds them and the reasons', async () => {
    using queue = await startScriptedQueue(() => refuse);
    const lines: string[] = [];
    const record = aRecord({ path: 'line one\nline two' });
    const writeLine = (line: string) => lines.push(line);
    await createRecordSink({ ...queue, loadBucket: noBucket, writeLine }).put(record);
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'error',
      event: 'record-not-stored',
      record,
      reasons: expect.arrayContaining([expect.stringContaining('the bucket is not there')]),
    });
  });

  it.each([
    ['text', { encoding: 'utf8', data: 'data: {"word":"☃"}\n\n'.repeat(2_000), complete: false }],
    ['bytes', { encoding: 'base64', data: Buffer.alloc(50_000, 0xff).toString('base64'), complete: true }],
  ] as const)('with a long body of %s carry it packed, and it unpacks to what it was', async (_, body) => {
    using queue = await startScriptedQueue((_call, sent) => accept(sent));
    const record = aRecord({ requestBody: body, responseBody: { ...body, contentType: 'text/plain' } });
    await createRecordSink({ ...queue, loadBucket: noBucket }).put(record);
    const text = queue.calls[0]?.[0]?.MessageBody ?? '';
    expect(text.length).toBeLessThan(5_000);
    expect(await unpackBodies(JSON.parse(text).record)).toEqual(record);
  });

  it.each([
    ['does not unpack', { encoding: 'zstd', of: 'utf8', data: 'AAAA', complete: true }],
    ['is none', 7],
  ])('with a body that %s keep it for the check of their shape', async (_, responseBody) => {
    const record = { requestBody: null, responseBody };
    expect(await unpackBodies(record)).toEqual(record);
    expect(await unpackBodies(null)).toBeNull();
  });

  it('too large for a message are in the bucket before the pointer is in the queue', async () => {
    using queue = await startScriptedQueue((_, sent) => accept(sent));
    const body = { encoding: 'utf8', data: '☃'.repeat(700_000), complete: true } as const;
    const record = aRecord({ requestBody: body });
    await createRecordSink({ ...queue, loadBucket: async () => bucket }).put(record);
    const pointer = `handoff/2026-01-02/${record.id}.json.gz`;
    expect(JSON.parse(queue.calls[0]?.[0]?.MessageBody ?? '')).toEqual({ v: 1, pointer });
    expect(await objectRecord(pointer)).toEqual(record);
  });

  it('too large for a message, with a queue that refuses the pointer, are in the spill', async () => {
    using queue = await startScriptedQueue(() => refuse);
    const body = { encoding: 'utf8', data: 'x'.repeat(2_000_000), complete: true } as const;
    const record = aRecord({ requestBody: body });
    await createRecordSink({ ...queue, loadBucket: async () => bucket }).put(record);
    expect(await objectRecord(`spill/2026-01-02/${record.id}.json.gz`)).toEqual(record);
  });

  it('too large for a message, with a bucket that takes nothing, are queued without their bodies and not lost', async () => {
    using queue = await startScriptedQueue((_, sent) => accept(sent));
    const lines: string[] = [];
    const body = { encoding: 'utf8', data: 'x'.repeat(2_000_000), complete: true } as const;
    const record = aRecord({ requestBody: body, responseBody: body, warnings: ['one'] });
    const writeLine = (line: string) => lines.push(line);
    await createRecordSink({ ...queue, loadBucket: noBucket, writeLine }).put(record);
    expect(queue.calls.map((sent) => sent.length)).toEqual([1]);
    expect(JSON.parse(queue.calls[0]?.[0]?.MessageBody ?? '').record).toEqual({
      ...record,
      requestBody: null,
      responseBody: null,
      warnings: ['one', expect.stringContaining('not kept')],
    });
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        level: 'error',
        event: 'bodies-not-stored',
        record: record.id,
        reasons: expect.arrayContaining([expect.stringContaining('the bucket is not there')]),
      },
    ]);
  });

  it('too large for a message, with neither queue nor bucket, become one line', async () => {
    using queue = await startScriptedQueue(() => refuse);
    const lines: string[] = [];
    const body = { encoding: 'utf8', data: 'x'.repeat(2_000_000), complete: true } as const;
    const record = aRecord({ responseBody: body });
    const writeLine = (line: string) => lines.push(line);
    await createRecordSink({ ...queue, loadBucket: noBucket, writeLine }).put(record);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ event: 'record-not-stored', record }),
    ]);
  });

  it('need the bucket only when something goes wrong', async () => {
    using queue = await startScriptedQueue((_, sent) => accept(sent));
    let loaded = 0;
    const loadBucket = async () => {
      loaded++;
      return bucket;
    };
    await createRecordSink({ ...queue, loadBucket }).put(aRecord());
    expect(loaded).toBe(0);
  });
});
