import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { CircuitList, Circuits, Clock } from '@weir/core';
import { DynamoDBCall } from '../aws/dynamodb-call.ts';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { DynamoDBCircuitList } from './dynamodb-circuit-list.ts';
import { DynamoDBCircuitTable } from './dynamodb-circuit-table.ts';
import { MemoryCircuitTable } from './memory-circuit-table.ts';
import type { SharedCircuitOptions } from './shared-circuit.ts';
import { SharedCircuits } from './shared-circuits.ts';

export interface CircuitsOptions extends Pick<SharedCircuitOptions, 'report'> {
  readonly table: string;
  readonly clock: Clock;
  readonly client?: DynamoDBCall;
}

/** Circuits in the `state` table. One per process. */
export function createCircuits({
  table,
  clock,
  client = new DynamoDBCall(),
  report,
}: CircuitsOptions): Circuits {
  return new SharedCircuits({ table: new DynamoDBCircuitTable({ client, table, clock }), clock, report });
}

export interface CircuitListOptions {
  readonly table: string;
  readonly clock: Clock;
  readonly client?: DynamoDBClient;
}

/** What the processes share, for the control plane. */
export function createCircuitList({
  table,
  clock,
  client = createDynamoDBClient(),
}: CircuitListOptions): CircuitList {
  return new DynamoDBCircuitList({ client, table, clock });
}

/** Circuits of this process alone, or together with others that are given the same table. */
export function createMemoryCircuits(clock: Clock, table = new MemoryCircuitTable(clock)): Circuits {
  return new SharedCircuits({ table, clock, report: () => undefined });
}
