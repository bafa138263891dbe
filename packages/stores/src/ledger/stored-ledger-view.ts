import {
  type AccountId,
  type BudgetState,
  type Clock,
  type EpochMs,
  type GatewayId,
  type LedgerView,
  micros,
} from '@weir/core';
import { inParallel } from '../logs/in-parallel.ts';
import { bucketPartition, bucketsPartition, frameOf, type LimitBudget } from './ledger-places.ts';
import type { LedgerItem, LedgerList, LedgerTable } from './ledger-table.ts';
import { reservedIn } from './open-reservation.ts';
import { readBudget } from './registry.ts';
import { leftBy, WindowCount } from './window-count.ts';

export interface LedgerViewOptions {
  readonly table: LedgerTable;
  readonly list: LedgerList;
  readonly clock: Clock;
}

const READ_AT_ONCE = 16;

export class StoredLedgerView implements LedgerView {
  readonly #options: LedgerViewOptions;

  constructor(options: LedgerViewOptions) {
    this.#options = options;
  }

  async states(account: AccountId, gateway: GatewayId): Promise<readonly BudgetState[]> {
    const { list, clock } = this.#options;
    const budgets: LimitBudget[] = [];
    for await (const { item } of list.list(bucketsPartition(account, gateway)))
      budgets.push(readBudget(item));
    const states: BudgetState[] = [];
    const now = clock.now();
    await inParallel(budgets, READ_AT_ONCE, async (budget) => {
      const state = await this.#stateOf(budget, now);
      if (state) states.push(state);
    });
    return states.sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  }

  /** Null: nothing was reserved or spent in its window. */
  async #stateOf(budget: LimitBudget, now: EpochMs): Promise<BudgetState | null> {
    const { table } = this.#options;
    const { sorts, endsAt } = frameOf(budget, now);
    const pk = bucketPartition(budget);
    const items = await Promise.all(sorts.map((sk) => table.read({ pk, sk })));
    const counts = items.map((item, shard) => new WindowCount(budget, shard, item, now));
    const spent = sum(counts.map((count) => count.spent));
    const reserved = sum(items.map((item: LedgerItem) => reservedIn(item)));
    if (spent === 0n && reserved === 0n) return null;
    const resetAt = budget.window.technique === 'fixed' ? endsAt : leftBy(counts, 1n);
    return { budget, spent: micros(spent), reserved: micros(reserved), limit: budget.limit, resetAt };
  }
}

const nameOf = ({ budget }: BudgetState) =>
  budget.kind === 'limit' ? `${budget.rule}\n${budget.bucket}` : '';
const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n);
