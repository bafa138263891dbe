import type { ReceivedMessage } from './received-message.ts';

/** Lambda takes an event of 6 MB as JSON. */
const EVENT_BYTES = 6 * 1024 * 1024;

/** What a record holds beside its body and its attributes, generously. */
const ENVELOPE_BYTES = 2_000;

/** JSON makes at most six bytes of one, so a batch below this needs no measuring. */
const HARMLESS_BYTES = EVENT_BYTES / 8;

/** Cuts a batch into as few events as fit Lambda's limit, in order. A message is 1 MiB at most, so each fits. */
export function splitBySize(batch: readonly ReceivedMessage[]): ReadonlyArray<readonly ReceivedMessage[]> {
  const raw = batch.reduce((bytes, { Body }) => bytes + Body.length, 0);
  if (raw < HARMLESS_BYTES) return [batch];
  const parts: ReceivedMessage[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const message of batch) {
    const { Body, Attributes, MessageAttributes } = message;
    const own = Buffer.byteLength(JSON.stringify([Body, Attributes, MessageAttributes])) + ENVELOPE_BYTES;
    if (bytes + own > EVENT_BYTES) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(message);
    bytes += own;
  }
  return parts;
}
