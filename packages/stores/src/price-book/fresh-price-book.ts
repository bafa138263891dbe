import type { Clock, EpochMs, PackedBook, PriceBookStore } from '@weir/core';
import { checkBook, PriceBook } from '@weir/core/pricing';

/** Prices change by the day. Milliseconds. */
export const LOOKED_UP_EVERY = 600_000;

export interface FreshPriceBookOptions {
  readonly store: PriceBookStore;
  /** The one that is always there. */
  readonly bundled: PackedBook;
  readonly clock: Clock;
  /** Takes what kept a newer book from being read. */
  readonly report: (error: unknown) => void;
}

/**
 * The newest book that is known here. Nobody waits for it: the store is looked at in the background, at most once in ten
 * minutes, and whatever is wrong there, the book that is known counts on.
 */
export class FreshPriceBook {
  readonly #options: FreshPriceBookOptions;
  #book: PriceBook;
  #lookedAt: EpochMs | null = null;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: FreshPriceBookOptions) {
    this.#options = options;
    this.#book = new PriceBook(options.bundled);
  }

  book(): PriceBook {
    const now = this.#options.clock.now();
    const age = this.#lookedAt === null ? null : now - this.#lookedAt;
    if (age === null || age >= LOOKED_UP_EVERY || age < 0) {
      this.#lookedAt = now;
      this.#looking = this.#look();
    }
    return this.#book;
  }

  /** The book after what is being looked up now, for whoever can wait. Never rejects. */
  async settled(): Promise<PriceBook> {
    this.book();
    await this.#looking;
    return this.#book;
  }

  async #look(): Promise<void> {
    const { store, report } = this.#options;
    try {
      const current = await store.current();
      // A release may ship a newer book than the last that was fetched.
      if (current === null || current.name === this.#book.name || current.date < this.#book.date) return;
      const packed = await store.read(current.name);
      if (packed === null) throw new Error(`the price book ${current.name} is not kept`);
      checkBook(packed);
      this.#book = new PriceBook(packed);
    } catch (error) {
      report(error);
    }
  }
}
