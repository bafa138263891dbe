import type { TokenUsage } from '../form/token-usage.ts';
import { type Micros, micros, NO_MONEY } from '../money/micros.ts';
import type { RequestRecord } from '../record/request-record.ts';

/**
 * What a number of records come to. Every field is a sum over them, so tallies of disjoint records add up to the tally
 * of all of them.
 */
export interface Tally {
  /** As callers count: what fell back to further steps is still one request (spec 5.21-5). */
  readonly requests: number;
  /** One for each step that was tried. */
  readonly records: number;
  /** Calls of providers; a cache hit has none. */
  readonly attempts: number;
  /** Records without success. */
  readonly errors: number;
  /** Records that were answered from the cache. */
  readonly cacheHits: number;
  readonly usage: Required<TokenUsage>;
  /** Of the records whose cost is known. */
  readonly cost: Micros;
  /** Records whose cost is not known: `cost` is too small by theirs. */
  readonly costUnknown: number;
}

/** The part of a record that counts. */
export type Counted = Pick<
  RequestRecord,
  'id' | 'requestId' | 'provider' | 'model' | 'success' | 'cached' | 'usage' | 'cost'
> & { readonly attempts: readonly unknown[] };

const NO_TOKENS: Required<TokenUsage> = {
  input: 0,
  cacheRead: 0,
  cacheWrite: 0,
  output: 0,
  reasoning: 0,
  cacheWriteLong: 0,
  inputAudio: 0,
  inputImage: 0,
  outputAudio: 0,
  outputImage: 0,
  inputFree: 0,
  outputFree: 0,
  searches: 0,
};
export const TOKEN_CLASSES = Object.keys(NO_TOKENS) as readonly (keyof TokenUsage)[];

export const NOTHING_COUNTED: Tally = {
  requests: 0,
  records: 0,
  attempts: 0,
  errors: 0,
  cacheHits: 0,
  usage: NO_TOKENS,
  cost: NO_MONEY,
  costUnknown: 0,
};

/** A request's first record has the request's id. */
export function tallyOf({ id, requestId, success, cached, usage, cost, attempts }: Counted): Tally {
  return {
    requests: id === requestId ? 1 : 0,
    records: 1,
    attempts: attempts.length,
    errors: success ? 0 : 1,
    cacheHits: cached ? 1 : 0,
    usage: { ...NO_TOKENS, ...usage },
    cost: micros(BigInt(cost?.micros ?? 0)),
    // Absent: nobody was called, so there is nothing to know.
    costUnknown: cost === null ? 1 : 0,
  };
}

export function addTallies(one: Tally, other: Tally): Tally {
  return {
    requests: one.requests + other.requests,
    records: one.records + other.records,
    attempts: one.attempts + other.attempts,
    errors: one.errors + other.errors,
    cacheHits: one.cacheHits + other.cacheHits,
    usage: addUsage(one.usage, other.usage),
    cost: micros(one.cost + other.cost),
    costUnknown: one.costUnknown + other.costUnknown,
  };
}

function addUsage(one: Required<TokenUsage>, other: Required<TokenUsage>): Required<TokenUsage> {
  const sum = { ...one };
  for (const name of TOKEN_CLASSES) sum[name] += other[name];
  return sum;
}
