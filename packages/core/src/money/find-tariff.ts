import type { PriceQuestion, RecordedCost } from '../ports/pricing.ts';
import type { PriceBook } from './book/price-book.ts';
import type { PriceOverride } from './price-override.ts';
import { customTariff, overrideTariff } from './price-texts.ts';
import type { Tariff } from './tariff.ts';

/** Where a cost comes from, as records name it. */
export const CUSTOM = 'custom';
export const OVERRIDE = 'override';

export interface FoundTariff {
  readonly tariff: Tariff;
  readonly book: RecordedCost['book'];
  readonly price: RecordedCost['price'];
}

/** Precedence (spec 4.1-5, 5.16): the caller's own rates, the gateway's overrides, the account's, the book. Null: unknown. */
export function findTariff(question: PriceQuestion, book: PriceBook): FoundTariff | null {
  const { provider, model, at, custom, overrides } = question;
  if (custom !== null) {
    const tariff = customTariff(custom);
    return tariff && { tariff, book: CUSTOM, price: custom };
  }
  const override = overrides.find((candidate) => isMeant(candidate, provider, model));
  if (override !== undefined) {
    const tariff = overrideTariff(override);
    return tariff && { tariff, book: OVERRIDE, price: override };
  }
  const found = book.priceOf(provider, model, at);
  return found && { tariff: found.tariff, book: book.name, price: found.entry };
}

/** Without regard to case, as in the book, and as in paths. */
function isMeant(override: PriceOverride, provider: string, model: string): boolean {
  if (override.provider.toLowerCase() !== provider.toLowerCase()) return false;
  const [wanted, asked] = [override.model.toLowerCase(), model.toLowerCase()];
  return wanted.endsWith('*') ? asked.startsWith(wanted.slice(0, -1)) : asked === wanted;
}
