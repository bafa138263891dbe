import type { KeptBody, LogDetail, RecordId, RequestRecord } from '@weir/core';
import * as z from 'zod';
import type { Bucket } from '../bucket/bucket.ts';
import { DamagedItem } from '../table/damaged-item.ts';
import { placeOf } from '../table/keys.ts';
import { parseItem, storedJson } from '../table/stored-attributes.ts';
import { packBody, unpackBody } from './body-coding.ts';
import { headOf } from './body-head.ts';
import { bodiesKey, bodyObjectKey, type LogScope } from './log-place.ts';
import type { Item, LogTable } from './log-table.ts';

export type WhichBody = 'request' | 'response';

/** Where a record's bodies are; stands on the record item, so that deleting asks the bucket only where it must. */
export type BodyPlace = 'none' | 'item' | 'bucket';

/**
 * Compressed bytes that one item takes. By list price, 8 KB of table writes cost what one PUT to the bucket costs, and
 * a byte kept in the table ten times one in the bucket; a read from the item spares a round trip. Four of five pairs
 * of chat bodies stay below.
 */
const INLINE_BYTES = 16 * 1024;

const bodyNote = z.object({
  place: z.enum(['item', 'bucket', 'dropped']),
  encoding: z.enum(['utf8', 'base64']),
  complete: z.boolean(),
  contentType: z.string().exactOptional(),
  head: z.object({ text: z.string(), complete: z.boolean() }).nullable(),
});
type BodyNote = z.infer<typeof bodyNote>;

const bytes = z.object({ B: z.instanceof(Uint8Array) });
const bodiesItem = z.object({
  notes: storedJson(z.object({ request: bodyNote.nullable(), response: bodyNote.nullable() })),
  request: bytes.optional(),
  response: bytes.optional(),
});

interface PackedBody {
  readonly which: WhichBody;
  readonly body: KeptBody;
  readonly packed: Buffer;
}

/**
 * The bodies of one record: an item of notes and heads that also holds what is small, and the bucket for the rest.
 * The bucket is written first, so an item never points to an object that was not yet there.
 */
export class StoredBodies {
  readonly #table: LogTable;
  readonly #bucket: Bucket;

  constructor(table: LogTable, bucket: Bucket) {
    this.#table = table;
    this.#bucket = bucket;
  }

  /**
   * @param expiry null keeps the bodies until they are deleted. With one, what does not fit the item is dropped but
   *   for its head: nothing would ever remove it from the bucket.
   */
  async put(scope: LogScope, record: RequestRecord, expiry: Item): Promise<BodyPlace> {
    const packed = await packAll(record);
    if (packed.length === 0) return 'none';
    const inline = inlineOf(packed);
    const rest = packed.filter((body) => !inline.has(body));
    const isKept = Object.keys(expiry).length === 0;
    if (isKept) {
      await Promise.all(
        rest.map(({ which, packed: object }) =>
          this.#bucket.put(bodyObjectKey(scope, record.id, which), object),
        ),
      );
    }
    const notes: Record<WhichBody, BodyNote | null> = { request: null, response: null };
    const { pk, sk } = bodiesKey(scope, record.id);
    const item: Item = { pk: { S: pk }, sk: { S: sk }, ...expiry };
    for (const body of packed) {
      const place = inline.has(body) ? 'item' : isKept ? 'bucket' : 'dropped';
      notes[body.which] = noteOn(body.body, place);
      if (place === 'item') item[body.which] = { B: body.packed };
    }
    item.notes = { S: JSON.stringify(notes) };
    await this.#table.putOnce(item);
    return isKept && rest.length > 0 ? 'bucket' : 'item';
  }
  /** Null: no such body is kept. @throws {DamagedItem} */
  async get(
    scope: LogScope,
    id: RecordId,
    which: WhichBody,
    item: Item | undefined,
  ): Promise<KeptBody | null> {
    if (item === undefined) return null;
    const { notes, ...data } = parseItem(bodiesItem, item);
    const note = notes[which];
    if (note === null || note.place === 'dropped') return null;
    const packed =
      note.place === 'item'
        ? data[which]?.B
        : await this.#fromBucket(bodyObjectKey(scope, id, which), scope, id);
    if (packed === null) return null;
    const place = note.place === 'item' ? placeOf(bodiesKey(scope, id)) : bodyObjectKey(scope, id, which);
    if (packed === undefined) throw new DamagedItem(place, `the ${which} body is missing`);
    const text = await unpackBody(note.encoding, packed);
    if (text === null) throw new DamagedItem(place, `the ${which} body does not unpack`);
    const { encoding, complete, contentType } = note;
    return { encoding, data: text, complete, ...(contentType === undefined ? {} : { contentType }) };
  }

  /** Undefined: the object is missing though it should be there. Null: it is being deleted. */
  async #fromBucket(key: string, scope: LogScope, id: RecordId): Promise<Uint8Array | undefined | null> {
    const object = await this.#bucket.get(key);
    if (object !== null) return object;
    // Deleting takes the item away before the object.
    const stillThere = await this.#table.read([bodiesKey(scope, id)]);
    return stillThere.size > 0 ? undefined : null;
  }

  /** The notes go first, so that a reader in between sees no body rather than a damaged one. */
  async delete(scope: LogScope, records: readonly StoredPlace[]): Promise<void> {
    const kept = records.filter(({ bodies }) => bodies !== 'none');
    await this.#table.delete(kept.map(({ id }) => bodiesKey(scope, id)));
    const objects = kept.filter(({ bodies }) => bodies === 'bucket');
    await this.#bucket.deleteAll(
      objects.flatMap(({ id }) => [
        bodyObjectKey(scope, id, 'request'),
        bodyObjectKey(scope, id, 'response'),
      ]),
    );
  }
}

export interface StoredPlace {
  readonly id: RecordId;
  readonly bodies: BodyPlace;
}

/** The heads that the record's bodies item holds. @throws {DamagedItem} */
export function headsOf(item: Item | undefined): Pick<LogDetail, 'requestHead' | 'responseHead'> {
  if (item === undefined) return { requestHead: null, responseHead: null };
  const { request, response } = parseItem(bodiesItem, item).notes;
  return { requestHead: request?.head ?? null, responseHead: response?.head ?? null };
}

async function packAll({ requestBody, responseBody }: RequestRecord): Promise<PackedBody[]> {
  const pack = async (which: WhichBody, body: KeptBody | null): Promise<PackedBody[]> =>
    body === null ? [] : [{ which, body, packed: await packBody(body) }];
  return (await Promise.all([pack('request', requestBody), pack('response', responseBody)])).flat();
}

/** The smallest first, as many as fit. */
function inlineOf(packed: readonly PackedBody[]): ReadonlySet<PackedBody> {
  let room = INLINE_BYTES;
  return new Set(
    packed
      .toSorted((a, b) => a.packed.length - b.packed.length)
      .filter((body) => {
        room -= body.packed.length;
        return room >= 0;
      }),
  );
}

const noteOn = (body: KeptBody, place: BodyNote['place']): BodyNote => ({
  place,
  encoding: body.encoding,
  complete: body.complete,
  ...(body.contentType === undefined ? {} : { contentType: body.contentType }),
  head: headOf(body),
});
