import type { Clock, CurrentBook, PackedBook, PriceBookStore } from '@weir/core';
import { checkBook } from '@weir/core/pricing';
import { whyNot } from './compare-books.ts';
import { convertSource } from './convert-source.ts';

export interface RefreshPorts {
  readonly store: PriceBookStore;
  /** The source's data, parsed. Null: there is none, and nothing is to be done. */
  readonly fetchSource: (() => Promise<unknown>) | null;
  readonly bundled: PackedBook;
  readonly clock: Clock;
  readonly report: (line: Readonly<Record<string, string | number | readonly string[]>>) => void;
}

/** Of models that were left out, as many are named. */
const MOST_NOTES = 50;

/**
 * Fetches the source's prices, and makes them the current book where they differ from the one that counts now. The shipped
 * book is kept as well, so that what a record names is there after the next release.
 *
 * @throws when the source cannot be had, is none, or is refused: the book that counts goes on counting.
 */
export async function refreshPrices({
  store,
  fetchSource,
  bundled,
  clock,
  report,
}: RefreshPorts): Promise<void> {
  if (fetchSource === null) return;
  await store.keep(bundled);
  const current = await store.current();
  const known = await knownBook(store, current, bundled);
  const now = new Date(clock.now()).toISOString();
  const date = now.slice(0, 10);
  const { book, notes } = convertSource(await fetchSource(), `genai-prices-${date}`, date);
  checkBook(book);
  if (contentsOf(book) === contentsOf(known)) {
    report({ event: 'prices are what they were', book: known.name });
    return;
  }
  const reason = whyNot(known, book);
  if (reason !== null) throw new Error(`the new prices are refused: ${reason}`);
  await store.keep(book);
  const isCurrent = await store.point({ name: book.name, date: book.date, since: now }, current);
  report({
    event: isCurrent ? 'prices have changed' : 'somebody else changed the prices meanwhile',
    book: book.name,
    before: known.name,
    leftOut: notes.length,
    notes: notes.slice(0, MOST_NOTES),
  });
}

/** What the data plane uses now: the newer of the two. */
async function knownBook(
  store: PriceBookStore,
  current: CurrentBook | null,
  bundled: PackedBook,
): Promise<PackedBook> {
  if (current === null || current.date < bundled.date) return bundled;
  return (await store.read(current.name)) ?? bundled;
}

/** A name ends in the hash of the contents. */
const contentsOf = ({ name }: PackedBook) => name.slice(name.lastIndexOf('+'));
