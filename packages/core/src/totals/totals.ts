import { assertNever } from '../assert-never.ts';
import { type EpochMs, epochMs } from '../ids.ts';
import { addTallies, type Counted, NOTHING_COUNTED, type Tally, tallyOf } from './tally.ts';

/** What totals can be told apart by. Of the times at most one makes sense: each has the coarser ones in it. */
export const DIMENSIONS = ['minute', 'hour', 'day', 'provider', 'model', 'cached'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

const MS: Readonly<Record<'minute' | 'hour' | 'day', number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** The beginning of the minute, hour or day (UTC) that holds `time`. */
export const startOf = (step: keyof typeof MS, time: EpochMs): EpochMs =>
  epochMs(Math.floor(time / MS[step]) * MS[step]);

/** Records that count together: of one minute, provider and model, and all from the cache or none. */
export interface TotalsRow {
  /** Its first millisecond. */
  readonly minute: EpochMs;
  readonly provider: string | null;
  readonly model: string | null;
  readonly cached: boolean;
  readonly tally: Tally;
}

type DimensionValue = EpochMs | string | boolean | null;

/** A row of an answer: the dimensions that were asked for, in the order asked, and what falls under their values. */
export interface Totals {
  readonly group: readonly DimensionValue[];
  readonly tally: Tally;
}

/** Adds rows up by some of their dimensions. */
export class TotalsSum {
  readonly #by: readonly Dimension[];
  readonly #groups = new Map<string, Totals>();

  /** @param by none: all rows are one sum, which is there without any row, too. */
  constructor(by: readonly Dimension[]) {
    this.#by = by;
    if (by.length === 0) this.#groups.set('[]', { group: [], tally: NOTHING_COUNTED });
  }

  add(row: TotalsRow): void {
    const group = this.#by.map((dimension) => valueIn(row, dimension));
    const name = JSON.stringify(group);
    const before = this.#groups.get(name);
    this.#groups.set(name, { group, tally: before ? addTallies(before.tally, row.tally) : row.tally });
  }

  /** In the order of their values; what has none comes first. */
  totals(): readonly Totals[] {
    return [...this.#groups.values()].sort(byGroup);
  }
}

function valueIn(row: TotalsRow, dimension: Dimension): DimensionValue {
  switch (dimension) {
    case 'minute':
    case 'hour':
    case 'day':
      return startOf(dimension, row.minute);
    case 'provider':
    case 'model':
    case 'cached':
      return row[dimension];
    default:
      return assertNever(dimension);
  }
}

function byGroup({ group: one }: Totals, { group: other }: Totals): number {
  for (const [index, value] of one.entries()) {
    const against = other[index] ?? null;
    if (value === against) continue;
    if (value === null) return -1;
    if (against === null) return 1;
    return value < against ? -1 : 1;
  }
  return 0;
}

/** The rows that records of one minute come to. */
export class MinuteRows {
  readonly #minute: EpochMs;
  readonly #rows = new Map<string, TotalsRow>();

  constructor(minute: EpochMs) {
    this.#minute = minute;
  }

  add(record: Counted): void {
    const { provider, model, cached } = record;
    const name = JSON.stringify([provider, model, cached]);
    const before = this.#rows.get(name);
    const tally = tallyOf(record);
    const row = before ?? { minute: this.#minute, provider, model, cached, tally };
    this.#rows.set(name, before ? { ...row, tally: addTallies(before.tally, tally) } : row);
  }

  /** Those with the most records first; the order of equals is that of their names. */
  rows(): readonly TotalsRow[] {
    return [...this.#rows]
      .sort(([one, a], [other, b]) => b.tally.records - a.tally.records || (one < other ? -1 : 1))
      .map(([, row]) => row);
  }
}
