import { StoreUnavailable } from '@weir/core';
import type { Cell, CellChange, LimitTable, SlidingCount } from './limit-table.ts';

interface StoredCells {
  readonly cells: Map<number, Cell>;
  admitted: number;
}

/** In memory; each call is one step that nothing else comes between. Several limiters may share one. */
export class MemoryLimitTable implements LimitTable {
  readonly #windows = new Map<string, number>();
  readonly #sliding = new Map<string, StoredCells>();
  isDown = false;
  /** Calls in all, and those that asked for a change. */
  calls = 0;
  writes = 0;

  async addToWindow(key: string, window: number, count: number, most: number): Promise<number | null> {
    this.#reach('write');
    const place = `${key} ${window}`;
    const sum = (this.#windows.get(place) ?? 0) + count;
    if (sum > most) return null;
    this.#windows.set(place, sum);
    return sum;
  }

  async takeFromWindow(key: string, window: number, count: number): Promise<void> {
    this.#reach('write');
    const place = `${key} ${window}`;
    const stored = this.#windows.get(place) ?? 0;
    if (stored >= count) this.#windows.set(place, stored - count);
  }

  async readWindow(key: string, window: number): Promise<number> {
    this.#reach('read');
    return this.#windows.get(`${key} ${window}`) ?? 0;
  }

  async changeCell(key: string, change: CellChange): Promise<SlidingCount | null> {
    this.#reach('write');
    const stored = this.#sliding.get(key) ?? { cells: new Map(), admitted: 0 };
    const changed = changedCell(stored.cells.get(change.cell), change);
    if (changed === null) return null;
    stored.cells.set(change.cell, changed);
    if (change.kind !== 'take-back') stored.admitted += change.count;
    this.#sliding.set(key, stored);
    return copyOf(stored);
  }

  async readCells(key: string): Promise<SlidingCount> {
    this.#reach('read');
    return copyOf(this.#sliding.get(key) ?? { cells: new Map(), admitted: 0 });
  }

  #reach(kind: 'read' | 'write'): void {
    this.calls += 1;
    if (kind === 'write') this.writes += 1;
    if (this.isDown) throw new StoreUnavailable('the in-memory table is switched off');
  }
}

const copyOf = ({ cells, admitted }: StoredCells): SlidingCount => ({ cells: new Map(cells), admitted });

function changedCell(cell: Cell | undefined, change: CellChange): Cell | null {
  switch (change.kind) {
    case 'begin':
      return !cell || cell.end <= change.endedBy ? { end: change.end, count: change.count } : null;
    case 'add': {
      const isKnown = cell && cell.end === change.known && cell.count + change.count <= change.most;
      return isKnown ? { end: change.end, count: cell.count + change.count } : null;
    }
    case 'take-back': {
      const isKnown = cell && cell.end === change.known && cell.count >= change.count;
      return isKnown ? { end: cell.end, count: cell.count - change.count } : null;
    }
  }
}
