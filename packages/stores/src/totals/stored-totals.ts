import {
  type Clock,
  durationMs,
  type EpochMs,
  epochMs,
  type TotalsAnswer,
  type TotalsQuery,
  type TotalsReader,
  TotalsSum,
} from '@weir/core';
import { DeletedGateways } from '../logs/deleted-gateways.ts';
import { DirtyMinutes } from '../logs/dirty-minutes.ts';
import { inParallel } from '../logs/in-parallel.ts';
import {
  type Day,
  dayAt,
  endOfMinute,
  type LogScope,
  type Minute,
  minuteAt,
  startOfMinute,
  totalsPartition,
} from '../logs/log-place.ts';
import type { LogTable } from '../logs/log-table.ts';
import { isEmpty, type LogWindow, startingAt } from '../logs/log-window.ts';
import { visibleFrom } from '../logs/visible-from.ts';
import { countMinute } from './count-minute.ts';
import { toTotalsRows } from './totals-item.ts';

const DAYS_AT_ONCE = 4;
const MINUTES_AT_ONCE = 8;
const MS_PER_DAY = 86_400_000;

/** How much of what is dirty one question counts: API Gateway gives it 29 seconds, and everybody else their patience. */
const MOST_RECORDS = 20_000;
const LONGEST = durationMs(5_000);

/**
 * Totals as they are kept, and in the place of what is dirty what its records come to. Reads only: what it counts is
 * kept by the schedule.
 */
export class StoredTotals implements TotalsReader {
  readonly #table: LogTable;
  readonly #clock: Clock;
  readonly #dirty: DirtyMinutes;
  readonly #deletedGateways: DeletedGateways;

  constructor(table: LogTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
    this.#dirty = new DirtyMinutes(table, clock);
    this.#deletedGateways = new DeletedGateways(table, clock);
  }

  async read({ account, gateway, from, to, groupBy }: TotalsQuery): Promise<TotalsAnswer> {
    const asOf = this.#clock.now();
    const scope = { account, gateway };
    const voidUntil = await this.#deletedGateways.voidUntil(scope);
    const window = startingAt({ from, to: epochMs(to - 1) }, visibleFrom(scope, voidUntil, asOf));
    const sum = new TotalsSum(groupBy);
    if (isEmpty(window)) return { totals: sum.totals(), freshUntil: asOf };
    // Before what is kept: a minute that is clean now was counted with all that the log holds now.
    const marked = await this.#dirty.within(scope, window);
    const minutes = new Set(marked.map(({ minute }) => minute));
    // What is kept of the minute in which a gateway was deleted may have its records in it.
    if (window.from > startOfMinute(minuteAt(window.from))) minutes.add(minuteAt(window.from));
    const { counted, freshUntil } = await this.#countDirty(scope, window, [...minutes].sort(), sum, asOf);
    await inParallel(daysOf(window), DAYS_AT_ONCE, (day) => this.#addDay(scope, day, window, counted, sum));
    return { totals: sum.totals(), freshUntil };
  }

  /** Oldest first, so that what is not reached is the newest. */
  async #countDirty(
    scope: LogScope,
    window: LogWindow,
    minutes: readonly Minute[],
    sum: TotalsSum,
    asOf: EpochMs,
  ): Promise<{ readonly counted: ReadonlySet<Minute>; readonly freshUntil: EpochMs }> {
    const counted = new Set<Minute>();
    let records = 0;
    for (let start = 0; start < minutes.length; start += MINUTES_AT_ONCE) {
      const batch = minutes.slice(start, start + MINUTES_AT_ONCE);
      const [first = ''] = batch;
      if (records >= MOST_RECORDS || this.#clock.now() - asOf >= LONGEST)
        return { counted, freshUntil: startOfMinute(first) };
      const found = await inParallel(batch, MINUTES_AT_ONCE, (minute) =>
        countMinute(this.#table, scope, minute, withinMinute(window, minute)),
      );
      for (const row of found.flat()) {
        sum.add(row);
        records += row.tally.records;
      }
      for (const minute of batch) counted.add(minute);
    }
    return { counted, freshUntil: asOf };
  }

  async #addDay(
    scope: LogScope,
    day: Day,
    window: LogWindow,
    counted: ReadonlySet<Minute>,
    sum: TotalsSum,
  ): Promise<void> {
    const pages = this.#table.pages({
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: {
        ':pk': { S: totalsPartition(scope, day) },
        ':first': { S: minuteAt(window.from) },
        ':last': { S: minuteAt(window.to) },
      },
      ConsistentRead: true,
    });
    for await (const { items } of pages) {
      for (const { minute, rows } of items.map(toTotalsRows)) {
        if (!counted.has(minute)) for (const row of rows) sum.add(row);
      }
    }
  }
}

const withinMinute = (window: LogWindow, minute: Minute): LogWindow => ({
  from: epochMs(Math.max(window.from, startOfMinute(minute))),
  to: epochMs(Math.min(window.to, endOfMinute(minute))),
});

function daysOf({ from, to }: LogWindow): readonly Day[] {
  const first = Math.floor(from / MS_PER_DAY);
  const last = Math.floor(to / MS_PER_DAY);
  return Array.from({ length: last - first + 1 }, (_, n) => dayAt(epochMs((first + n) * MS_PER_DAY)));
}
