import type { TokenUsage } from '../form/token-usage.ts';
import type { EpochMs } from '../ids.ts';
import type { Micros } from '../money/micros.ts';
import type { PriceOverride } from '../money/price-override.ts';

/** The caller's own rates, `cf-aig-custom-cost` (spec 5.16): dollars per token, as decimal text. */
export type CustomCost = {
  readonly per_token_in?: string;
  readonly per_token_out?: string;
  readonly per_cache_read_token?: string;
  readonly per_cache_write_token?: string;
};

/** Whose price is meant. */
export interface PriceQuestion {
  readonly provider: string;
  readonly model: string;
  /** When the request was made: prices are dated. */
  readonly at: EpochMs;
  readonly custom: CustomCost | null;
  /** The gateway's, then the account's: the first that matches counts. */
  readonly overrides: readonly PriceOverride[];
}

/** What a request cost and what it was computed from, as recorded. */
export interface RecordedCost {
  /** Micro-dollars, an integer. */
  readonly micros: number;
  /** The dated price book, `custom`, or `override`. */
  readonly book: string;
  /** The entry of the book: its provider and model. For `custom` and `override`, the rates themselves. */
  readonly price: string | CustomCost | PriceOverride;
}

/** The most that a request can cost. */
export interface Ceiling {
  readonly amount: Micros;
  /** False: the output has no known limit, so it is what such answers seldom pass. */
  readonly isSure: boolean;
}

/** What a provider left uncounted, counted by us. */
export interface CountedUsage {
  readonly usage: TokenUsage;
  readonly source: 'counted' | 'estimated';
}

/**
 * Everything about money that needs a price book or a tokenizer. Loaded apart from the pipeline, on first use. Plain data
 * crosses the line.
 */
export interface Pricing {
  /** Null: the price is not known. */
  cost(question: PriceQuestion, usage: TokenUsage): RecordedCost | null;
  /** Counted input and the most output, each at its dearest rate. Null: the price is not known. */
  ceiling(question: PriceQuestion, request: { readonly body: Uint8Array }): Ceiling | null;
  /** The same with the input counted by a tokenizer, for when the first does not fit into what is left. */
  countedCeiling(question: PriceQuestion, request: { readonly body: Uint8Array }): Promise<Ceiling | null>;
  /** Tokens of a request and of what came of its answer, for a provider that did not say. */
  count(given: {
    readonly provider: string;
    readonly model: string | null;
    readonly request: Uint8Array;
    readonly answer: Uint8Array;
  }): Promise<CountedUsage>;
}

export interface PricingPort {
  load(): Promise<Pricing>;
}
