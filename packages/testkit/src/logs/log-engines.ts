import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBEngine,
  LOCAL,
  type QueueAndBucketEngine,
  startDynamoDBEngine,
  startQueueAndBucketEngine,
} from '../stores/index.ts';

/** Where logs are kept, on engines that run in processes of their own. */
export interface LogEngines {
  readonly table: string;
  readonly bucket: string;
  readonly tableEngine: DynamoDBEngine;
  readonly bucketEngine: QueueAndBucketEngine;
  stop(): Promise<void>;
}

export async function startLogEngines(): Promise<LogEngines> {
  const [tableEngine, bucketEngine] = await Promise.all([startDynamoDBEngine(), startQueueAndBucketEngine()]);
  const table = 'logs';
  const bucket = 'bodies';
  await Promise.all([createLogsTable(tableEngine.endpoint, table), bucketEngine.createBucket(bucket)]);
  return {
    table,
    bucket,
    tableEngine,
    bucketEngine,
    stop: async () => {
      await Promise.all([tableEngine.stop(), bucketEngine.stop()]);
    },
  };
}

async function createLogsTable(endpoint: string, name: string): Promise<void> {
  const client = new DynamoDBClient({ endpoint, ...LOCAL });
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((attribute) => ({
        AttributeName: attribute,
        AttributeType: 'S',
      })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.02 }, { TableName: name });
  client.destroy();
}
