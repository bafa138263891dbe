import { COUNT_CEILING, type RecordId, StoreUnavailable } from '@weir/core';
import type { HourIndex, LoggedHour } from './hour-index.ts';
import { inParallel } from './in-parallel.ts';
import { type Hour, type LogScope, shardPartition } from './log-place.ts';
import type { LogTable, Query } from './log-table.ts';
import { coversHour, idSpan, isEmpty, type LogWindow } from './log-window.ts';
import { RECORD_ATTRIBUTE, toStoredPlace } from './record-item.ts';
import type { StoredPlace } from './stored-bodies.ts';

/** Which records, in which order. */
export interface LogSelection {
  readonly scope: LogScope;
  readonly window: LogWindow;
  readonly direction: 'asc' | 'desc';
}

/** The part of a page that one hour gives. */
export interface HourShare {
  readonly hour: LoggedHour;
  readonly skip: number;
  readonly take: number;
}

/** Hours asked at once; each is up to four queries. */
export const HOURS_AT_ONCE = 8;
/** Hours counted before the sum is looked at; most of them know their count. */
const COUNTED_AT_ONCE = 64;
/** A query of keys reads at most this many items at a time; some may be feedback. */
const KEYS_PER_QUERY = 1_000;

/** Finds records by hour and shard: never reads an hour that holds none, never scans. */
export class LogPages {
  readonly #table: LogTable;
  readonly #hours: HourIndex;

  constructor(table: LogTable, hours: HourIndex) {
    this.#table = table;
    this.#hours = hours;
  }

  /**
   * Which hours the page `skip…skip+take` comes from, and how many records there are. Counting stops when the page is
   * found and the ceiling reached; `total` is then what was counted so far.
   */
  async locate(
    selection: LogSelection,
    skip: number,
    take: number,
  ): Promise<{ readonly total: number; readonly shares: readonly HourShare[] }> {
    const enough = Math.max(COUNT_CEILING, skip + take);
    const shares: HourShare[] = [];
    let total = 0;
    for await (const hours of this.hours(selection, COUNTED_AT_ONCE)) {
      const counts = await inParallel(hours, HOURS_AT_ONCE, (hour) =>
        this.#countHour(selection, hour, enough - total),
      );
      for (const [index, hour] of hours.entries()) {
        const count = counts[index] ?? 0;
        const share = shareOf(hour, total, count, skip, take);
        if (share !== null) shares.push(share);
        total += count;
      }
      if (total >= enough) break;
    }
    return { total, shares };
  }

  /** The records of a page that {@link locate} found, in order. */
  async page(selection: LogSelection, shares: readonly HourShare[]): Promise<readonly StoredPlace[]> {
    const found = await inParallel(shares, HOURS_AT_ONCE, async ({ hour, skip, take }) =>
      (await this.firstOfHour(selection, hour, skip + take)).slice(skip),
    );
    return found.flat();
  }

  /** The selection's hours: one, then two, then more at a time, as it turns out that they hold little. */
  async *hours(selection: LogSelection, most: number): AsyncGenerator<readonly LoggedHour[]> {
    if (isEmpty(selection.window)) return;
    let size = 1;
    for await (const page of this.#hours.hours(selection.scope, selection.window, selection.direction)) {
      for (let start = 0; start < page.length; ) {
        yield page.slice(start, start + size);
        start += size;
        size = Math.min(size * 2, most);
      }
    }
  }

  async #countHour({ scope, window }: LogSelection, logged: LoggedHour, enough: number): Promise<number> {
    const isWhole = coversHour(window, logged.hour);
    if (isWhole && logged.count !== null) return logged.count;
    const counts = await Promise.all(
      logged.shards.map((shard) => this.#countShard(scope, window, logged.hour, shard, enough)),
    );
    const count = counts.reduce((sum, each) => sum + each, 0);
    const isExact = counts.every((each) => each < enough);
    if (isWhole && isExact) await this.#keepCount(scope, logged, count);
    return count;
  }

  async #keepCount(scope: LogScope, logged: LoggedHour, count: number): Promise<void> {
    try {
      await this.#hours.settle(scope, logged, count);
    } catch (error) {
      // A count that was not kept costs the next list a query; this one has what it needs.
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }

  async #countShard(
    scope: LogScope,
    window: LogWindow,
    hour: Hour,
    shard: number,
    enough: number,
  ): Promise<number> {
    let count = 0;
    for await (const page of this.#table.pages({
      ...shardQuery(scope, window, hour, shard),
      Select: 'COUNT',
    })) {
      count += page.count;
      if (count >= enough) break;
    }
    return count;
  }

  /**
   * The hour's first `most` records in the selection's order.
   *
   * @param seesAll sees every write that came before, at twice the price.
   */
  async firstOfHour(
    { scope, window, direction }: LogSelection,
    { hour, shards }: LoggedHour,
    most: number,
    seesAll = false,
  ): Promise<readonly StoredPlace[]> {
    const found = await Promise.all(
      shards.map((shard) => {
        const query = { ...shardQuery(scope, window, hour, shard), ConsistentRead: seesAll };
        return this.#firstOfShard(query, direction, most);
      }),
    );
    return found.flat().sort(byId(direction)).slice(0, most);
  }

  async #firstOfShard(
    query: Query,
    direction: 'asc' | 'desc',
    most: number,
  ): Promise<readonly StoredPlace[]> {
    const found: StoredPlace[] = [];
    const pages = this.#table.pages({
      ...query,
      ProjectionExpression: 'pk, sk, bodies',
      ScanIndexForward: direction === 'asc',
      Limit: Math.min(most, KEYS_PER_QUERY),
    });
    for await (const { items } of pages) {
      found.push(...items.map(toStoredPlace));
      if (found.length >= most) break;
    }
    return found;
  }
}

/** Records only: a record's feedback stands beside it. */
export function shardQuery(scope: LogScope, window: LogWindow, hour: Hour, shard: number): Query {
  const [first, last] = idSpan(window);
  return {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    FilterExpression: 'attribute_exists(#record)',
    ExpressionAttributeNames: { '#record': RECORD_ATTRIBUTE },
    ExpressionAttributeValues: {
      ':pk': { S: shardPartition(scope, hour, shard) },
      ':first': { S: first },
      ':last': { S: last },
    },
  };
}

function shareOf(
  hour: LoggedHour,
  before: number,
  count: number,
  skip: number,
  take: number,
): HourShare | null {
  const from = Math.max(skip, before);
  const to = Math.min(skip + take, before + count);
  return from < to ? { hour, skip: from - before, take: to - from } : null;
}

const byId = (direction: 'asc' | 'desc') => (a: { id: RecordId }, b: { id: RecordId }) => {
  const order = a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
  return direction === 'asc' ? order : -order;
};
