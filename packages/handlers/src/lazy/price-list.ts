import type { PriceList } from '@weir/core';
import { createPriceList as create } from '@weir/core/pricing';
import { type FreshPricesOptions, freshPrices } from '../prices/fresh-prices.ts';

/** Prices to look at, by the newest book that is known when the first is asked for. */
export async function createPriceList(options: FreshPricesOptions): Promise<PriceList> {
  const prices = freshPrices(options);
  await prices.settled();
  return create(() => prices.book());
}
