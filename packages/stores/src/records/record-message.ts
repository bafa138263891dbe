import type { RequestRecord } from '@weir/core';
import type { PackedRecord } from './packed-bodies.ts';

/** A larger message is put into the bucket, and a pointer is queued; the queue itself ends at 1 MiB. Bytes. */
export const LARGEST_MESSAGE = 900 * 1024;

/** The body of a message in the records queue: the record, or the key of an object that holds it as gzipped JSON. */
export type RecordMessage =
  | { readonly v: 1; readonly record: PackedRecord }
  | { readonly v: 1; readonly pointer: string };

export type SetAside = 'handoff' | 'spill';

/** Where the record lies in the bucket when it cannot go through the queue. */
export function objectKey(prefix: SetAside, { id, createdAt }: RequestRecord): string {
  return `${prefix}/${new Date(createdAt).toISOString().slice(0, 10)}/${id}.json.gz`;
}

/** The record as a message body, in characters that every queue takes. */
export function recordText(record: PackedRecord): string {
  return asQueueText(`{"v":1,"record":${JSON.stringify(record)}}`);
}

export function pointerText(pointer: string): string {
  return JSON.stringify({ v: 1, pointer } satisfies RecordMessage);
}

/**
 * Escapes, which mean the same in JSON: U+FFFE and U+FFFF, which SQS refuses, and characters beyond U+FFFF, which SQS
 * takes but the embedded engine (fauxqs 2.4.1) refuses.
 */
function asQueueText(json: string): string {
  // Most are ASCII, which is told much faster than by looking for what is not.
  if (Buffer.byteLength(json) === json.length) return json;
  return json.replace(/[\uD800-\uDFFF\uFFFE\uFFFF]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);
}
