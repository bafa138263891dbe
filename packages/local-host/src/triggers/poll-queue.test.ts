import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { functionResource } from '../__fixtures__/assembly.ts';
import { eventually } from '../__fixtures__/eventually.ts';
import { type RunningHost, runningHost } from '../__fixtures__/running-host.ts';
import { type Call, engineClient } from '../engines/aws-json.ts';

/** Keeps every event it gets, and answers as the bodies of its messages tell it. */
const CONSUMER = `
  const events = (globalThis.consumed ??= {});
  const name = process.env.AWS_LAMBDA_FUNCTION_NAME;
  export const handler = async (event) => {
    (events[name] ??= []).push(event);
    const orders = event.Records.map(({ messageId, body }) => ({ messageId, ...JSON.parse(body) }));
    const slow = orders.find(({ wait }) => wait);
    if (slow) await new Promise((done) => setTimeout(done, slow.wait));
    if (orders.some(({ order }) => order === 'throw')) throw new Error('the whole batch failed');
    if (orders.some(({ order }) => order === 'misreport')) return { batchItemFailures: [{ itemIdentifier: 'unknown' }] };
    return {
      batchItemFailures: orders
        .filter(({ order }) => order === 'fail')
        .map(({ messageId }) => ({ itemIdentifier: messageId })),
    };
  };
`;

interface Consumed {
  readonly Records: ReadonlyArray<
    Record<string, unknown> & { readonly body: string; readonly messageId: string }
  >;
}

const mapping = (queue: string, target: string, properties: object) => ({
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: {
    EventSourceArn: { 'Fn::GetAtt': [queue, 'Arn'] },
    FunctionName: { Ref: target },
    ...properties,
  },
});
const queue = (properties: object = {}) => ({ Type: 'AWS::SQS::Queue', Properties: properties });

let running: RunningHost;
let sqs: Call;
let endpoint: string;

beforeAll(async () => {
  const redrive = { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 2 };
  const partial = { FunctionResponseTypes: ['ReportBatchItemFailures'] };
  running = await runningHost({
    bundles: { consumer: CONSUMER },
    resources: {
      Role: { Type: 'AWS::IAM::Role' },
      // Declared before the queue that it names.
      Partial: queue({ VisibilityTimeout: 1, RedrivePolicy: redrive }),
      Whole: queue({ VisibilityTimeout: 1, RedrivePolicy: redrive }),
      Window: queue(),
      Narrow: queue(),
      Off: queue(),
      Dead: queue(),
      OnPartial: functionResource('consumer'),
      OnWhole: functionResource('consumer'),
      OnWindow: functionResource('consumer'),
      OnNarrow: functionResource('consumer'),
      OnOff: functionResource('consumer'),
      MapPartial: mapping('Partial', 'OnPartial', partial),
      MapWhole: mapping('Whole', 'OnWhole', {}),
      MapWindow: mapping('Window', 'OnWindow', {
        BatchSize: 50,
        MaximumBatchingWindowInSeconds: 1,
        ...partial,
      }),
      MapNarrow: mapping('Narrow', 'OnNarrow', { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } }),
      MapOff: mapping('Off', 'OnOff', { Enabled: false }),
    },
  });
  endpoint = process.env.AWS_ENDPOINT_URL_SQS ?? '';
  sqs = engineClient('sqs', endpoint);
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
});

const all: Record<string, Consumed[]> = {};
Object.assign(globalThis, { consumed: all });

beforeEach(() => {
  for (const name of Object.keys(all)) delete all[name];
});

const consumed = (name: string): readonly Consumed[] => all[name] ?? [];
const url = (name: string) => `${endpoint}/000000000000/${name}`;
const send = (name: string, order: object) =>
  sqs('SendMessage', { QueueUrl: url(name), MessageBody: JSON.stringify({ id: randomUUID(), ...order }) });

async function left(name: string): Promise<number> {
  const { Attributes } = await sqs('GetQueueAttributes', { QueueUrl: url(name), AttributeNames: ['All'] });
  const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = Attributes as Record<
    string,
    string
  >;
  return Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible);
}

const messagesOf = (events: readonly Consumed[]) => events.flatMap(({ Records }) => Records);

