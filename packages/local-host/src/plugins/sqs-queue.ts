import * as z from 'zod';
import { engineClient } from '../engines/aws-json.ts';
import { arn } from './names.ts';
import { definePlugin, type Referenced } from './plugin.ts';

const queueSchema = z.strictObject({
  QueueName: z.string().optional(),
  DelaySeconds: z.number().optional(),
  MaximumMessageSize: z.number().optional(),
  MessageRetentionPeriod: z.number().optional(),
  ReceiveMessageWaitTimeSeconds: z.number().optional(),
  VisibilityTimeout: z.number().optional(),
  RedrivePolicy: z.strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.number() }).optional(),
});

/** Queues in the embedded SQS engine. */
export const sqsQueue = definePlugin({
  types: ['AWS::SQS::Queue'],
  properties: queueSchema,
  ignores: {
    KmsDataKeyReusePeriodSeconds: 'the disk belongs to the developer',
    KmsMasterKeyId: 'the disk belongs to the developer',
    RedriveAllowPolicy: 'there is one account',
    SqsManagedSseEnabled: 'the disk belongs to the developer',
    Tags: 'nothing reads them',
  },
  // Functions use the URL as the address, so its host must resolve; the engine goes by the last part of the path.
  ref: (resource, { endpoints }) => queueUrl(queueName(resource), endpoints.sqs),
  attribute(resource, name, { endpoints }) {
    switch (name) {
      case 'Arn':
        return arn('sqs', queueName(resource));
      case 'QueueName':
        return queueName(resource);
      case 'QueueUrl':
        return queueUrl(queueName(resource), endpoints.sqs);
      default:
        return undefined;
    }
  },
  async start(queues, { endpoints }) {
    const call = engineClient('sqs', endpoints.sqs);
    const named = queues.map(({ logicalId, properties: { QueueName = logicalId, ...rest } }) => ({
      QueueName,
      Attributes: Object.fromEntries(
        Object.entries(rest).map(([key, value]) => [
          key,
          typeof value === 'object' ? JSON.stringify(value) : String(value),
        ]),
      ),
    }));
    // Two passes: a queue may name a dead-letter queue that is declared behind it, and a changed attribute must reach
    // a queue that the data folder holds already.
    for (const { QueueName } of named) await call('CreateQueue', { QueueName });
    for (const { QueueName, Attributes } of named) {
      await call('SetQueueAttributes', { QueueUrl: queueUrl(QueueName, endpoints.sqs), Attributes });
    }
  },
});

function queueName(resource: Referenced): string {
  return resource.name('QueueName') ?? resource.logicalId;
}

export function queueUrl(name: string, endpoint: string): string {
  return `${endpoint}/${'0'.repeat(12)}/${name}`;
}
