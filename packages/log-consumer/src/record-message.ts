import { parseRecordId, type RecordId, type RequestRecord } from '@weir/core';
import { requestRecordShape } from '@weir/stores/logs';
import { unpackBodies } from '@weir/stores/records';
import * as z from 'zod';

/** What came is no record and never will be: trying again cannot help. Names fields, never their contents. */
export class NotARecord extends Error {
  override readonly name = 'NotARecord';
}

export type RecordMessage =
  | { readonly kind: 'record'; readonly record: RequestRecord }
  /** The record lies in the bucket, as gzipped JSON. */
  | { readonly kind: 'pointer'; readonly key: string; readonly id: RecordId };

const POINTER = /^handoff\/\d{4}-\d{2}-\d{2}\/([0-9A-Z]{26})\.json\.gz$/;

const message = z.union([
  z.object({ v: z.literal(1), record: z.unknown() }).refine(({ record }) => record !== undefined),
  z.object({ v: z.literal(1), pointer: z.string() }),
]);

/** Reads the body of a message of the records queue. @throws {NotARecord} */
export async function parseMessage(body: string): Promise<RecordMessage> {
  const parsed = message.safeParse(parseJson(body));
  if (!parsed.success) throw new NotARecord('a message that holds neither a record nor a pointer');
  if ('pointer' in parsed.data) return pointerTo(parsed.data.pointer);
  return { kind: 'record', record: parseRecord(await unpackBodies(parsed.data.record)) };
}

/** Only where records are handed over: a message must not make us read or delete anything else. */
function pointerTo(key: string): RecordMessage {
  const id = parseRecordId(POINTER.exec(key)?.[1] ?? '');
  if (id === null) throw new NotARecord('a pointer to a place where no record is handed over');
  return { kind: 'pointer', key, id };
}

/** @throws {NotARecord} */
export function parseRecord(value: unknown): RequestRecord {
  const parsed = requestRecordShape.safeParse(value);
  if (parsed.success) return parsed.data;
  // The second step of a path can be a key that the caller chose.
  const fields = new Set(parsed.error.issues.map(({ path }) => String(path[0] ?? 'record')));
  throw new NotARecord(`not a record: ${[...fields].join(', ')}`);
}

/** @throws {NotARecord} */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own words would quote the text.
    throw new NotARecord('not JSON');
  }
}
