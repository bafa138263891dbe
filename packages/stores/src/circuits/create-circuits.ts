import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { CircuitList, Circuits, Clock } from '@weir/core';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { DynamoDBCircuitList } from './dynamodb-circuit-list.ts';
import { DynamoDBCircuitTable } from './dynamodb-circuit-table.ts';
import { MemoryCircuitTable } from './memory-circuit-table.ts';
import type { SharedCircuitOptions } from './shared-circuit.ts';
import { SharedCircuits } from './shared-circuits.ts';

export interface CircuitsOptions {
  readonly table: string;
  readonly clock: Clock;
  readonly client?: DynamoDBClient;
}

/** Circuits in the `state` table. One per process; its client is made at the first gateway that has a circuit breaker. */
export function createCircuits({
  table,
  clock,
  client,
  report,
}: CircuitsOptions & Pick<SharedCircuitOptions, 'report'>): Circuits {
  let made = client;
  const lazily = () => {
    made ??= createDynamoDBClient();
    return made;
  };
  return new SharedCircuits({
    table: new DynamoDBCircuitTable({ client: lazily, table, clock }),
    clock,
    report,
  });
}

/** What the processes share, for the control plane. */
export function createCircuitList({
  table,
  clock,
  client = createDynamoDBClient(),
}: CircuitsOptions): CircuitList {
  return new DynamoDBCircuitList({ client, table, clock });
}

/** Circuits of this process alone, or together with others that are given the same table. */
export function createMemoryCircuits(clock: Clock, table = new MemoryCircuitTable(clock)): Circuits {
  return new SharedCircuits({ table, clock, report: () => undefined });
}
