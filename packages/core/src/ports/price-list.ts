import type { PriceOverride } from '../money/price-override.ts';
import type { PriceQuestion, RecordedCost } from './pricing.ts';

/** What a request would be charged by, for people: every class, those that fall back to another included. */
export interface EffectivePrice {
  readonly source: 'override' | 'book';
  /** As records name it. */
  readonly book: RecordedCost['book'];
  /** Of the book: `2026-09-23`; null: the price is not from a book. */
  readonly date: string | null;
  readonly price: RecordedCost['price'];
  /** Ascending; by the input tokens of a request, all classes together. */
  readonly tiers: readonly { readonly above: number; readonly rates: PriceOverride['rates'] }[];
}

/** The control plane's view of prices. */
export interface PriceList {
  /** Null: the price is not known. */
  effective(question: Omit<PriceQuestion, 'custom'>): EffectivePrice | null;
  /** The book that is asked now. */
  book(): { readonly name: string; readonly date: string };
}

export interface PriceListPort {
  load(): Promise<PriceList>;
}
