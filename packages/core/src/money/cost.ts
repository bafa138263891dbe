import type { TokenUsage } from '../form/token-usage.ts';
import type { EpochMs } from '../ids.ts';
import type { CustomCost, RecordedCost } from '../ports/pricing.ts';
import { roundToMicros } from './attodollars.ts';
import type { PriceBook } from './book/price-book.ts';
import { CUSTOM, type FoundTariff, OVERRIDE } from './find-tariff.ts';
import type { PriceOverride } from './price-override.ts';
import { customTariff, overrideTariff } from './price-texts.ts';
import { exactCost, type Tariff } from './tariff.ts';

/** Nine billion dollars; a record's number holds no larger one exactly. */
const MOST = BigInt(Number.MAX_SAFE_INTEGER);

/** Null: something was used that the price does not name. */
export function costOf({ tariff, book, price }: FoundTariff, usage: TokenUsage): RecordedCost | null {
  const micros = microsOf(tariff, usage);
  return micros === null ? null : { micros, book, price };
}

function microsOf(tariff: Tariff, usage: TokenUsage): number | null {
  const exact = exactCost(tariff, usage);
  if (exact === null) return null;
  const cost = roundToMicros(exact);
  return Number(cost > MOST ? MOST : cost);
}

/** What a record says of its cost, and what it was computed from. */
export interface Recomputable {
  readonly cost: RecordedCost;
  readonly usage: TokenUsage;
  /** When the request was made. */
  readonly at: EpochMs;
}

/**
 * The cost computed again from a record alone: its token classes, and the book that it names. The same micro-dollars come
 * out, to the last one, as long as the book is the one that was named.
 *
 * @param books gives the book of this name; null: it is not known. @returns null when it cannot be computed any more.
 */
export function recompute(
  { cost, usage, at }: Recomputable,
  books: (name: string) => PriceBook | null,
): number | null {
  const tariff = tariffIn(cost, at, books);
  return tariff && microsOf(tariff, usage);
}

function tariffIn(
  { book, price }: RecordedCost,
  at: EpochMs,
  books: (name: string) => PriceBook | null,
): Tariff | null {
  if (typeof price === 'string') return books(book)?.entry(price, at)?.tariff ?? null;
  if (book === CUSTOM) return customTariff(price as CustomCost);
  return book === OVERRIDE ? overrideTariff(price as PriceOverride) : null;
}
