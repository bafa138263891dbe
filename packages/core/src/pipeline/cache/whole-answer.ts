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
    return fault === null && frames.every(({ headers }) => headers.get(':message-type') === 'event');
  }
  if (/^(?:image\/|text\/(?!event-stream))/i.test(contentType)) return true;
  if (holdsError(bytes)) return false;
  return /event-stream/i.test(contentType) ? isWholeStream(bytes) : isClosed(bytes);
}

function isWholeStream(bytes: Uint8Array): boolean {
  const events = readSse(bytes);
  return !events.some(({ data }) => BEGINS.test(data)) || events.some(({ data }) => ENDS.test(data.trim()));
}

/** JSON that opens a bracket must close it at its end; whether it is valid between is not ours to say. */
function isClosed(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => byte > 0x20);
  const last = bytes.findLast((byte) => byte > 0x20);
  if (first === 0x7b) return last === 0x7d;
  return first !== 0x5b || last === 0x5d;
}
