import { randomBytes } from 'node:crypto';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { AccountId } from '@weir/core';
import { type SpendOrder, spend } from '@weir/testkit/spending';
import type { WeirContender } from '../contenders/weir.ts';
import { percentile } from './statistics.ts';

/** One dollar, 500 requests at a cent, 64 at once, 4 processes. */
export interface LedgerResult {
  readonly served: number;
  /** Micro-dollars. */
  readonly spent: number;
  /** One reservation at a time, p50, ms. */
  readonly reserve: number;
  /** One conditional write through the SDK, p50, ms. */
  readonly updateItem: number;
}

const CALLS = 200;

/** What a full budget serves, and what a reservation costs beside one write of the store it is in. */
export async function measureLedger({ host }: WeirContender): Promise<LedgerResult> {
  const { environment } = host.functions.find(({ name }) => name === 'provider') ?? { environment: {} };
  const settings: Readonly<Record<string, string | undefined>> = environment;
  const [endpoint, table] = [settings.AWS_ENDPOINT_URL_DYNAMODB ?? '', settings.WEIR_STATE_TABLE ?? ''];
  const full = await spend({ endpoint, order: anOrder(table), processes: 4 });
  const alone = { requests: CALLS, concurrency: 1, limit: '1000000000' };
  const single = await spend({ endpoint, order: { ...anOrder(table), ...alone }, processes: 1 });
  const served = full.lines.flatMap((line) => (line.kind === 'served' ? [line.cost] : []));
  return {
    served: served.length,
    spent: served.reduce((sum, cost) => sum + cost, 0),
    reserve: percentile(
      single.lines.map(({ took }) => took),
      0.5,
    ),
    updateItem: await updateItemP50(endpoint, table),
  };
}

const anOrder = (table: string): SpendOrder => ({
  table,
  account: randomBytes(16).toString('hex') as AccountId,
  rule: 'bench',
  shards: 1,
  limit: '1000000',
  window: 'fixed',
  requests: 500,
  concurrency: 64,
  estimate: 10_000,
  costs: 'estimate',
});

async function updateItemP50(endpoint: string, table: string): Promise<number> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  const times: number[] = [];
  for (let call = 0; call < CALLS; call += 1) {
    const began = performance.now();
    await client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: { pk: { S: 'bench' }, sk: { S: 'ledger' } },
        UpdateExpression: 'ADD n :one',
        ConditionExpression: 'attribute_not_exists(n) OR n < :most',
        ExpressionAttributeValues: { ':one': { N: '1' }, ':most': { N: '1000000' } },
      }),
    );
    times.push(performance.now() - began);
  }
  client.destroy();
  return percentile(times, 0.5);
}
