import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type {
  AccountId,
  Clock,
  EpochMs,
  GatewayId,
  KeptBody,
  LogDetail,
  LogFeedback,
  LogPage,
  LogPageQuery,
  LogStore,
  RecordId,
  RequestRecord,
} from '@weir/core';
import type { Bucket } from '../bucket/bucket.ts';
import { type ItemKey, placeOf } from '../table/keys.ts';
import { headsOf, type WhichBody } from './bodies-item.ts';
import { boundedRecord } from './bounded-record.ts';
import { DeletedGateways, voidUntil } from './deleted-gateways.ts';
import { DirtyMinutes } from './dirty-minutes.ts';
import { HourIndex } from './hour-index.ts';
import { LogPages, type LogSelection } from './log-pages.ts';
import {
  bodiesKey,
  deletedGatewayKey,
  feedbackKey,
  hourOf,
  type LogScope,
  minuteOf,
  recordKey,
  shardOf,
  timeOf,
} from './log-place.ts';
import { LogRemoval } from './log-removal.ts';
import { type Item, LogTable } from './log-table.ts';
import { logWindow, startingAt } from './log-window.ts';
import { feedbackUpdate, toLogEntry, toRecordItem, toStoredPlace } from './record-item.ts';
import { StoredBodies } from './stored-bodies.ts';
import { expiryOf, visibleFrom } from './visible-from.ts';

export interface DynamoDBLogStoreOptions {
  readonly client: DynamoDBClient;
  /** The `logs` table's name. */
  readonly table: string;
  readonly bucket: Bucket;
  readonly clock: Clock;
}

/**
 * Records in the `logs` table, large bodies in the bucket (design 5).
 *
 * `put` writes in this order, so that breaking off between any two writes leaves nothing that can be seen, and the
 * same record delivered again completes it:
 *
 * 1. large bodies to the bucket: an object that no item names;
 * 2. the bodies item, and beside it that the hour and the minute are announced: a body whose record is not there, an hour
 *    that counts none, a minute whose totals will be counted once more;
 * 3. the record item, only if there is none: from here on everything is visible;
 * 4. hour and minute again, if writing took so long that their announcements may be forgotten.
 */
export class DynamoDBLogStore implements LogStore {
  readonly #table: LogTable;
  readonly #clock: Clock;
  readonly #hours: HourIndex;
  readonly #dirty: DirtyMinutes;
  readonly #pages: LogPages;
  readonly #bodies: StoredBodies;
  readonly #removal: LogRemoval;
  readonly #deletedGateways: DeletedGateways;

  constructor({ client, table, bucket, clock }: DynamoDBLogStoreOptions) {
    this.#table = new LogTable(client, table);
    this.#clock = clock;
    this.#hours = new HourIndex(this.#table, clock);
    this.#dirty = new DirtyMinutes(this.#table, clock);
    this.#pages = new LogPages(this.#table, this.#hours);
    this.#bodies = new StoredBodies(this.#table, bucket);
    this.#removal = new LogRemoval(this.#table, this.#hours, this.#pages, this.#bodies, this.#dirty);
    this.#deletedGateways = new DeletedGateways(this.#table, clock);
  }

