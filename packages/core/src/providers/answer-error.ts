import { isJson, parseJson } from '../form/json.ts';
import { readSse } from '../streaming/sse.ts';

/** Larger bodies are not searched: no provider wraps an error in as much. */
const MAX_SEARCHED = 1024 * 1024;

/**
 * Whether an answer with a good status holds an error all the same (spec/providers 2.6): a JSON object with an `error`
 * that is not empty, or a stream with such an event. Only bodies that hold the word are parsed.
 */
export function holdsError(bytes: Uint8Array): boolean {
  if (bytes.length > MAX_SEARCHED) return false;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (text.indexOf('"error"') === -1) return false;
  if (text[text.findIndex((byte) => byte > 0x20)] === 0x7b) return isError(parseJson(text.toString()));
  return readSse(bytes).some(({ data }) => data.includes('"error"') && isError(parseJson(data)));
}

function isError(value: unknown): boolean {
  if (!isJson(value)) return false;
  const { error } = value;
  if (value.type === 'error') return true;
  if (isJson(error)) return Object.keys(error).length > 0;
  return error !== undefined && error !== null && error !== false && error !== '';
}
