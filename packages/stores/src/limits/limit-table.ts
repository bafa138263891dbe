import type { EpochMs } from '@weir/core';

/** A part of a sliding limit: what was admitted into it counts until an interval after its end. */
export interface Cell {
  /** When the last request that it may hold can have been admitted. */
  readonly end: EpochMs;
  readonly count: number;
}

/** By index; a cell that was never used is absent. */
export type Cells = ReadonlyMap<number, Cell>;

/** A change of one cell, which holds only if nobody changed the cell in a way that matters. */
export type CellChange =
  /** Begins to count in a cell that is unused, or whose end is at or before `endedBy`. */
  | {
      readonly kind: 'begin';
      readonly cell: number;
      readonly endedBy: EpochMs;
      readonly end: EpochMs;
      readonly count: number;
    }
  /** Adds to a cell whose end is `known` and whose count stays at most `most`; its end becomes `end`. */
  | {
      readonly kind: 'add';
      readonly cell: number;
      readonly known: EpochMs;
      readonly end: EpochMs;
      readonly count: number;
      readonly most: number;
    }
  /** Takes back what was counted in a cell whose end is still `known`. */
  | { readonly kind: 'take-back'; readonly cell: number; readonly known: EpochMs; readonly count: number };

export interface SlidingCount {
  readonly cells: Cells;
  /** Everything that was ever admitted: it only grows, so two readings give a rate. */
  readonly admitted: number;
}

/**
 * What rate limits need of a store: single conditional writes of one item, each of which happens as a whole or not at
 * all, and strongly consistent reads. A write may happen although its answer is lost; it then counts.
 */
export interface LimitTable {
  /** Adds to a window's count if it stays at most `most`. @returns the new count; null: refused. */
  addToWindow(
    key: string,
    window: number,
    count: number,
    most: number,
    forgetAt: EpochMs,
  ): Promise<number | null>;
  /** Takes back what was added, if as much is there. */
  takeFromWindow(key: string, window: number, count: number): Promise<void>;
  readWindow(key: string, window: number): Promise<number>;
  /** @returns the state after the change; null: refused. */
  changeCell(key: string, change: CellChange, forgetAt: EpochMs): Promise<SlidingCount | null>;
  readCells(key: string): Promise<SlidingCount>;
}

/** The store has more to do for this key than it can: a count would come too late. */
export class TooBusy extends Error {
  override readonly name = 'TooBusy';
}
