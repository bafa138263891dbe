import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type BudgetState, type Clock, epochMs } from '@weir/core';
import { type SpendOrder, type Spent, spend } from '@weir/testkit/spending';
import {
  anAccountId,
  aRecord,
  type DynamoDBEngine,
  dollars,
  gatewayId,
  LOCAL,
  ManualClock,
  startDynamoDBEngine,
} from '@weir/testkit/stores';
import { DynamoDBCall } from '../aws/dynamodb-call.ts';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { MemoryLogStore } from '../logs/memory-log-store.ts';
import { createLedgerSweeper, createLedgerView } from './create-ledger-view.ts';

const PATIENT = { connect: 10_000, answer: 10_000, attempts: 1 };
const clock: Clock = { now: () => epochMs(Date.now()) };
const table = 'state';
const gateway = gatewayId('default');
let engine: DynamoDBEngine;
let client: DynamoDBClient;
let call: DynamoDBCall;

beforeAll(async () => {
  engine = await startDynamoDBEngine();
  await engine.createStateTable(table);
  const options = { endpoint: engine.endpoint, ...LOCAL, patience: PATIENT };
  client = createDynamoDBClient(options);
  call = new DynamoDBCall(options);
});

afterAll(async () => {
  client.destroy();
  await engine.stop();
});

const anOrder = (changes: Partial<SpendOrder> = {}): SpendOrder => ({
  table,
  account: anAccountId(),
  rule: 'a-rule',
  shards: 1,
  limit: dollars('1').toString(),
  window: 'fixed',
  requests: 500,
  concurrency: 64,
  estimate: 10_000,
  costs: 'estimate',
  ...changes,
});

async function stateOf({ account }: SpendOrder): Promise<BudgetState | undefined> {
  const [state] = await createLedgerView({ table, clock, client, call }).states(account, gateway);
  return state;
}

const servedIn = ({ lines }: Spent) => lines.flatMap((line) => (line.kind === 'served' ? [line] : []));

/** Looks at the budget until the work is done. */
async function mostUsedDuring(order: SpendOrder, work: Promise<unknown>): Promise<bigint> {
  let most = 0n;
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  work.then(over, over);
  while (!isOver) {
    const { spent = 0n, reserved = 0n } = (await stateOf(order)) ?? {};
    if (spent + reserved > most) most = spent + reserved;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return most;
}

const KINDS = [
  ['fixed', 1],
  ['sliding', 1],
  ['fixed', 4],
] as const;

describe.each(KINDS)('a %s budget of one dollar over %d item(s), spent by 4 processes', (window, shards) => {
  it('serves exactly 100 of 500 requests at a cent each, 64 at once', async () => {
    const order = anOrder({ window, shards });
    const spent = await spend({ endpoint: engine.endpoint, order, processes: 4 });
    expect(spent.lines).toHaveLength(500);
    expect(servedIn(spent)).toHaveLength(100);
    expect(await stateOf(order)).toMatchObject({ spent: dollars('1'), reserved: 0n });
  }, 240_000);

  it('is never passed when costs vary and processes are killed; after the sweep it is what the records say', async () => {
    const order = anOrder({ window, shards, costs: 'random' });
    const running = spend({ endpoint: engine.endpoint, order, processes: 4, kills: 6 });
    const most = await mostUsedDuring(order, running);
    const spent = await running;
    expect(most).toBeLessThanOrEqual(dollars('1'));
    expect(spent.killed).toBeGreaterThan(0);

    const later = new ManualClock(epochMs(Date.now() + 2 * 3_600_000));
    const logs = new MemoryLogStore({ clock: later });
    const { account } = order;
    for (const { id, at, cost } of servedIn(spent))
      await logs.put(
        aRecord({ id, account, gateway, createdAt: at, cost: { micros: cost, book: 'test', price: 'test' } }),
      );
    const report = (_: string, error: unknown) => {
      throw error;
    };
    await createLedgerSweeper({ table, clock: later, client, call, logs, report }).sweep();
    const { entries } = await logs.list({
      account,
      gateway,
      from: null,
      to: null,
      direction: 'asc',
      skip: 0,
      take: 1_000,
    });
    const recorded = entries.reduce((sum, { record }) => sum + BigInt(record.cost?.micros ?? 0), 0n);
    expect(recorded).toBeGreaterThan(0n);
    expect(await stateOf(order)).toMatchObject({ spent: recorded, reserved: 0n });
    expect(recorded).toBeLessThanOrEqual(dollars('1'));
  }, 240_000);
});
