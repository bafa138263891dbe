import { type Clock, durationMs, type EpochMs, epochMs } from '@weir/core';
import * as z from 'zod';
import { parseItem, storedNumber, storedString } from '../table/stored-attributes.ts';
import { Announcements } from './announcements.ts';
import {
  DIRTY_PARTITIONS,
  dirtyKey,
  dirtyPartition,
  type LogScope,
  type Minute,
  minuteAt,
} from './log-place.ts';
import type { Item, LogTable } from './log-table.ts';
import { isEmpty, type LogWindow } from './log-window.ts';

/** How long one mark serves for further writes of this process. */
const MARKED_FOR = durationMs(2 * 60_000);
/**
 * When a minute was last marked so long ago, no write of it is still under way: a mark serves for 2 minutes, a function
 * lives for 2, and a writer that was slower still marks the minute again.
 */
const SETTLED_AFTER = durationMs(6 * 60_000);

/** A minute whose records may have changed since its totals were counted. */
export interface DirtyMinute {
  readonly scope: LogScope;
  readonly minute: Minute;
  readonly markedAt: EpochMs;
}

const dirtyItem = z.object({
  sk: storedString(z.string().regex(/^[^#]+#[^#]+#[^#]+$/)),
  marked_at: storedNumber(z.number()),
});

/**
 * Which minutes are to be counted again. The rules that let no record be missed:
 *
 * - A minute is marked before a record of it is written or deleted, and again afterwards if that took long.
 * - A mark is removed only when it has settled before the records were read, and only if nothing has marked the minute
 *   since.
 */
export class DirtyMinutes {
  readonly #table: LogTable;
  readonly #clock: Clock;
  readonly #marked: Announcements;

  constructor(table: LogTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
    this.#marked = new Announcements(clock, MARKED_FOR);
  }

  /** Before and after a record is written or deleted. Costs a write only when this process has not marked it lately. */
  async mark(scope: LogScope, minute: Minute): Promise<void> {
    // Nobody can ask for the totals of what belongs to no gateway.
    if (scope.gateway === '~') return;
    const key = dirtyKey(scope, minute);
    await this.#marked.make(key.sk, (now) =>
      this.#table.update(key, {
        UpdateExpression: 'SET marked_at = :now',
        ExpressionAttributeValues: { ':now': { N: String(now) } },
      }),
    );
  }

  isSettled({ markedAt }: DirtyMinute): boolean {
    return this.#clock.now() - markedAt >= SETTLED_AFTER;
  }

  /** @param dirty was settled when the counting of its records began. */
  async remove({ scope, minute, markedAt }: DirtyMinute): Promise<void> {
    await this.#table.deleteIf(dirtyKey(scope, minute), {
      ConditionExpression: 'marked_at = :marked',
      ExpressionAttributeValues: { ':marked': { N: String(markedAt) } },
    });
  }

  /** Those of the gateway's that the window touches, in the order of time. @throws {DamagedItem} */
  async within(scope: LogScope, window: LogWindow): Promise<readonly DirtyMinute[]> {
    if (isEmpty(window)) return [];
    const [first, last] = [dirtyKey(scope, minuteAt(window.from)), dirtyKey(scope, minuteAt(window.to))];
    const found: DirtyMinute[] = [];
    const pages = this.#table.pages({
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: {
        ':pk': { S: first.pk },
        ':first': { S: first.sk },
        ':last': { S: last.sk },
      },
      ConsistentRead: true,
    });
    for await (const { items } of pages) found.push(...items.map(toDirtyMinute));
    return found;
  }

  /**
   * Those of all gateways, in pages. Begins elsewhere each minute, so that a round which ends early does not always miss
   * the same gateways. @throws {DamagedItem}
   */
  async *all(): AsyncGenerator<readonly DirtyMinute[]> {
    const first = Math.floor(this.#clock.now() / 60_000);
    for (let nth = 0; nth < DIRTY_PARTITIONS; nth += 1) {
      const partition = (first + nth) % DIRTY_PARTITIONS;
      const pages = this.#table.pages({
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: dirtyPartition(partition) } },
      });
      for await (const { items } of pages) yield items.map(toDirtyMinute);
    }
  }
}

function toDirtyMinute(item: Item): DirtyMinute {
  const { sk, marked_at } = parseItem(dirtyItem, item);
  const [account = '', gateway = '', minute = ''] = sk.split('#');
  return { scope: { account, gateway }, minute, markedAt: epochMs(marked_at) };
}
