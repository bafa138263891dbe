import { type CurrentBook, type PackedBook, type PriceBookStore, StoreUnavailable } from '@weir/core';
import { packParts, unpackParts } from './packed-parts.ts';

/** In memory; each call is one step that nothing else comes between. */
export class MemoryPriceBooks implements PriceBookStore {
  readonly #books = new Map<string, readonly Uint8Array[]>();
  #current: CurrentBook | null = null;
  isDown = false;
  /** Calls in all. */
  calls = 0;

  async current(): Promise<CurrentBook | null> {
    this.#reach();
    return this.#current;
  }

  async read(name: string): Promise<PackedBook | null> {
    this.#reach();
    const parts = this.#books.get(name);
    return parts ? unpackParts(name, parts) : null;
  }

  async keep(book: PackedBook): Promise<void> {
    this.#reach();
    if (!this.#books.has(book.name)) this.#books.set(book.name, packParts(book));
  }

  async point(next: CurrentBook, expected: CurrentBook | null): Promise<boolean> {
    this.#reach();
    if (this.#current?.name !== expected?.name) return this.#current?.name === next.name;
    this.#current = next;
    return true;
  }

  #reach(): void {
    this.calls += 1;
    if (this.isDown) throw new StoreUnavailable('the in-memory table is switched off');
  }
}
