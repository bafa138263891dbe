import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { epochMs, StoreUnavailable } from '@weir/core';
import {
  anAccountId,
  type DynamoDBEngine,
  gatewayId,
  LOCAL,
  runKeyUsesCases,
  startDynamoDBEngine,
} from '@weir/testkit/stores';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { createKeyUses } from './index.ts';
import { MemoryKeyUses } from './memory-key-uses.ts';

const table = 'logs';
let engine: DynamoDBEngine;
let client: DynamoDBClient;

beforeAll(async () => {
  engine = await startDynamoDBEngine();
  await engine.createStateTable(table);
  const patience = { connect: 5_000, answer: 5_000, attempts: 2 };
  client = createDynamoDBClient({ endpoint: engine.endpoint, ...LOCAL, patience });
});

afterAll(async () => {
  client.destroy();
  await engine.stop();
});

runKeyUsesCases({
  name: 'MemoryKeyUses',
  make: async () => {
    const uses = new MemoryKeyUses();
    return { uses, another: uses };
  },
});

runKeyUsesCases({
  name: 'DynamoDBKeyUses',
  make: async () => ({ uses: createKeyUses({ client, table }), another: createKeyUses({ client, table }) }),
});

it('a table that cannot be asked is unavailable', async () => {
  const uses = createKeyUses({ client, table: 'missing' });
  const account = anAccountId();
  await expect(uses.note(account, gatewayId('g'), 'a', epochMs(1))).rejects.toThrow(StoreUnavailable);
  await expect(uses.list(account, gatewayId('g'))).rejects.toThrow(StoreUnavailable);
});
