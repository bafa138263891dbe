import { type EpochMs, epochMs } from '@weir/core';
import { cellLeavesAt, type LimitBudget, shareOf } from './ledger-places.ts';
import { type LedgerChange, type LedgerCondition, type LedgerItem, numberIn } from './ledger-table.ts';

/** So many cells that have left are taken out even when their room is not needed. */
const TIDY_AT = 25;
/** A condition has at most 300 operators. */
const MOST_AT_ONCE = 80;

interface Cell {
  readonly name: string;
  readonly index: number;
  readonly spent: bigint;
}

function cellsIn(item: LedgerItem): readonly Cell[] {
  const cells: Cell[] = [];
  for (const [name, spent] of item)
    if (typeof spent === 'bigint' && /^c\d+$/.test(name))
      cells.push({ name, index: Number(name.slice(1)), spent });
  return cells;
}

/** One shard of a bucket, as it is counted at a moment. */
export class WindowCount {
  readonly #budget: LimitBudget;
  readonly #shard: number;
  readonly #item: LedgerItem;
  readonly #gone: readonly Cell[];
  readonly #live: readonly Cell[];

  constructor(budget: LimitBudget, shard: number, item: LedgerItem, at: EpochMs) {
    this.#budget = budget;
    this.#shard = shard;
    this.#item = item;
    const { technique, length } = budget.window;
    const cells = technique === 'sliding' ? cellsIn(item) : [];
    this.#gone = cells.filter(({ index }) => cellLeavesAt(length, index) <= at);
    this.#live = cells.filter(({ index }) => cellLeavesAt(length, index) > at);
  }

  /** Below zero when the limit was lowered. */
  get room(): bigint {
    return shareOf(this.#budget, this.#shard) - numberIn(this.#item, 'net') + sumOf(this.#gone);
  }

  get spent(): bigint {
    return this.#budget.window.technique === 'fixed' ? numberIn(this.#item, 'spent') : sumOf(this.#live);
  }

  /** What leaves the window when. */
  get leaving(): readonly { readonly at: EpochMs; readonly amount: bigint }[] {
    const { length } = this.#budget.window;
    return this.#live.map(({ index, spent }) => ({ at: cellLeavesAt(length, index), amount: spent }));
  }

  /**
   * A write that takes `amount` of the room, if it is there. Where what has left the window must make that room, it is
   * taken out in the same write, if it is still as it was.
   */
  taking(amount: bigint): Required<Pick<LedgerChange, 'when' | 'add' | 'remove'>> {
    const share = shareOf(this.#budget, this.#shard);
    const mustRoll = numberIn(this.#item, 'net') + amount > share || this.#gone.length > TIDY_AT;
    const rolled = mustRoll ? this.#gone.slice(0, MOST_AT_ONCE) : [];
    const freed = sumOf(rolled);
    const unchanged = rolled.map(({ name, spent }): LedgerCondition => ({ kind: 'is', name, value: spent }));
    return {
      when: [{ kind: 'at-most', name: 'net', value: share - amount + freed }, ...unchanged],
      add: { net: amount - freed },
      remove: rolled.map(({ name }) => name),
    };
  }
}

const sumOf = (cells: readonly Cell[]) => cells.reduce((sum, { spent }) => sum + spent, 0n);

/** The first moment at which `amount` will have left; null: never as much. */
export function leftBy(counts: readonly WindowCount[], amount: bigint): EpochMs | null {
  const leaving = counts.flatMap((count) => count.leaving).sort((one, other) => one.at - other.at);
  let sum = 0n;
  for (const one of leaving) {
    sum += one.amount;
    if (sum >= amount) return epochMs(one.at);
  }
  return null;
}
