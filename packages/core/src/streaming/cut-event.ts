const LINE_FEED = 0x0a;
/** Ends a line as well (spec/providers 2.1-2). */
const RETURN = 0x0d;

/**
 * Whether a server-sent stream ended in the middle of an event although its connection ended in order: its last line has
 * no end, and what it carries is neither whole JSON nor the closing word. A last line that only lacks its line end is
 * whole (some providers never send it).
 *
 * @param bytes the stream from its beginning, or at least its last line.
 */
export function endsInsideEvent(bytes: Uint8Array): boolean {
  const last = bytes.at(-1);
  if (last === undefined || last === LINE_FEED || last === RETURN) return false;
  const start = Math.max(bytes.lastIndexOf(LINE_FEED), bytes.lastIndexOf(RETURN)) + 1;
  const line = Buffer.from(bytes.subarray(start)).toString('utf8');
  const data = /^data: ?(.*)$/s.exec(line)?.[1]?.trim();
  if (data === undefined) return !line.startsWith(':') && line.trim() !== '';
  if (data === '' || data === '[DONE]') return false;
  return !isJson(data);
}

/** The last word of a stream in a client's format, or an error in its place; `\\"` keeps what a model writes from being one. */
const ENDS =
  /data: ?\[DONE\]|"type"\s*:\s*"(?:error|message_stop|response\.(?:completed|incomplete|failed|cancelled))"|"finish_reason"\s*:\s*"|"error"\s*:\s*[{"]/;

/** Whether a server-sent stream in a client's format says that it has come to its end (spec/providers 2.1-6). */
export const saysItsEnd = (bytes: Uint8Array): boolean =>
  ENDS.test(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'));

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
