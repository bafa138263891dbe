import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { LogStore } from '@weir/core';
import { AN_HOUR, aRecordAt, type LogEngines, noise, startLogEngines, text } from '@weir/testkit/logs';
import { anAccountId, gatewayId, LOCAL, ManualClock } from '@weir/testkit/stores';

let engines: LogEngines;

beforeAll(async () => {
  engines = await startLogEngines();
  Object.assign(process.env, {
    AWS_REGION: LOCAL.region,
    AWS_ACCESS_KEY_ID: LOCAL.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL.credentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: engines.tableEngine.endpoint,
    AWS_ENDPOINT_URL_S3: engines.bucketEngine.endpoint,
    AWS_ENDPOINT_URL_SQS: engines.bucketEngine.endpoint,
    WEIR_LOGS_TABLE: engines.table,
    WEIR_BUCKET: engines.bucket,
  });
});

afterAll(async () => {
  await engines.stop();
});

it('what the data plane hands over, small and large, is in the log after one batch', async () => {
  // The entry and the clients read the environment while they load, so they load now.
  const { handler } = await import('./log-consumer.ts');
  const { createRecordSink } = await import('@weir/stores/records');
  const { createBucket } = await import('@weir/stores/bucket');
  const { createLogStore } = await import('@weir/stores/logs');

  const queueUrl = await engines.bucketEngine.createQueue('records');
  const bucket = createBucket({ bucket: engines.bucket });
  const sink = createRecordSink({ queueUrl, loadBucket: async () => bucket });
  const account = anAccountId();
  const odd = text('\uFFFE\uFFFF🙂');
  const records = [
    aRecordAt(AN_HOUR, account, { requestBody: odd }),
    aRecordAt(AN_HOUR, account, { requestBody: text(noise(2_000_000)) }),
  ];
  for (const record of records) await sink.put(record);
  expect((await bucket.list('handoff/')).keys).toHaveLength(1);

  const sqs = new SQSClient({ endpoint: engines.bucketEngine.endpoint, ...LOCAL });
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
  );
  const event = {
    Records: Messages.map(({ MessageId, Body }) => ({
      messageId: MessageId,
      body: Body,
      eventSource: 'aws:sqs',
    })),
  };
  expect(event.Records).toHaveLength(2);
  expect(await handler(event, { getRemainingTimeInMillis: () => 60_000 })).toEqual({ batchItemFailures: [] });
  for (const { ReceiptHandle } of Messages) {
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
  }
  sqs.destroy();

  const logs: LogStore = createLogStore({ table: engines.table, bucket, clock: new ManualClock() });
  for (const { id, requestBody } of records) {
    expect((await logs.body(account, gatewayId('default'), id, 'request'))?.body).toEqual(requestBody);
  }
  expect((await bucket.list('handoff/')).keys).toEqual([]);
});
