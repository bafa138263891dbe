import {
  type Clock,
  epochMs,
  type LogStore,
  MinuteRows,
  startOf,
  type TotalsAnswer,
  type TotalsQuery,
  type TotalsReader,
  TotalsSum,
} from '@weir/core';
import { timeOf } from '../logs/log-place.ts';

/** The twin of the stored totals, over any log store: keeps nothing, and adds up its records whenever it is asked. */
export class MemoryTotals implements TotalsReader {
  readonly #logs: Pick<LogStore, 'list'>;
  readonly #clock: Clock;

  constructor({ logs, clock }: { readonly logs: Pick<LogStore, 'list'>; readonly clock: Clock }) {
    this.#logs = logs;
    this.#clock = clock;
  }

  async read({ account, gateway, from, to, groupBy }: TotalsQuery): Promise<TotalsAnswer> {
    const all = { direction: 'asc', skip: 0, take: Number.MAX_SAFE_INTEGER } as const;
    const { entries } = await this.#logs.list({ account, gateway, from, to: epochMs(to - 1), ...all });
    const sum = new TotalsSum(groupBy);
    for (const { record } of entries) {
      const minute = new MinuteRows(startOf('minute', timeOf(record.id)));
      minute.add(record);
      for (const row of minute.rows()) sum.add(row);
    }
    return { totals: sum.totals(), freshUntil: this.#clock.now() };
  }
}
