import { type TokenUsage, tokensIn } from '../form/token-usage.ts';
import { type Attodollars, attodollars, NOTHING } from './attodollars.ts';

/** What one of each class costs: exact, and complete, so that nobody downstream decides what stands in for what. */
export interface Rates {
  readonly input: Attodollars;
  readonly cacheRead: Attodollars;
  readonly cacheWrite: Attodollars;
  readonly cacheWriteLong: Attodollars;
  readonly output: Attodollars;
  readonly reasoning: Attodollars;
  readonly inputAudio: Attodollars;
  readonly inputImage: Attodollars;
  readonly outputAudio: Attodollars;
  readonly outputImage: Attodollars;
  /** One search. Null: the price names no fee, which is not the same as none. */
  readonly search: Attodollars | null;
  /** Every request, whatever it holds. */
  readonly request: Attodollars;
}

/** The rates by the size of a request. All of its tokens, in and out, are charged at the rates of its tier. */
export interface Tariff {
  /** Ascending; the first holds for every size (`above` −1). */
  readonly tiers: readonly Tier[];
}

export interface Tier {
  /** Requests whose input, all classes together, has more tokens than this. */
  readonly above: number;
  readonly rates: Rates;
}

/** The rates that a price names itself. */
export type NamedRates = Readonly<Partial<Record<keyof Rates, Attodollars>>>;

/** Fills in what a price leaves out: each class falls back to the one that it is a kind of, and those to nothing. */
export function completeRates(named: NamedRates): Rates {
  const input = named.input ?? NOTHING;
  const output = named.output ?? NOTHING;
  const cacheWrite = named.cacheWrite ?? input;
  return {
    input,
    cacheRead: named.cacheRead ?? input,
    cacheWrite,
    cacheWriteLong: named.cacheWriteLong ?? cacheWrite,
    output,
    reasoning: named.reasoning ?? output,
    inputAudio: named.inputAudio ?? input,
    inputImage: named.inputImage ?? input,
    outputAudio: named.outputAudio ?? output,
    outputImage: named.outputImage ?? output,
    // A fee for the whole request covers the searches in it, unless they have one of their own.
    search: named.search ?? (named.request === undefined ? null : NOTHING),
    request: named.request ?? NOTHING,
  };
}

export const flatTariff = (rates: Rates): Tariff => ({ tiers: [{ above: -1, rates }] });

/** The rates for a request with `size` tokens of input, all classes together. */
export function ratesAt({ tiers }: Tariff, size: number): Rates {
  const tier = tiers.findLast(({ above }) => size > above) ?? tiers[0];
  if (tier === undefined) throw new Error('a tariff has at least one tier');
  return tier.rates;
}

type TokenClass = Exclude<keyof Rates, 'search' | 'request'>;

/** From a record, so that the compiler asks for every one. */
const TOKEN_CLASSES = Object.keys({
  input: true,
  cacheRead: true,
  cacheWrite: true,
  cacheWriteLong: true,
  output: true,
  reasoning: true,
  inputAudio: true,
  inputImage: true,
  outputAudio: true,
  outputImage: true,
} satisfies Record<TokenClass, true>) as readonly TokenClass[];

/** Σ class × rate, unrounded. Null: something was used whose rate is not known. Classes are disjoint: none counts twice. */
export function exactCost(tariff: Tariff, usage: TokenUsage): Attodollars | null {
  const rates = ratesAt(tariff, tokensIn(usage));
  const searches = whole(usage.searches);
  if (searches > 0n && rates.search === null) return null;
  let cost = rates.request + searches * (rates.search ?? 0n);
  for (const name of TOKEN_CLASSES) {
    const tokens = whole(usage[name]);
    if (tokens > 0n) cost += tokens * rates[name];
  }
  return attodollars(cost);
}

/** A provider's count, as a whole number of 0 or more. */
function whole(count: number | undefined): bigint {
  if (count === undefined || !(count > 0) || count === Number.POSITIVE_INFINITY) return 0n;
  return BigInt(Math.ceil(count));
}
