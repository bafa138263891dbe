import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '@weir/core';
import { LogTable } from '../logs/log-table.ts';
import { StoredTotals } from './stored-totals.ts';
import { TotalsRecount } from './totals-recount.ts';

interface TotalsOptions {
  readonly client: DynamoDBClient;
  /** The `logs` table's name. */
  readonly table: string;
  readonly clock: Clock;
}

/** A gateway's totals on AWS. */
export const createTotals = (options: TotalsOptions) => new StoredTotals(logTable(options), options.clock);

/** What keeps them: for the log plane's schedule. */
export const createTotalsRecount = (options: TotalsOptions) =>
  new TotalsRecount(logTable(options), options.clock);

const logTable = ({ client, table }: TotalsOptions) => new LogTable(client, table);
