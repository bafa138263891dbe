/** API Gateway: names and values of all request headers, or of all response headers. */
export const HEADER_BYTES = 10_240;

/** API Gateway: a request's body. */
export const BODY_BYTES = 10 * 1024 * 1024;

/** Lambda: an event, as JSON. */
export const EVENT_BYTES = 6 * 1024 * 1024;

/** Lambda: a buffered answer, as JSON. */
export const ANSWER_BYTES = 6 * 1024 * 1024 + 100;

/** API Gateway: how far into a streamed answer the end of its prelude may lie. */
export const PRELUDE_BYTES = 16 * 1024;

/** Names and values of a flat header list. */
export function headerBytes(flat: readonly string[]): number {
  let bytes = 0;
  for (const part of flat) bytes += part.length;
  return bytes;
}
