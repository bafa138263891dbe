import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DeleteItemCommandInput,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { StoreUnavailable } from '@weir/core';
import { ask, isConditionRefused } from '../aws/ask.ts';
import { type ItemKey, placeOf } from '../table/keys.ts';
import { inParallel } from './in-parallel.ts';

export type Item = Record<string, AttributeValue>;
export type Query = Omit<QueryCommandInput, 'TableName'>;

/** The service's own limits on one call. */
const READS_PER_CALL = 100;
const WRITES_PER_CALL = 25;
const CALLS_AT_ONCE = 4;
/** Waits before that is sent again which the service left out (it does when it throttles). Milliseconds. */
const PAUSES = [20, 60, 180, 540] as const;

/** The `logs` table: each method is one question, and whatever keeps it from an answer is a `StoreUnavailable`. */
export class LogTable {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /** False when an item has this key already; it is left as it is. */
  async putOnce(item: Item): Promise<boolean> {
    const command = new PutItemCommand({
      TableName: this.#table,
      Item: item,
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    return this.#unlessRefused('write a log', () => this.#client.send(command));
  }

  /** False when the update's condition did not hold. */
  async update({ pk, sk }: ItemKey, change: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>) {
    const command = new UpdateItemCommand({
      TableName: this.#table,
      Key: { pk: { S: pk }, sk: { S: sk } },
      ...change,
    });
    return this.#unlessRefused('write a log', () => this.#client.send(command));
  }

  /** False when the condition did not hold. */
  async deleteIf(
    { pk, sk }: ItemKey,
    condition: Omit<DeleteItemCommandInput, 'TableName' | 'Key'>,
  ): Promise<boolean> {
    const command = new DeleteItemCommand({
      TableName: this.#table,
      Key: { pk: { S: pk }, sk: { S: sk } },
      ...condition,
    });
    return this.#unlessRefused('delete logs', () => this.#client.send(command));
  }

  /** Items by {@link placeOf} their key; absent ones are missing. Sees every write that came before. */
  async read(keys: readonly ItemKey[]): Promise<Map<string, Item>> {
    const found = new Map<string, Item>();
    await inParallel(batches(keys, READS_PER_CALL), CALLS_AT_ONCE, async (batch) => {
      let open: Item[] = batch.map(({ pk, sk }) => ({ pk: { S: pk }, sk: { S: sk } }));
      await untilNothingIsOpen('read logs', async () => {
        const command = new BatchGetItemCommand({
          RequestItems: { [this.#table]: { Keys: open, ConsistentRead: true } },
        });
        const answer = await ask('read logs', () => this.#client.send(command));
        for (const item of answer.Responses?.[this.#table] ?? []) {
          found.set(placeOf({ pk: item.pk?.S ?? '', sk: item.sk?.S ?? '' }), item);
        }
        open = answer.UnprocessedKeys?.[this.#table]?.Keys ?? [];
        return open.length;
      });
    });
    return found;
  }

  /** Keys that are not there count as deleted. */
  async delete(keys: readonly ItemKey[]): Promise<void> {
    await inParallel(batches(keys, WRITES_PER_CALL), CALLS_AT_ONCE, async (batch) => {
      let open = batch.map(({ pk, sk }) => ({
        DeleteRequest: { Key: { pk: { S: pk }, sk: { S: sk } } as Item },
      }));
      await untilNothingIsOpen('delete logs', async () => {
        const command = new BatchWriteItemCommand({ RequestItems: { [this.#table]: open } });
        const answer = await ask('delete logs', () => this.#client.send(command));
        const left = answer.UnprocessedItems?.[this.#table] ?? [];
        open = left.flatMap(({ DeleteRequest }) =>
          DeleteRequest?.Key ? [{ DeleteRequest: { Key: DeleteRequest.Key } }] : [],
        );
        return open.length;
      });
    });
  }

  /** The query's pages, at most 1 MB read for each. They may be a moment old. */
  async *pages(query: Query): AsyncGenerator<{ readonly items: readonly Item[]; readonly count: number }> {
    let start: Item | undefined;
    do {
      const command = new QueryCommand({
        TableName: this.#table,
        ...query,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      });
      const answer = await ask('list logs', () => this.#client.send(command));
      yield { items: answer.Items ?? [], count: answer.Count ?? 0 };
      start = answer.LastEvaluatedKey;
    } while (start !== undefined);
  }

  async #unlessRefused(question: string, call: () => Promise<unknown>): Promise<boolean> {
    try {
      await ask(question, call);
      return true;
    } catch (error) {
      if (isConditionRefused(error)) return false;
      throw error;
    }
  }
}

/** @throws {StoreUnavailable} when the service keeps leaving some out: "not done" is never taken for "done". */
async function untilNothingIsOpen(question: string, attempt: () => Promise<number>): Promise<void> {
  for (const pause of [...PAUSES, null]) {
    const open = await attempt();
    if (open === 0) return;
    if (pause === null)
      throw new StoreUnavailable(`cannot ${question}: ${open} keys stayed unprocessed`, { question });
    await sleep(pause * (0.5 + Math.random() / 2));
  }
}

function batches<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}
