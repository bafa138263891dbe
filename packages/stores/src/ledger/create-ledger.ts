import type { Clock, Ledger } from '@weir/core';
import { DynamoDBCall } from '../aws/dynamodb-call.ts';
import { DynamoDBLedgerTable } from './dynamodb-ledger-table.ts';
import { MemoryLedgerTable } from './memory-ledger-table.ts';
import { StoredLedger } from './stored-ledger.ts';

/** One attempt: the ledger repeats what may be repeated, and must know of it. */
export const ONE_ATTEMPT = { connect: 1_000, answer: 2_000, attempts: 1 };

export interface LedgerOptions {
  /** The `state` table's name. */
  readonly table: string;
  readonly clock: Clock;
  /** Makes one attempt. */
  readonly client?: DynamoDBCall;
  /** How long an attempt may take. Milliseconds. */
  readonly patience?: { readonly connect: number; readonly answer: number };
}

/** The ledger in the `state` table, for the data plane. One per process. */
export function createLedger({
  table,
  clock,
  patience,
  client = new DynamoDBCall({ patience: { ...ONE_ATTEMPT, ...patience } }),
}: LedgerOptions): Ledger {
  return new StoredLedger({ table: new DynamoDBLedgerTable(client, table), clock });
}

/** In this process alone, or together with others that are given the same table. */
export function createMemoryLedger(clock: Clock, table = new MemoryLedgerTable()): Ledger {
  return new StoredLedger({ table, clock });
}
