import type { ByteConsumer } from './byte-stream.ts';
import { readSse } from './sse.ts';
import { eventEnd } from './sse-bounds.ts';

/** No usage chunk is as long; a longer event (an image, say) is not held back to its end. */
const MAX_HELD = 64 * 1024;
/** The longest part of a blank line that can stand before a cut: `\r\n\r`. */
const CUT = 3;

/**
 * Takes the usage-only chunk (`"choices":[]` with a `usage`) out of an OpenAI chat stream, for a caller who did not ask
 * for it (spec/providers 4.3). Every other byte goes on as it came: a chunk that holds whole events and none that could
 * be the usage chunk goes on by reference; the beginning of an event that a chunk cut off waits for its rest, which no
 * client could use earlier.
 */
export function hideUsageChunk(inner: ByteConsumer): ByteConsumer {
  let held: Uint8Array = EMPTY;
  /** In the middle of an event that is too long to be held: the last bytes that went on. */
  let passing: Uint8Array | null = null;

  const emit = (bytes: Uint8Array) => {
    if (bytes.length > 0) inner.chunk(bytes);
  };

  /** Bytes of a long event go on until it ends; what follows it is returned. */
  const passOn = (bytes: Uint8Array, tail: Uint8Array): Uint8Array => {
    const seen = join(tail, bytes);
    const end = eventEnd(seen, 0);
    const length = end === -1 ? bytes.length : end - tail.length;
    passing = end === -1 ? seen.subarray(-CUT) : null;
    emit(bytes.subarray(0, length));
    return bytes.subarray(length);
  };

  const sift = (bytes: Uint8Array) => {
    let from = 0;
    let at = 0;
    for (let end = eventEnd(bytes, 0); end !== -1; end = eventEnd(bytes, at)) {
      if (isUsageChunk(bytes.subarray(at, end))) {
        emit(bytes.subarray(from, at));
        from = end;
      }
      at = end;
    }
    emit(bytes.subarray(from, at));
    const rest = bytes.subarray(at);
    if (rest.length <= MAX_HELD) return rest;
    emit(rest);
    passing = rest.subarray(-CUT);
    return EMPTY;
  };

  return {
    chunk(bytes) {
      if (held.length === 0 && passing === null && endsEvent(bytes) && !mayHoldUsage(bytes))
        return emit(bytes);
      held = sift(join(held, passing ? passOn(bytes, passing) : bytes));
    },
    end(fault) {
      if (!isUsageChunk(held)) emit(held);
      held = EMPTY;
      inner.end(fault);
    },
  };
}

const EMPTY = new Uint8Array(0);
const CHOICES = Buffer.from('"choices"');
const [LINE_FEED, RETURN, COLON, OPEN, CLOSE] = [0x0a, 0x0d, 0x3a, 0x5b, 0x5d] as const;

const join = (before: Uint8Array, bytes: Uint8Array) =>
  before.length === 0 ? bytes : Buffer.concat([before, bytes]);

function endsEvent(bytes: Uint8Array): boolean {
  const last = bytes.length - 1;
  if (bytes[last] !== LINE_FEED) return false;
  return bytes[bytes[last - 1] === RETURN ? last - 2 : last - 1] === LINE_FEED;
}

/** Whether an empty list of choices stands anywhere: cheap, and no chunk with content has one. */
function mayHoldUsage(bytes: Uint8Array): boolean {
  const view = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!holdsEmptyList(view)) return false;
  for (let at = view.indexOf(CHOICES); at !== -1; at = view.indexOf(CHOICES, at)) {
    at = afterSpace(view, at + CHOICES.length);
    if (view[at] !== COLON) continue;
    at = afterSpace(view, at + 1);
    if (view[at] === OPEN && view[afterSpace(view, at + 1)] === CLOSE) return true;
  }
  return false;
}

/** One byte is found much faster than a word, and of most chunks one alone closes a list. */
function holdsEmptyList(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(CLOSE); at !== -1; at = bytes.indexOf(CLOSE, at + 1)) {
    let before = at - 1;
    while (bytes[before] === 0x20 || bytes[before] === 0x09) before--;
    if (bytes[before] === OPEN) return true;
  }
  return false;
}

function afterSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x09) at++;
  return at;
}

function isUsageChunk(event: Uint8Array): boolean {
  if (event.length > MAX_HELD || !mayHoldUsage(event)) return false;
  const data = readSse(event)[0]?.data;
  if (data === undefined) return false;
  try {
    const chunk: unknown = JSON.parse(data);
    if (typeof chunk !== 'object' || chunk === null || !('choices' in chunk) || !('usage' in chunk))
      return false;
    return Array.isArray(chunk.choices) && chunk.choices.length === 0 && isRecord(chunk.usage);
  } catch {
    // Not JSON, so not ours to judge: it goes on.
    return false;
  }
}

const isRecord = (value: unknown) => typeof value === 'object' && value !== null;
