import { assertNever, StoreUnavailable } from '@weir/core';
import { type ItemKey, placeOf } from '../table/keys.ts';
import {
  type LedgerChange,
  type LedgerCondition,
  type LedgerItem,
  type LedgerList,
  type LedgerTable,
  type ListedItem,
  NOTHING,
  numberIn,
  type SortRange,
} from './ledger-table.ts';

/** In memory; each call is one step that nothing else comes between. Several ledgers may share one. */
export class MemoryLedgerTable implements LedgerTable, LedgerList {
  readonly #items = new Map<string, { readonly key: ItemKey; readonly item: LedgerItem }>();
  isDown = false;
  /** Calls in all, and those that asked for a change. */
  calls = 0;
  writes = 0;

  async change(key: ItemKey, change: LedgerChange): Promise<LedgerItem | null> {
    this.#reach();
    this.writes += 1;
    const before = this.#items.get(placeOf(key))?.item ?? NOTHING;
    if (!change.when.every((condition) => holds(before, condition))) return null;
    const item = new Map(before);
    for (const [name, value] of Object.entries(change.add ?? {}))
      item.set(name, numberIn(before, name) + value);
    for (const [name, value] of Object.entries(change.set ?? {})) item.set(name, value);
    for (const name of change.remove ?? []) item.delete(name);
    this.#items.set(placeOf(key), { key, item });
    return item;
  }

  async read(key: ItemKey): Promise<LedgerItem> {
    this.#reach();
    return this.#items.get(placeOf(key))?.item ?? NOTHING;
  }

  async *list(
    partition: string,
    { from, before }: SortRange = {},
    direction: 'asc' | 'desc' = 'asc',
  ): AsyncIterable<ListedItem> {
    this.#reach();
    const found = [...this.#items.values()]
      .filter(
        ({ key: { pk, sk } }) =>
          pk === partition && sk >= (from ?? '') && (before === undefined || sk < before),
      )
      .sort((one, other) => (one.key.sk < other.key.sk ? -1 : 1));
    yield* direction === 'asc' ? found : found.reverse();
  }

  #reach(): void {
    this.calls += 1;
    if (this.isDown) throw new StoreUnavailable('the in-memory table is switched off');
  }
}

function holds(item: LedgerItem, condition: LedgerCondition): boolean {
  const { kind, name } = condition;
  switch (kind) {
    case 'absent':
      return !item.has(name);
    case 'is':
      return item.get(name) === condition.value;
    case 'at-most':
      return numberIn(item, name) <= condition.value;
    case 'at-least':
      return numberIn(item, name) >= condition.value;
    default:
      return assertNever(kind);
  }
}
