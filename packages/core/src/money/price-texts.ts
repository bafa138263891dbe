import type { CustomCost } from '../ports/pricing.ts';
import {
  type Attodollars,
  dollarsEach,
  dollarsPerMillion,
  formatEach,
  formatPerMillion,
} from './attodollars.ts';
import type { PriceOverride } from './price-override.ts';
import { completeRates, flatTariff, type NamedRates, type Rates, type Tariff } from './tariff.ts';

type WireName = keyof PriceOverride['rates'];

/** The wire's names of the classes (`price-override.ts`), and ours. */
const CLASSES = {
  input: 'input',
  cache_read: 'cacheRead',
  cache_write: 'cacheWrite',
  cache_write_long: 'cacheWriteLong',
  output: 'output',
  reasoning: 'reasoning',
  input_audio: 'inputAudio',
  output_audio: 'outputAudio',
  input_image: 'inputImage',
  output_image: 'outputImage',
  search: 'search',
  per_request: 'request',
} as const satisfies Readonly<Record<WireName, keyof Rates>>;

const WIRE_NAMES = Object.keys(CLASSES) as readonly WireName[];

const isFee = (name: WireName) => name === 'search' || name === 'per_request';

/** Dollars per million tokens, or per call, as decimal text. Null: no number that can be a price. */
const parsePrice = (name: WireName, text: string): Attodollars | null =>
  isFee(name) ? dollarsEach(text) : dollarsPerMillion(text);

/** Rates by their wire names. Null: one of them is no price. */
export function namedRatesOf(texts: PriceOverride['rates']): NamedRates | null {
  const named: Partial<Record<keyof Rates, Attodollars>> = {};
  for (const name of WIRE_NAMES) {
    const text = texts[name];
    if (text === undefined) continue;
    const rate = parsePrice(name, text);
    if (rate === null) return null;
    named[CLASSES[name]] = rate;
  }
  return named;
}

/** All rates as the wire has them, those that stand in for others included; a fee that is not known is left out. */
export function textsOf(rates: Rates): PriceOverride['rates'] {
  const texts: { -readonly [Name in WireName]?: string } = {};
  for (const name of WIRE_NAMES) {
    const rate = rates[CLASSES[name]];
    if (rate !== null) texts[name] = isFee(name) ? formatEach(rate) : formatPerMillion(rate);
  }
  return texts;
}

/** The tariff of an override: the whole price, whatever the size of the request. Null: it is damaged. */
export function overrideTariff({ rates }: PriceOverride): Tariff | null {
  const named = namedRatesOf(rates);
  return named && flatTariff(completeRates(named));
}

/**
 * Spec 5.16-2, 3: without any rate for the cache all input costs `per_token_in`; with one of the two, the other costs
 * `per_token_in` as well. So a cache rate that is not given is `per_token_in`, and nothing else needs to be known.
 */
export function customTariff(custom: CustomCost): Tariff | null {
  const input = rateIn(custom.per_token_in);
  const output = rateIn(custom.per_token_out);
  const cacheRead = rateIn(custom.per_cache_read_token);
  const cacheWrite = rateIn(custom.per_cache_write_token);
  if (input === null || output === null || cacheRead === null || cacheWrite === null) return null;
  const named: NamedRates = {
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(cacheWrite === undefined ? {} : { cacheWrite }),
    // The caller's rates are for tokens, and cover all that the request did.
    request: dollarsEach('0') as Attodollars,
  };
  return flatTariff(completeRates(named));
}

const rateIn = (text: string | undefined) => (text === undefined ? undefined : dollarsEach(text));
