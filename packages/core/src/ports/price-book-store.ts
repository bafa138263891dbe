import type { PackedBook } from '../money/book/packed-book.ts';

/** Which book counts now. */
export interface CurrentBook {
  readonly name: string;
  /** Of its source: `2026-09-23`. */
  readonly date: string;
  /** Since when it counts; RFC 3339. */
  readonly since: string;
}

/**
 * Price books that were fetched since the one that is shipped. A book never changes once it is kept, and stays: records
 * name the one that they were computed from.
 */
export interface PriceBookStore {
  /** Null: none was ever fetched. @throws {StoreUnavailable} */
  current(): Promise<CurrentBook | null>;
  /** Null: no book of this name is kept. @throws {StoreUnavailable}, or another error when it is damaged. */
  read(name: string): Promise<PackedBook | null>;
  /** Idempotent. @throws {StoreUnavailable} */
  keep(book: PackedBook): Promise<void>;
  /** Makes a kept book the current one, if `expected` still is. @throws {StoreUnavailable} */
  point(next: CurrentBook, expected: CurrentBook | null): Promise<boolean>;
}
