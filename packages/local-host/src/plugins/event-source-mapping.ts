import * as z from 'zod';
import { Unsupported } from '../assembly/unsupported.ts';
import { engineClient } from '../engines/aws-json.ts';
import { pollQueue } from '../triggers/poll-queue.ts';
import { functionAt } from './lambda-function.ts';
import { definePlugin } from './plugin.ts';
import { queueUrl } from './sqs-queue.ts';

const mappingSchema = z.strictObject({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  BatchSize: z.number().default(10),
  MaximumBatchingWindowInSeconds: z.number().default(0),
  Enabled: z.boolean().default(true),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  ScalingConfig: z.strictObject({ MaximumConcurrency: z.number().optional() }).optional(),
});

/** AWS starts a mapping with five pollers; one machine has no use for more. */
const POLLERS = 5;

/** Queues that invoke functions. */
export const eventSourceMapping = definePlugin({
  types: ['AWS::Lambda::EventSourceMapping'],
  properties: mappingSchema,
  ignores: { Tags: 'nothing reads them' },
  ref: (resource) => resource.logicalId,
  attribute: (resource, name) => (name === 'Id' ? resource.logicalId : undefined),
  async start(mappings, machine) {
    const call = engineClient('sqs', machine.endpoints.sqs);
    for (const { path, properties } of mappings) {
      const { EventSourceArn, BatchSize, MaximumBatchingWindowInSeconds, ScalingConfig } = properties;
      if (!EventSourceArn.startsWith('arn:aws:sqs:')) {
        throw new Unsupported(`${path} › EventSourceArn`, `${EventSourceArn} is not a queue`);
      }
      const target = functionAt(machine, properties.FunctionName, `${path} › FunctionName`);
      if (!properties.Enabled) continue;
      const name = EventSourceArn.slice(EventSourceArn.lastIndexOf(':') + 1);
      machine.onStop(
        pollQueue({
          call,
          queueArn: EventSourceArn,
          queueUrl: queueUrl(name, machine.endpoints.sqs),
          invoke: (event) => target.invoke(event),
          batchSize: BatchSize,
          windowMs: MaximumBatchingWindowInSeconds * 1000,
          concurrency: Math.min(ScalingConfig?.MaximumConcurrency ?? POLLERS, POLLERS),
          reportsFailures: properties.FunctionResponseTypes.length > 0,
          log: (text) => machine.log('host', `${path}: ${text}`),
        }),
      );
    }
  },
});
