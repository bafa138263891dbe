import type { ReceivedMessage } from './received-message.ts';

/** Lambda takes an event of 6 MB as JSON. */
const EVENT_BYTES = 6 * 1024 * 1024;

/** What a record holds beside its body and its attributes, generously. */
const ENVELOPE_BYTES = 2_000;

/** What JSON makes of one character at most, so that a small batch needs no measuring. */
const CHARACTER_BYTES = 6;

/** Cuts a batch into as few events as fit Lambda's limit, in order. A message is 1 MiB at most, so each fits. */
export function splitBySize(batch: readonly ReceivedMessage[]): ReadonlyArray<readonly ReceivedMessage[]> {
  const atMost = batch.reduce((bytes, { Body }) => bytes + Body.length * CHARACTER_BYTES + ENVELOPE_BYTES, 0);
  if (atMost <= EVENT_BYTES) return [batch];
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
