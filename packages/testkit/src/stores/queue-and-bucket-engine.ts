import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { LOCAL } from './dynamodb-engine.ts';
import { type EngineProcess, startEngine } from './engine-process.ts';

export interface QueueAndBucketEngine extends EngineProcess {
  /** @returns the queue's URL. */
  createQueue(name: string): Promise<string>;
  createBucket(name: string): Promise<void>;
}

/** fauxqs, in memory. */
export async function startQueueAndBucketEngine(): Promise<QueueAndBucketEngine> {
  const engine = await startEngine(new URL('./fauxqs-program.mjs', import.meta.url));
  const { endpoint } = engine;
  return {
    ...engine,
    createQueue: async (name) => {
      const client = new SQSClient({ endpoint, ...LOCAL });
      await client.send(new CreateQueueCommand({ QueueName: name }));
      client.destroy();
      // The engine's own URL names a host that does not resolve everywhere; only the last part counts.
      return `${endpoint}/000000000000/${name}`;
    },
    createBucket: async (name) => {
      const client = new S3Client({ endpoint, forcePathStyle: true, ...LOCAL });
      await client.send(new CreateBucketCommand({ Bucket: name }));
      client.destroy();
    },
  };
}
