import type { KeptBody, LogDetail, RecordId } from '@weir/core';
import * as z from 'zod';
import { parseItem, storedJson } from '../table/stored-attributes.ts';
import { headOf } from './body-head.ts';
import { bodiesKey, type LogScope } from './log-place.ts';
import type { Item } from './log-table.ts';

export type WhichBody = 'request' | 'response';

/** A body's compressed bytes with the place that is chosen for them; `dropped` keeps no more than the head. */
export interface PlacedBody {
  readonly which: WhichBody;
  readonly body: KeptBody;
  readonly packed: Uint8Array;
  readonly place: 'item' | 'bucket' | 'dropped';
}

/** What is known of a body without unpacking it. */
export type BodyNote = z.infer<typeof bodyNote>;

const bodyNote = z.object({
  place: z.enum(['item', 'bucket', 'dropped']),
  encoding: z.enum(['utf8', 'base64']),
  complete: z.boolean(),
  contentType: z.string().exactOptional(),
  head: z.object({ text: z.string(), complete: z.boolean() }).nullable(),
});

const bytes = z.object({ B: z.instanceof(Uint8Array) });

const bodiesItem = z.object({
  notes: storedJson(z.object({ request: bodyNote.nullable(), response: bodyNote.nullable() })),
  request: bytes.optional(),
  response: bytes.optional(),
});

export function toBodiesItem(
  scope: LogScope,
  id: RecordId,
  bodies: readonly PlacedBody[],
  expiry: Item,
): Item {
  const { pk, sk } = bodiesKey(scope, id);
  const notes: Record<WhichBody, BodyNote | null> = { request: null, response: null };
  const item: Item = { pk: { S: pk }, sk: { S: sk }, ...expiry };
  for (const { which, body, packed, place } of bodies) {
    const { encoding, complete, contentType } = body;
    const type = contentType === undefined ? {} : { contentType };
    notes[which] = { place, encoding, complete, ...type, head: headOf(body) };
    if (place === 'item') item[which] = { B: packed };
  }
  return { ...item, notes: { S: JSON.stringify(notes) } };
}

/** The note on one body and, where the item itself holds it, its bytes. @throws {DamagedItem} */
export function readBody(
  item: Item,
  which: WhichBody,
): { readonly note: BodyNote | null; readonly packed: Uint8Array | undefined } {
  const { notes, ...data } = parseItem(bodiesItem, item);
  return { note: notes[which], packed: data[which]?.B };
}

/** @throws {DamagedItem} */
export function headsOf(item: Item | undefined): Pick<LogDetail, 'requestHead' | 'responseHead'> {
  if (item === undefined) return { requestHead: null, responseHead: null };
  const { request, response } = parseItem(bodiesItem, item).notes;
  return { requestHead: request?.head ?? null, responseHead: response?.head ?? null };
}
