import type { EpochMs } from '@weir/core';
import type { ItemKey } from '../table/keys.ts';

/** Attributes of one item: numbers are money or counts, texts are ours. Keys and `ttl` are left out. */
export type LedgerItem = ReadonlyMap<string, bigint | string>;

export const NOTHING: LedgerItem = new Map();

export type LedgerCondition =
  /** There is no such attribute. */
  | { readonly kind: 'absent'; readonly name: string }
  | { readonly kind: 'is'; readonly name: string; readonly value: bigint | string }
  /** An absent number counts as 0. */
  | { readonly kind: 'at-most' | 'at-least'; readonly name: string; readonly value: bigint };

/** One conditional write of one item: the whole of it happens, or nothing. No name is in two of its parts. */
export interface LedgerChange {
  /** All of them must hold. */
  readonly when: readonly LedgerCondition[];
  /** Added to numbers; an absent one counts as 0. */
  readonly add?: Readonly<Record<string, bigint>>;
  readonly set?: Readonly<Record<string, string | bigint>>;
  readonly remove?: readonly string[];
  /** From then on the item may be deleted. Absent: as it was. */
  readonly forgetAt?: EpochMs;
}

/**
 * What the ledger needs of a store: single conditional writes of one item, and strongly consistent reads. A call is made
 * once: nothing repeats it behind the ledger's back. A write may happen although its answer is lost.
 */
export interface LedgerTable {
  /** @returns the item afterwards; null: a condition did not hold. @throws {StoreUnavailable} */
  change(key: ItemKey, change: LedgerChange): Promise<LedgerItem | null>;
  /** @returns {@link NOTHING} when there is no such item. @throws {StoreUnavailable} */
  read(key: ItemKey): Promise<LedgerItem>;
}

export interface ListedItem {
  readonly key: ItemKey;
  readonly item: LedgerItem;
}

/** Half-open, by sort key. */
export interface SortRange {
  readonly from?: string;
  readonly before?: string;
}

/** For the sweeper and the control plane. */
export interface LedgerList {
  /** A partition's items by sort key; strongly consistent. @throws {StoreUnavailable} */
  list(partition: string, range?: SortRange, direction?: 'asc' | 'desc'): AsyncIterable<ListedItem>;
}

export const numberIn = (item: LedgerItem, name: string): bigint => {
  const value = item.get(name);
  return typeof value === 'bigint' ? value : 0n;
};

export const textIn = (item: LedgerItem, name: string): string | null => {
  const value = item.get(name);
  return typeof value === 'string' ? value : null;
};
