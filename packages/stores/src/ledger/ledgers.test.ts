import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from '@jest/globals';
import {
  createStateTable,
  type DynamoDBEngine,
  LOCAL,
  type ManualClock,
  runLedgerCases,
  startDynamoDBEngine,
} from '@weir/testkit/stores';
import { DynamoDBCall } from '../aws/dynamodb-call.ts';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { MemoryLogStore } from '../logs/memory-log-store.ts';
import { DynamoDBLedgerList } from './dynamodb-ledger-list.ts';
import { DynamoDBLedgerTable } from './dynamodb-ledger-table.ts';
import { LedgerSweeper } from './ledger-sweeper.ts';
import type { LedgerList, LedgerTable } from './ledger-table.ts';
import { MemoryLedgerTable } from './memory-ledger-table.ts';
import { StoredCredits } from './stored-credits.ts';
import { StoredLedger } from './stored-ledger.ts';
import { StoredLedgerView } from './stored-ledger-view.ts';

const name = 'state';
/** A busy machine is no lost answer. */
const PATIENT = { connect: 10_000, answer: 10_000, attempts: 1 };
let engine: DynamoDBEngine;
let call: DynamoDBCall;
let client: DynamoDBClient;

beforeAll(async () => {
  engine = await startDynamoDBEngine();
  await engine.createStateTable(name);
  const options = { endpoint: engine.endpoint, ...LOCAL, patience: PATIENT };
  call = new DynamoDBCall(options);
  client = createDynamoDBClient(options);
});

afterAll(async () => {
  client.destroy();
  await engine.stop();
});

function partsOver(table: LedgerTable, list: LedgerList, clocks: readonly ManualClock[]) {
  const [clock] = clocks;
  if (!clock) throw new Error('a ledger needs a clock');
  const report = (place: string, error: unknown) => {
    throw new Error(`cannot sweep ${place}`, { cause: error });
  };
  return {
    ledgers: clocks.map((own) => new StoredLedger({ table, clock: own })),
    view: new StoredLedgerView({ table, list, clock }),
    credits: new StoredCredits({ table, list, clock }),
    sweep: (logs: ConstructorParameters<typeof LedgerSweeper>[0]['logs']) =>
      new LedgerSweeper({ table, list, logs, clock, report }).sweep(),
  };
}

const logs = (clock: ManualClock) => new MemoryLogStore({ clock });

runLedgerCases({
  name: 'StoredLedger in memory',
  make: async (clocks) => {
    const table = new MemoryLedgerTable();
    return partsOver(table, table, clocks);
  },
  logs,
});

runLedgerCases({
  name: 'StoredLedger on DynamoDB',
  make: async (clocks) =>
    partsOver(new DynamoDBLedgerTable(call, name), new DynamoDBLedgerList(client, name), clocks),
  logs,
});

const local = process.env.WEIR_DYNAMODB_LOCAL;
if (local === undefined)
  process.stdout.write('skipped: the ledger on DynamoDB Local needs its URL in WEIR_DYNAMODB_LOCAL\n');
else {
  const own = `state-${Date.now()}`;
  const options = { endpoint: local, ...LOCAL, patience: PATIENT };
  const localClient = createDynamoDBClient(options);
  beforeAll(() => createStateTable(local, own));
  afterAll(() => localClient.destroy());
  runLedgerCases({
    name: 'StoredLedger on Amazon’s DynamoDB Local',
    make: async (clocks) =>
      partsOver(
        new DynamoDBLedgerTable(new DynamoDBCall(options), own),
        new DynamoDBLedgerList(localClient, own),
        clocks,
      ),
    logs,
  });
}
