import { createHash } from 'node:crypto';

/**
 * A price book as it is shipped and stored: JSON, and one line of text per model, so that it stays small and two versions
 * can be compared line by line.
 *
 * A line is `id|rule|price|…`: the rule as in `match-rule.ts` (empty: `=id`), then the model's prices, of which the last
 * that holds at the time of a request counts. A price is `[@constraint ]rates[>size rates]…`: the constraint is a first
 * day (`2026-08-17`) or hours of each day (`01:00-04:00`), both UTC; rates behind `>` count for requests with more input
 * tokens than `size`. Rates are a letter and a decimal number, separated by spaces: see `LETTERS`. In place of all prices `?`: not known.
 */
export interface PackedBook {
  /** Unique: `genai-prices-0.1.8+1a2b3c4d`, ending in the first digits of the hash of `providers`. */
  readonly name: string;
  /** Of the source: `2026-09-23`. */
  readonly date: string;
  readonly providers: Readonly<Record<string, PackedProvider>>;
}

export interface PackedProvider {
  /** Providers of this book whose models it serves at the same prices, looked through after its own. */
  readonly also?: readonly string[];
  readonly models: readonly string[];
}

/** Dollars per million tokens; for `s` and `q` dollars each. */
export const LETTERS = {
  i: 'input',
  r: 'cache_read',
  w: 'cache_write',
  l: 'cache_write_long',
  o: 'output',
  t: 'reasoning',
  a: 'input_audio',
  A: 'output_audio',
  m: 'input_image',
  M: 'output_image',
  s: 'search',
  q: 'per_request',
} as const;

export const UNPRICED = '?';

/** The same contents have the same name, wherever they were converted. */
export function nameBook(source: string, providers: PackedBook['providers']): string {
  const hash = createHash('sha256').update(JSON.stringify(providers)).digest('hex');
  return `${source}+${hash.slice(0, HASH_DIGITS)}`;
}

const HASH_DIGITS = 8;
