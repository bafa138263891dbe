import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from '@jest/globals';
import {
  createStateTable,
  type DynamoDBEngine,
  LOCAL,
  runRateLimiterCases,
  startDynamoDBEngine,
} from '@weir/testkit/stores';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { createMemoryRateLimiter, createRateLimiter } from './create-rate-limiter.ts';
import { MemoryLimitTable } from './memory-limit-table.ts';

const table = 'state';
/** A busy machine is no lost answer. */
const PATIENT = { connect: 10_000, answer: 10_000, attempts: 1 };
let engine: DynamoDBEngine;
let client: DynamoDBClient;

beforeAll(async () => {
  engine = await startDynamoDBEngine();
  await engine.createStateTable(table);
  client = createDynamoDBClient({ endpoint: engine.endpoint, ...LOCAL, patience: PATIENT });
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

const local = process.env.WEIR_DYNAMODB_LOCAL;
if (local === undefined)
  process.stdout.write('skipped: rate limits on DynamoDB Local need its URL in WEIR_DYNAMODB_LOCAL\n');
else {
  const own = `state-${Date.now()}`;
  const localClient = createDynamoDBClient({ endpoint: local, ...LOCAL, patience: PATIENT });
  beforeAll(() => createStateTable(local, own));
  afterAll(() => localClient.destroy());
  runRateLimiterCases({
    name: 'StoredRateLimiter on Amazon’s DynamoDB Local',
    make: async (clocks) =>
      clocks.map((clock) => createRateLimiter({ client: localClient, table: own, clock })),
  });
}
