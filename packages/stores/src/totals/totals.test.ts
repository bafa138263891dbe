import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from '@jest/globals';
import { type LogEngines, runTotalsCases, startLogEngines } from '@weir/testkit/logs';
import { LOCAL } from '@weir/testkit/stores';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { MemoryBucket } from '../bucket/memory-bucket.ts';
import { createLogStore } from '../logs/create-log-store.ts';
import { MemoryLogStore } from '../logs/memory-log-store.ts';
import { createTotals, createTotalsRecount } from './create-totals.ts';
import { MemoryTotals } from './memory-totals.ts';

let engines: LogEngines;
let client: DynamoDBClient;

beforeAll(async () => {
  engines = await startLogEngines();
  client = createDynamoDBClient({ endpoint: engines.tableEngine.endpoint, ...LOCAL });
});

afterAll(async () => {
  client.destroy();
  await engines.stop();
});

runTotalsCases({
  name: 'StoredTotals',
  make: async (clock) => {
    const options = { client, table: engines.table, clock };
    const logs = createLogStore({ ...options, bucket: new MemoryBucket() });
    const recount = createTotalsRecount(options);
    const round = async () => {
      await logs.sweepDeletedGateways(() => true);
      await recount.round(() => true);
    };
    return { logs, totals: createTotals(options), round };
  },
});

runTotalsCases({
  name: 'MemoryTotals',
  make: async (clock) => {
    const logs = new MemoryLogStore({ clock });
    return { logs, totals: new MemoryTotals({ logs, clock }), round: async () => {} };
  },
});
