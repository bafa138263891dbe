import type { KeptBody, RecordId, RequestRecord } from '@weir/core';
import type { Bucket } from '../bucket/bucket.ts';
import { DamagedItem } from '../table/damaged-item.ts';
import { placeOf } from '../table/keys.ts';
import { type BodyNote, type PlacedBody, readBody, toBodiesItem, type WhichBody } from './bodies-item.ts';
import { packBody, unpackBody } from './body-coding.ts';
import { bodiesKey, bodyObjectKey, type LogScope } from './log-place.ts';
import type { Item, LogTable } from './log-table.ts';

/** Where a record's bodies are; stands on the record item, so that deleting asks the bucket only where it must. */
export type BodyPlace = 'none' | 'item' | 'bucket';

export interface StoredPlace {
  readonly id: RecordId;
  readonly bodies: BodyPlace;
}

/**
 * Compressed bytes that one item takes of a pair. By list price, writing 8 KB to the table costs one PUT to the bucket,
 * and keeping a byte in the table ten times as much; but what the item holds is read without another round trip.
 */
const INLINE_BYTES = 16 * 1024;

/**
 * The bodies of one record: an item of notes and heads that also holds what is small, and the bucket for the rest.
 * Objects are written before the item and removed after it, so an item never names an object that is not there.
 */
export class StoredBodies {
  readonly #table: LogTable;
  readonly #bucket: Bucket;

  constructor(table: LogTable, bucket: Bucket) {
    this.#table = table;
    this.#bucket = bucket;
  }

  /** @param expiry the `ttl` attribute of a record that ends by itself; empty for one that is kept. */
  async put(scope: LogScope, record: RequestRecord, expiry: Item): Promise<BodyPlace> {
    // Nothing would ever remove from the bucket what ends by itself.
    const overflow = 'ttl' in expiry ? 'dropped' : 'bucket';
    const bodies = await placedBodies(record, overflow);
    if (bodies.length === 0) return 'none';
    const inBucket = bodies.filter(({ place }) => place === 'bucket');
    await Promise.all(
      inBucket.map(({ which, packed }) => this.#bucket.put(bodyObjectKey(scope, record.id, which), packed)),
    );
    await this.#table.putOnce(toBodiesItem(scope, record.id, bodies, expiry));
    return inBucket.length > 0 ? 'bucket' : 'item';
  }

  /**
   * @param item the record's bodies item.
   * @returns null when no such body is kept.
   * @throws {DamagedItem}
   */
  async get(
    scope: LogScope,
    id: RecordId,
    which: WhichBody,
    item: Item | undefined,
  ): Promise<KeptBody | null> {
    if (item === undefined) return null;
    const { note, packed } = readBody(item, which);
    switch (note?.place) {
      case undefined:
      case 'dropped':
        return null;
      case 'item':
        return unpacked(note, packed, placeOf(bodiesKey(scope, id)));
      case 'bucket': {
        const key = bodyObjectKey(scope, id, which);
        const object = await this.#bucket.get(key);
        if (object === null && (await this.#isGone(scope, id))) return null;
        return unpacked(note, object ?? undefined, key);
      }
    }
  }

  /** Whether the bodies were deleted since their item was read. */
  async #isGone(scope: LogScope, id: RecordId): Promise<boolean> {
    return (await this.#table.read([bodiesKey(scope, id)])).size === 0;
  }

  async delete(scope: LogScope, records: readonly StoredPlace[]): Promise<void> {
    const kept = records.filter(({ bodies }) => bodies !== 'none');
    await this.#table.delete(kept.map(({ id }) => bodiesKey(scope, id)));
    const inBucket = kept.filter(({ bodies }) => bodies === 'bucket');
    await this.#bucket.deleteAll(
      inBucket.flatMap(({ id }) => [
        bodyObjectKey(scope, id, 'request'),
        bodyObjectKey(scope, id, 'response'),
      ]),
    );
  }
}

/** @throws {DamagedItem} */
async function unpacked(note: BodyNote, packed: Uint8Array | undefined, place: string): Promise<KeptBody> {
  if (packed === undefined) throw new DamagedItem(place, 'the body is missing');
  const { encoding, complete, contentType } = note;
  const data = await unpackBody(encoding, packed);
  if (data === null) throw new DamagedItem(place, 'the body does not unpack');
  return { encoding, data, complete, ...(contentType === undefined ? {} : { contentType }) };
}

/** The smallest body goes into the item first, if it fits; the other as well, if there is room. */
async function placedBodies(
  { requestBody, responseBody }: RequestRecord,
  overflow: 'bucket' | 'dropped',
): Promise<readonly PlacedBody[]> {
  const pack = async (which: WhichBody, body: KeptBody | null) =>
    body === null ? [] : [{ which, body, packed: await packBody(body) }];
  const packed = (await Promise.all([pack('request', requestBody), pack('response', responseBody)])).flat();
  let room = INLINE_BYTES;
  return packed
    .toSorted((a, b) => a.packed.length - b.packed.length)
    .map((body) => {
      room -= body.packed.length;
      return { ...body, place: room >= 0 ? 'item' : overflow };
    });
}
