import type { AccountId, EpochMs, RecordId } from '@weir/core';

/** What a spending process is told. Money in micro-dollars. */
export interface SpendOrder {
  readonly table: string;
  readonly account: AccountId;
  readonly rule: string;
  readonly shards: number;
  readonly limit: string;
  readonly window: 'fixed' | 'sliding';
  readonly requests: number;
  /** Requests at the same time. */
  readonly concurrency: number;
  readonly estimate: number;
  /** What a request costs: what it reserved, or less by chance. */
  readonly costs: 'estimate' | 'random';
}

/** What it says of a request. `took`: until the verdict, ms. */
export type SpendLine =
  | { readonly kind: 'refused'; readonly took: number }
  | {
      readonly kind: 'served';
      readonly id: RecordId;
      readonly at: EpochMs;
      readonly cost: number;
      readonly took: number;
    };
