import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { CircuitList, CircuitOwner, Clock, StoredCircuit } from '@weir/core';
import { ask } from '../aws/ask.ts';
import { circuitOf, circuitsKey, type Item, isCurrent } from './circuit-item.ts';
import { MOST_LISTED } from './circuit-table.ts';

export interface DynamoDBCircuitListOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly clock: Clock;
}

/** What `DynamoDBCircuitTable` keeps. Apart from it, so that the data plane's bundles hold no query. */
export class DynamoDBCircuitList implements CircuitList {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #clock: Clock;

  constructor({ client, table, clock }: DynamoDBCircuitListOptions) {
    this.#client = client;
    this.#table = table;
    this.#clock = clock;
  }

  async list(owner: CircuitOwner): Promise<readonly StoredCircuit[]> {
    const circuits: StoredCircuit[] = [];
    let from: Item | undefined;
    do {
      const command = new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: circuitsKey(owner) } },
        ConsistentRead: true,
        ...(from ? { ExclusiveStartKey: from } : {}),
      });
      const page = await ask('list circuits', () => this.#client.send(command));
      const now = this.#clock.now();
      const current = (page.Items ?? []).filter((item) => isCurrent(item, now));
      circuits.push(...current.map(circuitOf));
      from = page.LastEvaluatedKey;
    } while (from && circuits.length < MOST_LISTED);
    return circuits.slice(0, MOST_LISTED);
  }
}
