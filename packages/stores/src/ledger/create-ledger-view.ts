import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock, Credits, LedgerView } from '@weir/core';
import { DynamoDBCall } from '../aws/dynamodb-call.ts';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { ONE_ATTEMPT } from './create-ledger.ts';
import { DynamoDBLedgerList } from './dynamodb-ledger-list.ts';
import { DynamoDBLedgerTable } from './dynamodb-ledger-table.ts';
import { LedgerSweeper, type LedgerSweeperOptions } from './ledger-sweeper.ts';
import { StoredCredits } from './stored-credits.ts';
import { StoredLedgerView } from './stored-ledger-view.ts';

/** A page of a query is a megabyte, and no inference request waits on it. */
const OFF_PATH = { connect: 1_000, answer: 5_000, attempts: 3 };

export interface LedgerListOptions {
  /** The `state` table's name. */
  readonly table: string;
  readonly clock: Clock;
  /** Makes one attempt. */
  readonly call?: DynamoDBCall;
  readonly client?: DynamoDBClient;
}

function tableOf({ table, clock, call, client }: LedgerListOptions) {
  return {
    table: new DynamoDBLedgerTable(call ?? new DynamoDBCall({ patience: ONE_ATTEMPT }), table),
    list: new DynamoDBLedgerList(client ?? createDynamoDBClient({ patience: OFF_PATH }), table),
    clock,
  };
}

/** What the budgets hold, for the control plane. */
export const createLedgerView = (options: LedgerListOptions): LedgerView =>
  new StoredLedgerView(tableOf(options));

/** Prepaid credits, for the control plane. */
export const createCredits = (options: LedgerListOptions): Credits => new StoredCredits(tableOf(options));

export const createLedgerSweeper = ({
  logs,
  report,
  ...options
}: LedgerListOptions & Pick<LedgerSweeperOptions, 'logs' | 'report'>): LedgerSweeper =>
  new LedgerSweeper({ ...tableOf(options), logs, report });
