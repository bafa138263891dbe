import type { EffectivePrice, PriceList } from '../ports/price-list.ts';
import type { Pricing } from '../ports/pricing.ts';
import type { PriceBook } from './book/price-book.ts';
import { ceilingOf, countedCeiling } from './ceiling.ts';
import { costOf } from './cost.ts';
import { countUsage, type Tokenizer } from './count-usage.ts';
import { findTariff, OVERRIDE } from './find-tariff.ts';
import { textsOf } from './price-texts.ts';

export interface PricingOptions {
  /** The newest book that is known here; asked at every question, so it may change. Must not wait for anybody. */
  readonly book: () => PriceBook;
  /** Large: loaded when a provider did not count. */
  readonly loadTokenizer: () => Promise<Tokenizer>;
}

/** Prices and what they come to. What `cost` answers depends on nothing but the question, the usage and the book. */
export function createPricing({ book, loadTokenizer }: PricingOptions): Pricing {
  return {
    cost(question, usage) {
      const found = findTariff(question, book());
      return found && costOf(found, usage);
    },
    ceiling(question, { body }) {
      const found = findTariff(question, book());
      return found && ceilingOf(found.tariff, question, body);
    },
    async countedCeiling(question, { body }) {
      const found = findTariff(question, book());
      return found && countedCeiling(found.tariff, question, body, await loadTokenizer());
    },
    count: async (given) => countUsage(given, await loadTokenizer()),
  };
}

/** The same prices, for people. */
export function createPriceList(book: () => PriceBook): PriceList {
  return {
    book: () => ({ name: book().name, date: book().date }),
    effective(question): EffectivePrice | null {
      const asked = book();
      const found = findTariff({ ...question, custom: null }, asked);
      if (found === null) return null;
      const isOverride = found.book === OVERRIDE;
      return {
        source: isOverride ? 'override' : 'book',
        book: found.book,
        date: isOverride ? null : asked.date,
        price: found.price,
        tiers: found.tariff.tiers.map(({ above, rates }) => ({
          above: Math.max(above, 0),
          rates: textsOf(rates),
        })),
      };
    },
  };
}
