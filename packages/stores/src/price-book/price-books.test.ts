import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '@weir/core';
import {
  aPackedBook,
  type DynamoDBEngine,
  LOCAL,
  ManualClock,
  runPriceBookStoreCases,
  startDynamoDBEngine,
} from '@weir/testkit/stores';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { DamagedItem } from '../table/damaged-item.ts';
import { createPriceBookStore } from './create-price-book-store.ts';
import { FreshPriceBook, LOOKED_UP_EVERY } from './fresh-price-book.ts';
import { MemoryPriceBooks } from './memory-price-books.ts';
import { packParts } from './packed-parts.ts';

let engine: DynamoDBEngine;
let client: DynamoDBClient;
let tables = 0;

beforeAll(async () => {
  engine = await startDynamoDBEngine();
  client = createDynamoDBClient({ endpoint: engine.endpoint, ...LOCAL });
});
afterAll(async () => {
  client.destroy();
  await engine.stop();
});

async function onDynamoDB() {
  const table = `config-${++tables}`;
  await engine.createConfigTable(table);
  return { table, store: createPriceBookStore({ table, endpoint: engine.endpoint, ...LOCAL }) };
}

runPriceBookStoreCases({ name: 'MemoryPriceBooks', make: async () => new MemoryPriceBooks() });
runPriceBookStoreCases({ name: 'DynamoDBPriceBooks', make: async () => (await onDynamoDB()).store });

describe('a stored price book', () => {
  it('with other contents than its name says is damaged: a price is never taken from it', async () => {
    const { table, store } = await onDynamoDB();
    const [real, forged] = [aPackedBook('real'), aPackedBook('forged')];
    const [part] = packParts({ ...forged, name: real.name });
    const key = { pk: { S: `PRICES#${real.name}` }, sk: { S: 'PART#00' } };
    await client.send(
      new PutItemCommand({ TableName: table, Item: { ...key, part: { B: part ?? Buffer.alloc(0) } } }),
    );
    await expect(store.read(real.name)).rejects.toThrow(DamagedItem);
    const garbage = { ...key, part: { B: Buffer.from('no gzip') } };
    await client.send(new PutItemCommand({ TableName: table, Item: garbage }));
    await expect(store.read(real.name)).rejects.toThrow(DamagedItem);
  });

  it('that cannot be asked for is told as such', async () => {
    const store = createPriceBookStore({ table: 'no-such-table', endpoint: engine.endpoint, ...LOCAL });
    await expect(store.current()).rejects.toThrow(StoreUnavailable);
    await expect(store.keep(aPackedBook())).rejects.toThrow(StoreUnavailable);
  });
});

describe('the book that the data plane asks', () => {
  const bundled = { ...aPackedBook('bundled'), date: '2026-01-01' };
  const newer = { ...aPackedBook('newer'), date: '2026-02-01' };

  async function make(...books: readonly (typeof newer)[]) {
    const [store, clock, reported] = [new MemoryPriceBooks(), new ManualClock(), [] as unknown[]];
    let before = null;
    for (const book of books) {
      await store.keep(book);
      const next = { name: book.name, date: book.date, since: '' };
      await store.point(next, before);
      before = next;
    }
    store.calls = 0;
    const fresh = new FreshPriceBook({ store, bundled, clock, report: (error) => reported.push(error) });
    return { store, clock, reported, fresh };
  }

  it('is the bundled one at once, and the fetched one as soon as that was read', async () => {
    const { fresh } = await make(newer);
    expect(fresh.book().name).toBe(bundled.name);
    expect((await fresh.settled()).name).toBe(newer.name);
    expect(fresh.book().priceOf('q', 'newer', 0)).not.toBeNull();
  });

  it('stays the bundled one when that is newer, or none was fetched', async () => {
    const older = { ...aPackedBook('older'), date: '2025-12-31' };
    expect((await (await make(older)).fresh.settled()).name).toBe(bundled.name);
    expect((await (await make()).fresh.settled()).name).toBe(bundled.name);
  });

  it('is looked for once in ten minutes, however many ask', async () => {
    const { store, clock, fresh } = await make();
    for (let minute = 0; minute < 30; minute++) {
      for (let request = 0; request < 100; request++) fresh.book();
      clock.advance(60_000);
    }
    await fresh.settled();
    expect(store.calls).toBe(4);
  });

  it('counts on while the store is down, and says why', async () => {
    const { store, clock, fresh, reported } = await make(newer);
    await fresh.settled();
    store.isDown = true;
    clock.advance(LOOKED_UP_EVERY);
    expect((await fresh.settled()).name).toBe(newer.name);
    expect(reported).toEqual([expect.any(StoreUnavailable)]);
  });

  it('is not replaced by one that has gone, or that cannot be read', async () => {
    const { store, clock, fresh, reported } = await make(newer);
    await fresh.settled();
    const gone = { name: 'gone+00000000', date: '2026-03-01', since: '' };
    await store.point(gone, { name: newer.name, date: newer.date, since: '' });
    clock.advance(LOOKED_UP_EVERY);
    expect((await fresh.settled()).name).toBe(newer.name);
    expect(reported).toHaveLength(1);
  });
});
