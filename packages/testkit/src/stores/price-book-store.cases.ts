import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect } from '@jest/globals';
import type { PackedBook, PriceBookStore } from '@weir/core';
import { nameBook } from '@weir/core/pricing';
import { rulesOf, type Skip } from './cases.ts';

export interface PriceBookStoreCases {
  readonly name: string;
  /** A store that nobody has written to. */
  readonly make: () => Promise<PriceBookStore>;
  readonly skip?: readonly Skip[];
}

/** A book with one model, or as many as it takes to have `size` bytes that do not compress. */
export function aPackedBook(origin = 'test-1', size = 0): PackedBook {
  const models = ['m||i1 o2'];
  for (let left = size; left > 0; left -= 100) models.push(`${randomBytes(100).toString('base64')}||i1 o1`);
  const providers = { p: { also: ['q'], models }, q: { models: [`${origin}||i3 o4`] } };
  return { name: nameBook(origin, providers), date: '2026-01-02', providers };
}

/** The rules of the {@link PriceBookStore} port. */
export function runPriceBookStoreCases({ name, make, skip = [] }: PriceBookStoreCases): void {
  describe(`${name} as a store of price books`, () => {
    const { rule, end } = rulesOf(skip);
    let store: PriceBookStore;
    const book = aPackedBook();
    const at = ({ name: which, date }: PackedBook) => ({
      name: which,
      date,
      since: '2026-01-03T00:00:00.000Z',
    });

    beforeEach(async () => {
      store = await make();
    });

    rule('has no current book before one was fetched', async () => {
      expect(await store.current()).toBeNull();
      expect(await store.read(book.name)).toBeNull();
    });

    rule('gives back a book as it was kept', async () => {
      await store.keep(book);
      expect(await store.read(book.name)).toEqual(book);
    });

    rule('gives back a book that no one item could hold', async () => {
      const large = aPackedBook('large', 900_000);
      await store.keep(large);
      expect(await store.read(large.name)).toEqual(large);
    });

    rule('keeps a book once, however often it is told', async () => {
      await Promise.all([store.keep(book), store.keep(book)]);
      await store.keep(book);
      expect(await store.read(book.name)).toEqual(book);
    });

    rule('points to a book, and the ones before it stay', async () => {
      const next = aPackedBook('test-2');
      await store.keep(book);
      expect(await store.point(at(book), null)).toBe(true);
      await store.keep(next);
      expect(await store.point(at(next), at(book))).toBe(true);
      expect(await store.current()).toEqual(at(next));
      expect(await store.read(book.name)).toEqual(book);
    });

    rule('does not point away from a book that somebody else made the current one', async () => {
      const [mine, theirs] = [aPackedBook('mine'), aPackedBook('theirs')];
      await store.point(at(book), null);
      await store.point(at(theirs), at(book));
      expect(await store.point(at(mine), at(book))).toBe(false);
      expect(await store.point(at(mine), null)).toBe(false);
      expect(await store.current()).toEqual(at(theirs));
    });

    rule('of ten that point at once, one does', async () => {
      const books = Array.from({ length: 10 }, (_, index) => at(aPackedBook(`book-${index}`)));
      const answers = await Promise.all(books.map((next) => store.point(next, null)));
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await store.current()).toEqual(books[answers.indexOf(true)]);
    });

    end();
  });
}
