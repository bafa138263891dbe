import type { Pricing } from '@weir/core';
import { createPricing as create } from '@weir/core/pricing';
import { type FreshPricesOptions, freshPrices } from '../prices/fresh-prices.ts';

/** Prices, by the newest book that is known. Counting tokens loads a part of its own. */
export function createPricing(options: FreshPricesOptions): Pricing {
  const prices = freshPrices(options);
  return create({
    book: () => prices.book(),
    loadTokenizer: async () => (await import('../lazy/tokenizer.ts')).createTokenizer(),
  });
}
