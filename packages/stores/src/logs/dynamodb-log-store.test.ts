import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll } from '@jest/globals';
import { type LogEngines, runLogStoreCases, startLogEngines } from '@weir/testkit/logs';
import { LOCAL, ManualClock } from '@weir/testkit/stores';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { createBucket, createS3Client } from '../bucket/index.ts';
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