test('a message arrives as Lambda hands it over, and is deleted', async () => {
  await sqs('SendMessage', {
    QueueUrl: url('Partial'),
    MessageBody: '{"order":"succeed"}',
    MessageAttributes: { kind: { DataType: 'String', StringValue: 'test' } },
  });
  const [event] = await eventually(() => consumed('OnPartial').length > 0 && consumed('OnPartial'));
  expect(event?.Records).toEqual([
    {
      messageId: expect.any(String),
      receiptHandle: expect.any(String),
      body: '{"order":"succeed"}',
      attributes: expect.objectContaining({
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.any(String),
      }),
      messageAttributes: { kind: expect.objectContaining({ dataType: 'String', stringValue: 'test' }) },
      md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:Partial',
      awsRegion: 'us-east-1',
    },
  ]);
  await eventually(async () => (await left('Partial')) === 0);
});

test('a reported failure comes back alone, and goes to the dead-letter queue after enough attempts', async () => {
  const entries = ['succeed', 'fail', 'succeed'].map((order, index) => ({
    Id: String(index),
    MessageBody: JSON.stringify({ order }),
  }));
  await sqs('SendMessageBatch', { QueueUrl: url('Partial'), Entries: entries });
  await eventually(async () => (await left('Dead')) === 1, 15_000);
  const orders = messagesOf(consumed('OnPartial')).map(({ body }) => JSON.parse(body).order);
  expect(orders.filter((order) => order === 'succeed')).toHaveLength(2);
  expect(orders.filter((order) => order === 'fail')).toHaveLength(2);
  expect(await left('Partial')).toBe(0);
  await sqs('PurgeQueue', { QueueUrl: url('Dead') });
});

test('a batch whose function throws comes back as a whole', async () => {
  await send('Whole', { order: 'throw' });
  await eventually(async () => (await left('Dead')) === 1, 15_000);
  expect(messagesOf(consumed('OnWhole'))).toHaveLength(2);
  expect(running.logged.find((line) => line.includes('the whole batch failed'))).toBeDefined();
  await sqs('PurgeQueue', { QueueUrl: url('Dead') });
});

test('a report of failures means nothing where the mapping does not ask for it', async () => {
  await send('Whole', { order: 'fail' });
  await eventually(() => consumed('OnWhole').length > 0);
  await eventually(async () => (await left('Whole')) === 0);
  expect(await left('Dead')).toBe(0);
});

test('a report that names an unknown message fails the whole batch', async () => {
  await send('Partial', { order: 'misreport' });
  await eventually(async () => (await left('Dead')) === 1, 15_000);
  await sqs('PurgeQueue', { QueueUrl: url('Dead') });
});

test('a batch gathers for its window and beyond the ten messages of one receive', async () => {
  await Promise.all(Array.from({ length: 25 }, () => send('Window', { order: 'succeed' })));
  await eventually(() => messagesOf(consumed('OnWindow')).length === 25);
  expect(Math.max(...consumed('OnWindow').map(({ Records }) => Records.length))).toBeGreaterThan(10);
});

test('a batch is over before its event passes 6 MB', async () => {
  const padding = 'x'.repeat(900_000);
  await Promise.all(Array.from({ length: 12 }, () => send('Window', { order: 'succeed', padding })));
  await eventually(() => messagesOf(consumed('OnWindow')).length === 12);
  for (const event of consumed('OnWindow')) {
    expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(6 * 1024 * 1024);
  }
});

test('as many invocations as the mapping allows run at once', async () => {
  await Promise.all(Array.from({ length: 4 }, () => send('Narrow', { wait: 400 })));
  await eventually(() => consumed('OnNarrow').length === 2);
  await eventually(() => consumed('OnNarrow').length === 4);
  for (const { Records } of consumed('OnNarrow')) expect(Records).toHaveLength(1);
});

test('a mapping that is switched off does nothing', async () => {
  await send('Off', {});
  await send('Narrow', {});
  await eventually(() => consumed('OnNarrow').length === 1);
  expect(consumed('OnOff')).toEqual([]);
  expect(await left('Off')).toBe(1);
});
