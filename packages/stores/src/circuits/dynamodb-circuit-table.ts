import { type CallCounts, type CircuitId, type CircuitPhase, type Clock, NEW_CIRCUIT } from '@weir/core';
import { ask, isConditionRefused } from '../aws/ask.ts';
import type { DynamoDBCall } from '../aws/dynamodb-call.ts';
import { circuitKey, circuitOf, type Item, placeOf, ttlAt } from './circuit-item.ts';
import type { CircuitTable, VersionedCircuit } from './circuit-table.ts';

export interface DynamoDBCircuitTableOptions {
  readonly client: DynamoDBCall;
  readonly table: string;
  readonly clock: Clock;
}

interface Update {
  readonly changes: string;
  readonly condition: string;
  readonly values: Item;
}

/**
 * On the `state` table: one item a circuit, pk `C#<account>#<gateway's internal id>`, sk `<provider>#<host>`. Counts are in
 * a ring of places, each of which says whose bucket it is; the phase is JSON, and `version` counts its changes.
 */
export class DynamoDBCircuitTable implements CircuitTable {
  readonly #client: DynamoDBCall;
  readonly #table: string;
  readonly #clock: Clock;

  constructor({ client, table, clock }: DynamoDBCircuitTableOptions) {
    this.#client = client;
    this.#table = table;
    this.#clock = clock;
  }

  async read(circuit: CircuitId): Promise<VersionedCircuit> {
    const input = { TableName: this.#table, Key: circuitKey(circuit), ConsistentRead: true };
    const item = await ask('read a circuit', () => this.#client.getItem(input));
    return item ? circuitOf(item) : newCircuit(circuit);
  }

  async add(circuit: CircuitId, bucket: number, { calls, failures }: CallCounts): Promise<VersionedCircuit> {
    const place = placeOf(bucket);
    const [name, called, failed] = [`b${place}`, `c${place}`, `f${place}`];
    const values = {
      ':bucket': { N: String(bucket) },
      ':calls': { N: String(calls) },
      ':failures': { N: String(failures) },
    };
    const more: Update = {
      changes: `SET #ttl = :ttl ADD ${called} :calls, ${failed} :failures`,
      condition: `${name} = :bucket`,
      values,
    };
    const begin: Update = {
      changes: `SET ${name} = :bucket, ${called} = :calls, ${failed} = :failures, #ttl = :ttl`,
      condition: `attribute_not_exists(${name}) OR ${name} < :bucket`,
      values,
    };
    // The third holds where another process began the bucket between the first and the second.
    for (const update of [more, begin, more]) {
      const written = await this.#update(circuit, update);
      if (written) return written;
    }
    return this.read(circuit);
  }

  async change(circuit: CircuitId, version: number, phase: CircuitPhase): Promise<VersionedCircuit | null> {
    return this.#update(circuit, {
      changes: 'SET phase = :phase, version = :next, #ttl = :ttl',
      condition: version === 0 ? 'attribute_not_exists(version) OR version = :version' : 'version = :version',
      values: {
        ':phase': { S: JSON.stringify(phase) },
        ':version': { N: String(version) },
        ':next': { N: String(version + 1) },
      },
    });
  }

  /** @returns the circuit afterwards; null when the condition did not hold. */
  async #update(
    circuit: CircuitId,
    { changes, condition, values }: Update,
  ): Promise<VersionedCircuit | null> {
    const input = {
      TableName: this.#table,
      Key: circuitKey(circuit),
      UpdateExpression: changes,
      ConditionExpression: condition,
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ...values, ':ttl': { N: String(ttlAt(this.#clock.now())) } },
      ReturnValues: 'ALL_NEW' as const,
    };
    try {
      return circuitOf(await ask('share a circuit', () => this.#client.updateItem(input)));
    } catch (error) {
      if (isConditionRefused(error)) return null;
      throw error;
    }
  }
}

const newCircuit = ({ provider, host }: CircuitId): VersionedCircuit => ({
  provider,
  host,
  phase: NEW_CIRCUIT,
  window: new Map(),
  version: 0,
});
