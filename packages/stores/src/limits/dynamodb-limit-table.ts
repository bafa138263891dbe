import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type EpochMs, epochMs, StoreUnavailable } from '@weir/core';
import { ask, isConditionRefused } from '../aws/ask.ts';
import type { DynamoDBCall } from '../aws/dynamodb-call.ts';
import { type Cell, type CellChange, type LimitTable, type SlidingCount, TooBusy } from './limit-table.ts';

type Item = Record<string, AttributeValue>;

/** What an update says: `changes` under `condition`, with numbers for its names that begin with a colon. */
interface Update {
  readonly changes: string;
  readonly condition: string;
  readonly numbers: Readonly<Record<string, number>>;
}

/** How DynamoDB says that a key, or the account, is asked more than it takes. */
const BUSY = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
]);

/**
 * On the `state` table. A window is an item of its own: pk `R#<key>`, sk the window's number, `n` its count. A sliding
 * limit is one item, sk `SLIDING`: of cell i the end is `e<i>` and the count `k<i>`; `n` is all that was ever admitted.
 * `ttl` only cleans up.
 */
export class DynamoDBLimitTable implements LimitTable {
  readonly #client: DynamoDBCall;
  readonly #table: string;

  constructor(client: DynamoDBCall, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async addToWindow(
    key: string,
    window: number,
    count: number,
    most: number,
    forgetAt: EpochMs,
  ): Promise<number | null> {
    const item = await this.#update(windowKey(key, window), {
      changes: 'ADD n :count SET #ttl = :ttl',
      condition: 'attribute_not_exists(n) OR n <= :room',
      numbers: { ':count': count, ':room': most - count, ':ttl': ttlOf(forgetAt) },
    });
    return item && numberIn(item, 'n');
  }

  async takeFromWindow(key: string, window: number, count: number): Promise<void> {
    await this.#update(windowKey(key, window), {
      changes: 'ADD n :back',
      condition: 'n >= :count',
      numbers: { ':back': -count, ':count': count },
    });
  }

  async readWindow(key: string, window: number): Promise<number> {
    return numberIn(await this.#read(windowKey(key, window)), 'n');
  }

  async changeCell(key: string, change: CellChange, forgetAt: EpochMs): Promise<SlidingCount | null> {
    const item = await this.#update(slidingKey(key), updateOf(change, forgetAt));
    return item && slidingCount(item);
  }

  async readCells(key: string): Promise<SlidingCount> {
    return slidingCount(await this.#read(slidingKey(key)));
  }

  /** @returns the item afterwards; null when the condition did not hold. */
  async #update(key: Item, { changes, condition, numbers }: Update): Promise<Item | null> {
    const input = {
      TableName: this.#table,
      Key: key,
      UpdateExpression: changes,
      ConditionExpression: condition,
      ExpressionAttributeValues: Object.fromEntries(
        Object.entries(numbers).map(([name, value]) => [name, { N: String(value) }]),
      ),
      // A reserved word.
      ...(changes.includes('#ttl') ? { ExpressionAttributeNames: { '#ttl': 'ttl' } } : {}),
      ReturnValues: 'ALL_NEW' as const,
    };
    try {
      return await this.#ask(() => this.#client.updateItem(input));
    } catch (error) {
      if (isConditionRefused(error)) return null;
      throw error;
    }
  }

  async #read(key: Item): Promise<Item> {
    const input = { TableName: this.#table, Key: key, ConsistentRead: true };
    return (await this.#ask(() => this.#client.getItem(input))) ?? {};
  }

  async #ask<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await ask('count a request', call);
    } catch (error) {
      const cause = error instanceof StoreUnavailable ? error.cause : null;
      if (cause instanceof Error && BUSY.has(cause.name)) throw new TooBusy(cause.message, { cause });
      throw error;
    }
  }
}

function updateOf(change: CellChange, forgetAt: EpochMs): Update {
  const [end, held] = [`e${change.cell}`, `k${change.cell}`];
  const { count } = change;
  const ttl = ttlOf(forgetAt);
  switch (change.kind) {
    case 'begin':
      return {
        changes: `SET ${end} = :end, ${held} = :count, #ttl = :ttl ADD n :count`,
        condition: `attribute_not_exists(${end}) OR ${end} <= :endedBy`,
        numbers: { ':end': change.end, ':count': count, ':endedBy': change.endedBy, ':ttl': ttl },
      };
    case 'add':
      return {
        changes: `SET ${end} = :end, #ttl = :ttl ADD ${held} :count, n :count`,
        condition: `${end} = :known AND ${held} <= :room`,
        numbers: {
          ':end': change.end,
          ':known': change.known,
          ':count': count,
          ':room': change.most - count,
          ':ttl': ttl,
        },
      };
    case 'take-back':
      return {
        changes: `ADD ${held} :back`,
        condition: `${end} = :known AND ${held} >= :count`,
        numbers: { ':known': change.known, ':back': -count, ':count': count },
      };
  }
}

const windowKey = (key: string, window: number): Item => ({
  pk: { S: `R#${key}` },
  sk: { S: String(window) },
});
const slidingKey = (key: string): Item => ({ pk: { S: `R#${key}` }, sk: { S: 'SLIDING' } });
const ttlOf = (at: EpochMs) => Math.ceil(at / 1000);

function slidingCount(item: Item): SlidingCount {
  const cells = new Map<number, Cell>();
  for (const name in item) {
    if (!/^e\d+$/.test(name)) continue;
    const index = Number(name.slice(1));
    cells.set(index, { end: epochMs(numberIn(item, name)), count: numberIn(item, `k${index}`) });
  }
  return { cells, admitted: numberIn(item, 'n') };
}

const numberIn = (item: Item, name: string): number => Number(item[name]?.N ?? 0);
