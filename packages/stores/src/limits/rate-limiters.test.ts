import { afterAll, beforeAll } from '@jest/globals';
import {
  createStateTable,
  type DynamoDBEngine,
  LOCAL,
  runRateLimiterCases,
  startDynamoDBEngine,
} from '@weir/testkit/stores';
import { DynamoDBCall } from '../aws/dynamodb-call.ts';
import { createMemoryRateLimiter, createRateLimiter } from './create-rate-limiter.ts';
import { MemoryLimitTable } from './memory-limit-table.ts';

const table = 'state';
/** A busy machine is no lost answer. */
const PATIENT = { connect: 10_000, answer: 10_000, attempts: 1 };
let engine: DynamoDBEngine;
let client: DynamoDBCall;

beforeAll(async () => {
  engine = await startDynamoDBEngine();
  await engine.createStateTable(table);
  client = new DynamoDBCall({ endpoint: engine.endpoint, ...LOCAL, patience: PATIENT });
});

afterAll(() => engine.stop());

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
  const localClient = new DynamoDBCall({ endpoint: local, ...LOCAL, patience: PATIENT });
  beforeAll(() => createStateTable(local, own));
  runRateLimiterCases({
    name: 'StoredRateLimiter on Amazon’s DynamoDB Local',
    make: async (clocks) =>
      clocks.map((clock) => createRateLimiter({ client: localClient, table: own, clock })),
  });
}
