import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type CurrentBook, type PackedBook, type PriceBookStore, StoreUnavailable } from '@weir/core';
import * as z from 'zod/mini';
import { ask, isConditionRefused } from '../aws/ask.ts';
import type { DynamoDBCall } from '../aws/dynamodb-call.ts';
import { DamagedItem } from '../table/damaged-item.ts';
import { CURRENT_BOOK, type ItemKey, priceBookPart } from '../table/keys.ts';
import { parseItem, storedString } from '../table/stored-attributes.ts';
import { packParts, unpackParts } from './packed-parts.ts';

type Item = Record<string, AttributeValue>;

export interface DynamoDBPriceBooksOptions {
  /** Made when it is first needed. */
  readonly call: () => Pick<DynamoDBCall, 'batchGetItem' | 'putItem'>;
  /** The `config` table. */
  readonly table: string;
}

const pointer = z.object({
  name: storedString(z.string()),
  date: storedString(z.string()),
  since: storedString(z.string()),
});

/** A book is read by its parts at once: more than any has, so that one round trip is enough. */
const MOST_PARTS = 8;

/** In the `config` table: a book's parts, which are written once, and one item that says which book counts. */
export class DynamoDBPriceBooks implements PriceBookStore {
  readonly #call: DynamoDBPriceBooksOptions['call'];
  readonly #table: string;

  constructor({ call, table }: DynamoDBPriceBooksOptions) {
    this.#call = call;
    this.#table = table;
  }

  async current(): Promise<CurrentBook | null> {
    const [item] = await this.#read([CURRENT_BOOK]);
    return item ? parseItem(pointer, item) : null;
  }

  async read(name: string): Promise<PackedBook | null> {
    const items = await this.#read(
      Array.from({ length: MOST_PARTS }, (_, index) => priceBookPart(name, index)),
    );
    if (items.length === 0) return null;
    const sorted = items.toSorted((one, other) => ((one.sk?.S ?? '') < (other.sk?.S ?? '') ? -1 : 1));
    return unpackParts(
      name,
      sorted.map(({ part }) => part?.B ?? new Uint8Array()),
    );
  }

  /** The parts of a name are the same whoever writes them, so one that is there already is as good. */
  async keep(book: PackedBook): Promise<void> {
    const parts = packParts(book);
    if (parts.length > MOST_PARTS) throw new DamagedItem(`the price book ${book.name}`, 'it is too large');
    // The first last: whoever finds it finds all.
    for (const [index, part] of [...parts.entries()].reverse())
      await this.#put(
        { ...keyOf(priceBookPart(book.name, index)), part: { B: part } },
        'attribute_not_exists(pk)',
      );
  }

  async point({ name, date, since }: CurrentBook, expected: CurrentBook | null): Promise<boolean> {
    const item = { ...keyOf(CURRENT_BOOK), name: { S: name }, date: { S: date }, since: { S: since } };
    const written = await (expected === null
      ? this.#put(item, 'attribute_not_exists(pk)')
      : this.#put(item, '#name = :expected', { ':expected': { S: expected.name } }));
    // When an answer is lost, the write is made once more, and the first one refuses the second.
    return written || (await this.current())?.name === name;
  }

  async #put(item: Item, condition: string, values?: Item): Promise<boolean> {
    try {
      await ask('write a price book', () =>
        this.#call().putItem({
          TableName: this.#table,
          Item: item,
          ConditionExpression: condition,
          ...(values
            ? { ExpressionAttributeValues: values, ExpressionAttributeNames: { '#name': 'name' } }
            : {}),
        }),
      );
      return true;
    } catch (error) {
      if (isConditionRefused(error)) return false;
      throw error;
    }
  }

  async #read(keys: readonly ItemKey[]): Promise<readonly Item[]> {
    const { Responses: found, UnprocessedKeys: left } = await ask('read a price book', () =>
      this.#call().batchGetItem({
        RequestItems: { [this.#table]: { Keys: keys.map(keyOf), ConsistentRead: true } },
      }),
    );
    if (Object.keys(left ?? {}).length > 0)
      throw new StoreUnavailable('cannot read a price book: keys stayed unprocessed');
    return found?.[this.#table] ?? [];
  }
}

const keyOf = ({ pk, sk }: ItemKey): Item => ({ pk: { S: pk }, sk: { S: sk } });
