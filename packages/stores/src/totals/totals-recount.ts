import type { Clock, EpochMs, TotalsRow } from '@weir/core';
import { type DirtyMinute, DirtyMinutes } from '../logs/dirty-minutes.ts';
import { inParallel } from '../logs/in-parallel.ts';
import { endOfMinute, startOfMinute, totalsKey } from '../logs/log-place.ts';
import type { LogTable } from '../logs/log-table.ts';
import { countMinute } from './count-minute.ts';
import { packRows } from './totals-item.ts';

/** Each is four queries and two writes. */
const MINUTES_AT_ONCE = 8;

/**
 * Counts dirty minutes and keeps what they come to. Nothing is ever added to what is kept: a minute is read whole and
 * replaced whole, so it does not matter how often that happens or where it breaks off.
 */
export class TotalsRecount {
  readonly #table: LogTable;
  readonly #clock: Clock;
  readonly #dirty: DirtyMinutes;

  constructor(table: LogTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
    this.#dirty = new DirtyMinutes(table, clock);
  }

  /**
   * Counts what is settled, as long as `mayGoOn`; returns how many minutes. The rest is read from the records until a
   * later round.
   *
   * @throws what kept it from counting a minute, after it has counted the others.
   */
  async round(mayGoOn: () => boolean): Promise<number> {
    let counted = 0;
    const failures: unknown[] = [];
    const attempt = async (dirty: DirtyMinute): Promise<void> => {
      if (!mayGoOn()) return;
      try {
        await this.#count(dirty);
        counted += 1;
      } catch (error) {
        failures.push(error);
      }
    };
    for await (const page of this.#dirty.all()) {
      if (!mayGoOn()) break;
      const settled = page.filter((dirty) => this.#dirty.isSettled(dirty));
      await inParallel(settled, MINUTES_AT_ONCE, attempt);
    }
    if (failures.length > 0) throw failures[0];
    return counted;
  }

  async #count(dirty: DirtyMinute): Promise<void> {
    const { scope, minute } = dirty;
    const asOf = this.#clock.now();
    const window = { from: startOfMinute(minute), to: endOfMinute(minute) };
    const rows = await countMinute(this.#table, scope, minute, window);
    if (await this.#keep(dirty, rows, asOf)) await this.#dirty.remove(dirty);
  }

  /** False when somebody has kept what was counted later. */
  #keep({ scope, minute }: DirtyMinute, rows: readonly TotalsRow[], asOf: EpochMs): Promise<boolean> {
    const key = totalsKey(scope, minute);
    const isNewer = 'attribute_not_exists(counted_at) OR counted_at < :as_of';
    const values = { ':as_of': { N: String(asOf) } };
    if (rows.length === 0)
      return this.#table.deleteIf(key, { ConditionExpression: isNewer, ExpressionAttributeValues: values });
    return this.#table.update(key, {
      UpdateExpression: 'SET #rows = :rows, counted_at = :as_of',
      ConditionExpression: isNewer,
      ExpressionAttributeNames: { '#rows': 'rows' },
      ExpressionAttributeValues: { ...values, ':rows': { S: packRows(rows) } },
    });
  }
}
