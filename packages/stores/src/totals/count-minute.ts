import { MinuteRows, type TotalsRow } from '@weir/core';
import { inParallel } from '../logs/in-parallel.ts';
import { shardQuery } from '../logs/log-pages.ts';
import { hourOfMinute, type LogScope, type Minute, SHARDS, startOfMinute } from '../logs/log-place.ts';
import type { LogTable } from '../logs/log-table.ts';
import type { LogWindow } from '../logs/log-window.ts';
import { toCounted } from '../logs/record-item.ts';

const ALL_SHARDS = Array.from({ length: SHARDS }, (_, shard) => shard);

/**
 * What the minute's records inside the window come to, with every one that was written before.
 *
 * @throws {DamagedItem} for a record that cannot be read: totals that leave one out in silence are wrong.
 */
export async function countMinute(
  table: LogTable,
  scope: LogScope,
  minute: Minute,
  window: LogWindow,
): Promise<readonly TotalsRow[]> {
  const sum = new MinuteRows(startOfMinute(minute));
  await inParallel(ALL_SHARDS, SHARDS, async (shard) => {
    const pages = table.pages({
      ...shardQuery(scope, window, hourOfMinute(minute), shard),
      ProjectionExpression: 'pk, sk, #record',
      ConsistentRead: true,
    });
    for await (const { items } of pages) for (const item of items) sum.add(toCounted(item));
  });
  return sum.rows();
}
