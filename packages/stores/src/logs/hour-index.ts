import { type Clock, durationMs, type EpochMs, epochMs } from '@weir/core';
import * as z from 'zod';
import { parseItem, storedNumber, storedString } from '../table/stored-attributes.ts';
import { Announcements } from './announcements.ts';
import { type Hour, hourKey, hourPartition, type LogScope } from './log-place.ts';
import type { Item, LogTable } from './log-table.ts';
import { hourSpan, type LogWindow } from './log-window.ts';

/** How long one announcement of an hour's shard serves for further writes of this process. */
const ANNOUNCED_FOR = durationMs(10 * 60_000);
/**
 * When an hour was last touched so long ago, nothing that touched it is still under way: an announcement serves for
 * 10 minutes, a function lives for 15, and a writer that was slower still announces the hour again.
 */
const SETTLED_AFTER = durationMs(60 * 60_000);
const HOURS_PER_PAGE = 500;

/** An hour that holds, or held, records. */
export interface LoggedHour {
  readonly hour: Hour;
  /** Those of the hour's shards that were ever written to. */
  readonly shards: readonly number[];
  readonly touchedAt: EpochMs;
  /** How many records the hour holds, if that was found after it had settled. */
  readonly count: number | null;
}

const hourItem = z.object({
  sk: storedString(z.string()),
  touched_at: storedNumber(z.number()),
  shards: z.object({ NS: z.array(z.string()) }),
  record_count: z.optional(storedNumber(z.int())),
});

/**
 * Which hours of a gateway hold records, so that lists ask no empty hour, and how many each holds, so that they do not
 * count old hours again. The rules that keep it true:
 *
 * - An hour is announced before a record is written to it, and again afterwards if writing took long.
 * - A count is kept, and an empty hour taken out, only when the hour has settled, and only if nothing has touched it
 *   since it was read.
 * - Announcing, and deleting records, touches the hour: its count is forgotten.
 */
export class HourIndex {
  readonly #table: LogTable;
  readonly #clock: Clock;
  readonly #announced: Announcements;

  constructor(table: LogTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
    this.#announced = new Announcements(clock, ANNOUNCED_FOR);
  }

  /** Before and after a record is written. Costs a write only when this process has not announced the shard lately. */
  async announce(scope: LogScope, hour: Hour, shard: number, expiry: Item): Promise<void> {
    const name = `${hourPartition(scope)}#${hour}#${shard}`;
    await this.#announced.make(name, (now) => this.#write(scope, hour, shard, expiry, now));
  }

  #write(scope: LogScope, hour: Hour, shard: number, { ttl }: Item, now: EpochMs): Promise<boolean> {
    return this.#table.update(hourKey(scope, hour), {
      UpdateExpression: `SET touched_at = :now${ttl ? ', #ttl = :ttl' : ''} ADD shards :shard REMOVE record_count`,
      ...(ttl ? { ExpressionAttributeNames: { '#ttl': 'ttl' } } : {}),
      ExpressionAttributeValues: {
        ':now': { N: String(now) },
        ':shard': { NS: [String(shard)] },
        ...(ttl ? { ':ttl': ttl } : {}),
      },
    });
  }

  /** Before records of the hour are deleted. */
  async forgetCount(scope: LogScope, hour: Hour): Promise<void> {
    await this.#table.update(hourKey(scope, hour), {
      UpdateExpression: 'SET touched_at = :now REMOVE record_count',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':now': { N: String(this.#clock.now()) } },
    });
  }

  /** Keeps what was counted, or takes an empty hour out, if that is sure to stay true. */
  async settle(scope: LogScope, { hour, touchedAt }: LoggedHour, count: number): Promise<void> {
    if (this.#clock.now() - touchedAt < SETTLED_AFTER) return;
    const untouched = {
      ConditionExpression: 'touched_at = :touched',
      ExpressionAttributeValues: { ':touched': { N: String(touchedAt) } },
    };
    if (count === 0) await this.#table.deleteIf(hourKey(scope, hour), untouched);
    else {
      await this.#table.update(hourKey(scope, hour), {
        UpdateExpression: 'SET record_count = :count',
        ConditionExpression: untouched.ConditionExpression,
        ExpressionAttributeValues: { ...untouched.ExpressionAttributeValues, ':count': { N: String(count) } },
      });
    }
  }

  /** The window's hours, in pages. @throws {DamagedItem} */
  async *hours(
    scope: LogScope,
    window: LogWindow,
    direction: 'asc' | 'desc',
  ): AsyncGenerator<readonly LoggedHour[]> {
    const [first, last] = hourSpan(window);
    const pages = this.#table.pages({
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: {
        ':pk': { S: hourPartition(scope) },
        ':first': { S: first },
        ':last': { S: last },
      },
      ScanIndexForward: direction === 'asc',
      Limit: HOURS_PER_PAGE,
    });
    for await (const { items } of pages) yield items.map(toLoggedHour);
  }
}

function toLoggedHour(item: Item): LoggedHour {
  const { sk, touched_at, shards, record_count = null } = parseItem(hourItem, item);
  return { hour: sk, shards: shards.NS.map(Number), touchedAt: epochMs(touched_at), count: record_count };
}
