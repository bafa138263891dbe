import type { DirtyMinutes } from './dirty-minutes.ts';
import type { HourIndex } from './hour-index.ts';
import { inParallel } from './in-parallel.ts';
import { HOURS_AT_ONCE, type LogPages, type LogSelection } from './log-pages.ts';
import { feedbackKey, hourOf, type LogScope, minuteOf, recordKey } from './log-place.ts';
import type { LogTable } from './log-table.ts';
import type { StoredBodies, StoredPlace } from './stored-bodies.ts';

/** Records removed before the next are touched, so that a removal that breaks off has finished what it began. */
const RECORDS_AT_ONCE = 500;
const MARKS_AT_ONCE = 16;

/**
 * Removes records. Order: their minutes are marked, bodies, feedback, and the record itself last. Broken off in between,
 * the record is still listed, so the removal can be asked for again and then finishes; nothing is left that no one can
 * find.
 */
export class LogRemoval {
  readonly #table: LogTable;
  readonly #hours: HourIndex;
  readonly #pages: LogPages;
  readonly #bodies: StoredBodies;
  readonly #dirty: DirtyMinutes;

  constructor(table: LogTable, hours: HourIndex, pages: LogPages, bodies: StoredBodies, dirty: DirtyMinutes) {
    this.#table = table;
    this.#hours = hours;
    this.#pages = pages;
    this.#bodies = bodies;
    this.#dirty = dirty;
  }

  /** In the selection's order; returns how many there were to remove, at most `take`. */
  async removeSelected(selection: LogSelection, skip: number, take: number): Promise<number> {
    let passed = 0;
    let removed = 0;
    for await (const hours of this.#pages.hours(selection, HOURS_AT_ONCE)) {
      const most = skip - Math.min(passed, skip) + take - removed;
      if (removed >= take) break;
      // What the call before removed must not be found, and counted, again.
      const found = await inParallel(hours, HOURS_AT_ONCE, (hour) =>
        this.#pages.firstOfHour(selection, hour, most, true),
      );
      const places = found.flat();
      const chosen = places.slice(Math.max(skip - passed, 0)).slice(0, take - removed);
      passed += places.length;
      await this.remove(selection.scope, chosen);
      removed += chosen.length;
    }
    return removed;
  }

  async remove(scope: LogScope, places: readonly StoredPlace[]): Promise<void> {
    const hours = [...new Set(places.map(({ id }) => hourOf(id)))];
    await inParallel(hours, HOURS_AT_ONCE, (hour) => this.#hours.forgetCount(scope, hour));
    for (let start = 0; start < places.length; start += RECORDS_AT_ONCE) {
      const batch = places.slice(start, start + RECORDS_AT_ONCE);
      const minutes = [...new Set(batch.map(({ id }) => minuteOf(id)))];
      const mark = () => inParallel(minutes, MARKS_AT_ONCE, (minute) => this.#dirty.mark(scope, minute));
      await mark();
      await this.#bodies.delete(scope, batch);
      await this.#table.delete(batch.map(({ id }) => feedbackKey(scope, id)));
      await this.#table.delete(batch.map(({ id }) => recordKey(scope, id)));
      await mark();
    }
  }
}
