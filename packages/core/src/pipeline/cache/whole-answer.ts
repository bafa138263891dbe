import { holdsError } from '../../providers/answer-error.ts';
import { readAwsFrames } from '../../streaming/aws-event-stream.ts';
import { readSse } from '../../streaming/sse.ts';

/** How the streams that we know begin; those of other providers are whole when their connection ended in order. */
const BEGINS =
  /"type"\s*:\s*"(?:message_start|response\.created|message-start)"|"(?:choices|candidates)"\s*:\s*\[/;
const ENDS =
  /^\[DONE\]$|"type"\s*:\s*"(?:message_stop|response\.(?:completed|incomplete)|message-end)"|"finish_?[rR]eason"\s*:\s*"[^"]/;

/**
 * Whether a 2xx that arrived without a fault holds all of an answer, and no error: a provider that fails after its
 * status line, or leaves off in the middle, must not be remembered.
 *
 * @param bytes without content encoding.
 */
export function isWholeAnswer(contentType: string, bytes: Uint8Array): boolean {
  if (bytes.length === 0) return false;
  if (/vnd\.amazon\.eventstream/i.test(contentType)) {
    const { frames, fault } = readAwsFrames(bytes);
    const events = frames.map(({ headers }) => headers.get(':event-type'));
    return (
      fault === null &&
      frames.every(({ headers }) => headers.get(':message-type') === 'event') &&
      (!events.includes('messageStart') || events.includes('messageStop'))
    );
  }
  if (/^(?:image\/|text\/(?!event-stream))/i.test(contentType)) return true;
  if (holdsError(bytes)) return false;
  return /event-stream/i.test(contentType) ? isWholeStream(bytes) : isClosed(bytes);
}

function isWholeStream(bytes: Uint8Array): boolean {
  const events = readSse(bytes);
  return !events.some(({ data }) => BEGINS.test(data)) || events.some(({ data }) => ENDS.test(data.trim()));
}

/** JSON closes every bracket and every text that it opens; whether it is valid between is not ours to say. */
function isClosed(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => byte > 0x20);
  if (first !== OPEN_OBJECT && first !== OPEN_LIST) return true;
  const json = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (byte === QUOTE) {
      at = endOfText(json, at);
      if (at === -1) return false;
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth--;
  }
  return depth === 0;
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Where the text that begins at `start` ends; -1: nowhere. Texts are most of an answer, so they are not read byte by byte. */
function endOfText(json: Buffer, start: number): number {
  for (let end = json.indexOf(QUOTE, start + 1); end !== -1; end = json.indexOf(QUOTE, end + 1)) {
    let slashes = 0;
    while (json[end - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return -1;
}
