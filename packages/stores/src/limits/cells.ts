import { type DurationMs, type EpochMs, epochMs } from '@weir/core';
import type { Cell, CellChange, Cells } from './limit-table.ts';

/** A limit up to this many has a cell for each request, so that its window is exact. */
const CELLS = 100;

/**
 * A sliding limit divided into independent cells, so that admission needs one condition on one cell and no sum: a cell
 * admits its share of the limit between its beginning and its end, and then nothing for a whole interval. The shares add
 * up to the limit, so no interval sees more, wherever it begins.
 */
export interface Division {
  readonly limit: number;
  readonly interval: DurationMs;
  /** How many cells there are. */
  readonly cells: number;
  /** How long a cell may take in; 0 when each takes one. */
  readonly span: number;
}

export function divide(limit: number, interval: DurationMs): Division {
  const cells = Math.min(CELLS, limit);
  return { limit, interval, cells, span: limit > cells ? Math.ceil(interval / cells) : 0 };
}

/** The part of the limit that is a cell's. */
function shareOf({ limit, cells }: Division, cell: number): number {
  return Math.floor(limit / cells) + (cell < limit % cells ? 1 : 0);
}

/** What this process has asked for and not heard of. */
export interface InFlight {
  /** Cells whose end is being changed. */
  readonly changing: ReadonlySet<number>;
  /** Additions by cell. */
  readonly adding: ReadonlyMap<number, number>;
}

export type CellPlan =
  | { readonly kind: 'change'; readonly change: CellChange & { readonly kind: 'begin' | 'add' } }
  /** Full but for what is in flight. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'full'; readonly until: EpochMs };

/**
 * Where the next request may be admitted, by what is known of the cells. What is known may be old, but a cell never
 * becomes free sooner than it seemed, so "full" is true then, too; any other answer is put to the table as a condition.
 *
 * Cells that are taking in now come first, then free ones, then those that ended before they were full: what these hold
 * counts longer then, never shorter. Among equals it is chance that chooses, so that processes seldom collide.
 *
 * @param wanted at least 1; the plan may have fewer.
 * @param random in [0, 1).
 */
export function planAdmission(
  division: Division,
  cells: Cells,
  inFlight: InFlight,
  now: EpochMs,
  wanted: number,
  random: number,
): CellPlan {
  const { interval, span } = division;
  const { open, free, ended, until, waits } = sortCells(division, cells, inFlight, now);
  const end = epochMs(now + span);
  const taking = oneOf(open, random);
  if (taking) {
    const { index, cell, room } = taking;
    return add(division, index, cell, Math.min(wanted, room), cell.end);
  }
  const unused = oneOf(free, random);
  if (unused !== undefined) {
    const count = Math.min(wanted, shareOf(division, unused));
    return {
      kind: 'change',
      change: { kind: 'begin', cell: unused, endedBy: epochMs(now - interval), end, count },
    };
  }
  const last = ended.reduce<Roomy | null>(
    (best, one) => (best && best.cell.end >= one.cell.end ? best : one),
    null,
  );
  if (last) return add(division, last.index, last.cell, 1, epochMs(Math.max(last.cell.end, end)));
  return waits ? { kind: 'wait' } : { kind: 'full', until };
}

interface Roomy {
  readonly index: number;
  readonly cell: Cell;
  readonly room: number;
}

function sortCells(division: Division, cells: Cells, { changing, adding }: InFlight, now: EpochMs) {
  const open: Roomy[] = [];
  const free: number[] = [];
  const ended: Roomy[] = [];
  let until = Number.POSITIVE_INFINITY;
  let waits = false;
  for (let index = 0; index < division.cells; index++) {
    const cell = cells.get(index);
    if (changing.has(index)) waits = true;
    else if (!cell || isFree(cell, division, now)) free.push(index);
    else {
      const room = shareOf(division, index) - cell.count - (adding.get(index) ?? 0);
      if (room > 0) (division.span > 0 && cell.end >= now ? open : ended).push({ index, cell, room });
      else waits ||= adding.has(index);
      until = Math.min(until, cell.end + division.interval);
    }
  }
  return { open, free, ended, waits, until: epochMs(until) };
}

const isFree = (cell: Cell, { interval }: Division, now: EpochMs) => cell.end + interval <= now;

function add(division: Division, index: number, cell: Cell, count: number, end: EpochMs): CellPlan {
  const most = shareOf(division, index);
  return { kind: 'change', change: { kind: 'add', cell: index, known: cell.end, end, count, most } };
}

const oneOf = <Item>(items: readonly Item[], random: number): Item | undefined =>
  items[Math.floor(random * items.length)];

/** What the limit has left, and when it has more. */
export function leftOf(division: Division, cells: Cells, now: EpochMs) {
  let used = 0;
  let until = Number.POSITIVE_INFINITY;
  for (const cell of cells.values()) {
    if (isFree(cell, division, now) || cell.count === 0) continue;
    used += cell.count;
    until = Math.min(until, cell.end + division.interval);
  }
  return { remaining: Math.max(0, division.limit - used), until: epochMs(until) };
}
