const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const isLineEnd = (byte: number | undefined) => byte === LINE_FEED || byte === RETURN;

/** Where the line end that ends at `last` begins: `\r\n` is one. */
const lineEndStart = (bytes: Uint8Array, last: number) =>
  bytes[last] === LINE_FEED && bytes[last - 1] === RETURN ? last - 1 : last;

/** Just after the line end at `at`. */
const afterLineEnd = (bytes: Uint8Array, at: number) =>
  bytes[at] === RETURN && bytes[at + 1] === LINE_FEED ? at + 2 : at + 1;

/** The start of the server-sent event that the byte at `at` belongs to, not looking before `floor`. */
export function eventStart(bytes: Uint8Array, at: number, floor = 0): number {
  for (let last = at - 1; last > floor; last = lineEndStart(bytes, last) - 1) {
    while (last > floor && !isLineEnd(bytes[last])) last--;
    if (last <= floor) return floor;
    if (isLineEnd(bytes[lineEndStart(bytes, last) - 1])) return last + 1;
  }
  return floor;
}

/**
 * Just after the blank line that ends the event at `at`; -1 when the bytes end before it.
 *
 * A `\r` as the very last byte may be half of a line end, so it ends nothing yet.
 */
export function eventEnd(bytes: Uint8Array, at: number): number {
  for (let end = at; end < bytes.length; ) {
    if (!isLineEnd(bytes[end])) {
      end++;
      continue;
    }
    const next = afterLineEnd(bytes, end);
    if (isLineEnd(bytes[next]))
      return bytes[next] === RETURN && next === bytes.length - 1 ? -1 : afterLineEnd(bytes, next);
    end = next;
  }
  return -1;
}