  async put(given: RequestRecord): Promise<void> {
    const record = boundedRecord(given);
    const { account, gateway, id } = record;
    const scope = { account, gateway };
    const expiry = expiryAttribute(scope, id);
    const announce = () =>
      Promise.all([
        this.#hours.announce(scope, hourOf(id), shardOf(id), expiry),
        this.#dirty.mark(scope, minuteOf(id)),
      ]);
    const [bodies] = await Promise.all([this.#bodies.put(scope, record, expiry), announce()]);
    await this.#table.putOnce(toRecordItem(scope, record, bodies, expiry));
    await announce();
  }

  async list(query: LogPageQuery): Promise<LogPage> {
    const selection = await this.#visible(query);
    const { total, shares } = await this.#pages.locate(selection, query.skip, query.take);
    const places = await this.#pages.page(selection, shares);
    const { scope } = selection;
    const items = await this.#table.read(
      places.flatMap(({ id }) => [recordKey(scope, id), feedbackKey(scope, id)]),
    );
    const entries = places.flatMap(({ id }) => {
      const record = items.get(placeOf(recordKey(scope, id)));
      // It was deleted since the page was found.
      return record === undefined ? [] : [toLogEntry(record, items.get(placeOf(feedbackKey(scope, id))))];
    });
    return { entries, total };
  }

  async get(account: AccountId, gateway: GatewayId | '~', id: RecordId): Promise<LogDetail | null> {
    const scope = { account, gateway };
    const found = await this.#lookUp(scope, id, [feedbackKey(scope, id), bodiesKey(scope, id)]);
    if (found === null) return null;
    const [record, feedback, bodies] = found;
    return { ...toLogEntry(record, feedback), ...headsOf(bodies) };
  }

  async body(
    account: AccountId,
    gateway: GatewayId | '~',
    id: RecordId,
    which: WhichBody,
  ): Promise<{ readonly body: KeptBody; readonly contentType: string | null } | null> {
    const scope = { account, gateway };
    const found = await this.#lookUp(scope, id, [bodiesKey(scope, id)]);
    if (found === null) return null;
    const [item, bodies] = found;
    const body = await this.#bodies.get(scope, id, which, bodies);
    if (body === null) return null;
    const { record } = toLogEntry(item, undefined);
    const sent = which === 'request' ? record.requestContentType : record.responseContentType;
    return { body, contentType: body.contentType ?? sent };
  }

  async giveFeedback(
    account: AccountId,
    gateway: GatewayId,
    id: RecordId,
    change: Partial<LogFeedback>,
  ): Promise<boolean> {
    const scope = { account, gateway };
    if ((await this.#lookUp(scope, id, [])) === null) return false;
    const write = feedbackUpdate(scope, id, change);
    if (write !== null) await this.#table.update(write.key, write.update);
    return true;
  }

  async deleteMany(query: LogPageQuery): Promise<number> {
    return this.#removal.removeSelected(await this.#visible(query), query.skip, query.take);
  }

  async deleteOne(account: AccountId, gateway: GatewayId, id: RecordId): Promise<boolean> {
    const scope = { account, gateway };
    const found = await this.#lookUp(scope, id, []);
    if (found === null) return false;
    await this.#removal.remove(scope, [toStoredPlace(found[0])]);
    return true;
  }

  async deleteGateway(account: AccountId, gateway: GatewayId, until: EpochMs): Promise<void> {
    await this.#deletedGateways.add({ account, gateway }, until);
  }

  /** See {@link DeletedGateways.sweep}. */
  sweepDeletedGateways(mayGoOn: () => boolean): Promise<number> {
    return this.#deletedGateways.sweep(this.#pages, this.#removal, mayGoOn);
  }

  async #visible({ account, gateway, from, to, direction }: LogPageQuery): Promise<LogSelection> {
    const scope = { account, gateway };
    const start = visibleFrom(scope, await this.#deletedGateways.voidUntil(scope), this.#clock.now());
    return { scope, window: startingAt(logWindow(from, to), start), direction };
  }

  /** The record's item and those of `others`, in one round trip; null when there is no record that may be seen. */
  async #lookUp(
    scope: LogScope,
    id: RecordId,
    others: readonly ItemKey[],
  ): Promise<[record: Item, ...others: (Item | undefined)[]] | null> {
    const gone = deletedGatewayKey(scope);
    const items = await this.#table.read([recordKey(scope, id), gone, ...others]);
    const record = items.get(placeOf(recordKey(scope, id)));
    if (record === undefined) return null;
    const start = visibleFrom(scope, voidUntil(items.get(placeOf(gone))), this.#clock.now());
    if (timeOf(id) < start) return null;
    return [record, ...others.map((key) => items.get(placeOf(key)))];
  }
}

/** The `ttl` attribute of items that end by themselves. */
function expiryAttribute(scope: LogScope, id: RecordId): Item {
  const expiry = expiryOf(scope, id);
  return expiry === null ? {} : { ttl: { N: String(Math.ceil(expiry / 1_000)) } };
}
