import type { Clock } from '@weir/core';
import { BUNDLED_BOOK } from '@weir/core/pricing';
import { createPriceBookStore, FreshPriceBook } from '@weir/stores/price-book';

export interface FreshPricesOptions {
  /** The `config` table. */
  readonly table: string;
  readonly clock: Clock;
  /** Takes what kept a newer book from being read. */
  readonly report: (error: unknown) => void;
}

/** The shipped book, until a newer one is found in the table. */
export const freshPrices = ({ table, clock, report }: FreshPricesOptions) =>
  new FreshPriceBook({ store: createPriceBookStore({ table }), bundled: BUNDLED_BOOK, clock, report });
