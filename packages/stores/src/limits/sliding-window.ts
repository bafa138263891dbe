import { type Clock, type EpochMs, epochMs, type RateLimit } from '@weir/core';
import { AdmissionRate } from './admission-rate.ts';
import { type Division, divide, leftOf, planAdmission } from './cells.ts';
import type { Cell, CellChange, LimitTable, SlidingCount } from './limit-table.ts';
import type { KnownCount, Lot, Step } from './taking.ts';

/** A stored count is kept a little longer, so that clocks need not agree on when it is over. Milliseconds. */
const KEPT_AFTER = 3_600_000;

type Admitting = CellChange & { readonly kind: 'begin' | 'add' };

/**
 * A limit over the last interval, whenever one looks (see `divide`): an admission is one conditional change of one cell.
 * Remembers the cells as it last saw them: a limit that is known to be full is not asked about until its first cell is
 * free again.
 */
export class SlidingWindow implements KnownCount {
  readonly #limit: RateLimit;
  readonly #division: Division;
  readonly #table: LimitTable;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #rate = new AdmissionRate();
  readonly #cells = new Map<number, Cell>();
  readonly #changing = new Set<number>();
  readonly #adding = new Map<number, number>();

  /** @param random in [0, 1). */
  constructor(limit: RateLimit, table: LimitTable, clock: Clock, random: () => number) {
    this.#limit = limit;
    this.#division = divide(limit.limit, limit.interval);
    this.#table = table;
    this.#clock = clock;
    this.#random = random;
  }

  next(wanted: number, now: EpochMs): Step {
    const count = Math.max(wanted, this.#rate.batch(this.left(now).remaining));
    const underWay = { changing: this.#changing, adding: this.#adding };
    const plan = planAdmission(this.#division, this.#cells, underWay, now, count, this.#random());
    if (plan.kind !== 'change') return plan;
    const { change } = plan;
    return { kind: 'ask', count: change.count, ask: () => this.#ask(change) };
  }

  left(now: EpochMs) {
    return leftOf(this.#division, this.#cells, now);
  }

  async #ask(change: Admitting): Promise<Lot | null> {
    const { cell, end, count } = change;
    const begun = this.#begin(change);
    try {
      const done = await this.#change(change, end);
      this.#learn(done ?? (await this.#table.readCells(this.#limit.key)));
      return done && { count, until: end, giveBack: () => this.#giveBack(cell, end) };
    } finally {
      begun.over();
    }
  }

  /** Nobody else in this process plans with what this change takes. */
  #begin(change: Admitting) {
    const { cell, count } = change;
    if (change.kind === 'begin' || change.end !== change.known) {
      this.#changing.add(cell);
      return { over: () => void this.#changing.delete(cell) };
    }
    const before = () => this.#adding.get(cell) ?? 0;
    this.#adding.set(cell, before() + count);
    return {
      over: () => {
        const rest = before() - count;
        if (rest > 0) this.#adding.set(cell, rest);
        else this.#adding.delete(cell);
      },
    };
  }

  /** Answers may overtake each other: of two states of a cell the later one has the later end or the higher count. */
  #learn({ cells, admitted }: SlidingCount): void {
    for (const [index, cell] of cells) {
      const known = this.#cells.get(index);
      if (!known || cell.end > known.end || (cell.end === known.end && cell.count > known.count))
        this.#cells.set(index, cell);
    }
    this.#rate.observe(admitted, this.#clock.now());
  }

  /** Only while the cell is still as it was counted in; else it counts until it leaves by itself. */
  async #giveBack(cell: number, end: EpochMs): Promise<void> {
    const done = await this.#change({ kind: 'take-back', cell, known: end, count: 1 }, end);
    const known = this.#cells.get(cell);
    if (done && known?.end === end) this.#cells.set(cell, { end, count: known.count - 1 });
  }

  #change(change: CellChange, end: EpochMs): Promise<SlidingCount | null> {
    const { key, interval } = this.#limit;
    return this.#table.changeCell(key, change, epochMs(end + interval + KEPT_AFTER));
  }
}
