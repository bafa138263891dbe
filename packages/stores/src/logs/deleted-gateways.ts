import { type Clock, durationMs, type EpochMs, epochMs } from '@weir/core';
import * as z from 'zod';
import { placeOf } from '../table/keys.ts';
import { parseItem, storedNumber, storedString } from '../table/stored-attributes.ts';
import type { LogPages, LogSelection } from './log-pages.ts';
import { DELETED_GATEWAYS, deletedGatewayKey, type LogScope } from './log-place.ts';
import type { LogRemoval } from './log-removal.ts';
import type { Item, LogTable, Query } from './log-table.ts';
import { BEGINNING } from './log-window.ts';

const ALL: Query = {
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': { S: DELETED_GATEWAYS } },
};

/** A message waits 14 days in a queue at most; a record that comes later than this from there cannot be. */
const WATCHED_FOR = durationMs(15 * 24 * 3_600_000);
const RECORDS_PER_ROUND = 1_000;

const deletedGateway = z.object({
  sk: storedString(z.string().regex(/^[^#]+#[^#]+$/)),
  until: storedNumber(z.number()),
});

/**
 * Gateways whose logs are to go. Deleting a gateway can mean millions of records, so the call only writes down until
 * when they are void: reading leaves them out from then on, and the schedule removes them in rounds.
 */
export class DeletedGateways {
  readonly #table: LogTable;
  readonly #clock: Clock;

  constructor(table: LogTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  /** Idempotent; a later `until` takes an earlier one's place. */
  async add(scope: LogScope, until: EpochMs): Promise<void> {
    await this.#table.update(deletedGatewayKey(scope), {
      UpdateExpression: 'SET #until = :until',
      ConditionExpression: 'attribute_not_exists(#until) OR #until < :until',
      ExpressionAttributeNames: { '#until': 'until' },
      ExpressionAttributeValues: { ':until': { N: String(until) } },
    });
  }

  /** Until when the gateway's logs are void. */
  async voidUntil(scope: LogScope): Promise<EpochMs | null> {
    const key = deletedGatewayKey(scope);
    return voidUntil((await this.#table.read([key])).get(placeOf(key)));
  }

  /**
   * Removes void records, bodies and feedback, gateway by gateway, as long as `mayGoOn`; returns how many. Records
   * that arrive late are found in later rounds; a gateway is watched for as long as any can.
   *
   * @throws what kept it from sweeping a gateway, after it has swept the others.
   */
  async sweep(pages: LogPages, removal: LogRemoval, mayGoOn: () => boolean): Promise<number> {
    let removed = 0;
    const failures: unknown[] = [];
    for await (const { items } of this.#table.pages(ALL)) {
      for (const item of items) {
        try {
          removed += await this.#sweepOne(item, pages, removal, mayGoOn);
        } catch (error) {
          failures.push(error);
        }
      }
    }
    if (failures.length > 0) throw failures[0];
    return removed;
  }

  async #sweepOne(item: Item, pages: LogPages, removal: LogRemoval, mayGoOn: () => boolean): Promise<number> {
    const { sk, until } = parseItem(deletedGateway, item);
    const [account = '', gateway = ''] = sk.split('#');
    const scope = { account, gateway };
    const window = { from: BEGINNING, to: epochMs(until) };
    const selection: LogSelection = { scope, window, direction: 'asc' };
    let removed = 0;
    let found: number;
    do {
      if (!mayGoOn()) return removed;
      found = await removal.removeSelected(selection, 0, RECORDS_PER_ROUND);
      removed += found;
    } while (found > 0);
    // Counting takes hours out of the index that have stayed empty.
    await pages.locate(selection, 0, 0);
    if (this.#clock.now() - until > WATCHED_FOR) await this.#done(scope, epochMs(until));
    return removed;
  }

  async #done(scope: LogScope, until: EpochMs): Promise<void> {
    await this.#table.deleteIf(deletedGatewayKey(scope), {
      ConditionExpression: '#until = :until',
      ExpressionAttributeNames: { '#until': 'until' },
      ExpressionAttributeValues: { ':until': { N: String(until) } },
    });
  }
}

/** @throws {DamagedItem} */
export function voidUntil(item: Item | undefined): EpochMs | null {
  return item === undefined ? null : epochMs(parseItem(deletedGateway, item).until);
}
