import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from '@jest/globals';
import { type DynamoDBEngine, LOCAL, runRateLimiterCases, startDynamoDBEngine } from '@weir/testkit/stores';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { createMemoryRateLimiter, createRateLimiter } from './create-rate-limiter.ts';
import { MemoryLimitTable } from './memory-limit-table.ts';

const table = 'state';
let engine: DynamoDBEngine;
let client: DynamoDBClient;

beforeAll(async () => {
  engine = await startDynamoDBEngine();
  await engine.createStateTable(table);
  client = createDynamoDBClient({ endpoint: engine.endpoint, ...LOCAL });
});

afterAll(async () => {
  client.destroy();
  await engine.stop();
});

runRateLimiterCases({
  name: 'StoredRateLimiter in memory',
  make: async (clocks) => {
    const shared = new MemoryLimitTable();
    return clocks.map((clock) => createMemoryRateLimiter(clock, shared));
  },
});

runRateLimiterCases({
  name: 'StoredRateLimiter on DynamoDB',
  make: async (clocks) => clocks.map((clock) => createRateLimiter({ client, table, clock })),
});
