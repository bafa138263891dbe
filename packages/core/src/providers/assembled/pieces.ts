import { isJson, type Json } from '../../form/json.ts';

/** A record that grows while its stream is read. Built from entries, so no key of a stream can reach a prototype. */
export type Growing = Map<string, unknown>;

/** Takes over every field that says something: null and empty texts never replace what is known. */
export function takeFields(target: Growing, source: Json, except: readonly string[] = []): void {
  for (const [key, value] of Object.entries(source))
    if (!except.includes(key) && (!target.has(key) || (value !== null && value !== '')))
      target.set(key, value);
}

/** Adds a piece to a text; null and undefined add nothing, but are kept where nothing else is. */
export function appendText(target: Growing, key: string, piece: unknown): void {
  const known = target.get(key);
  if (typeof piece === 'string') target.set(key, typeof known === 'string' ? known + piece : piece);
  else if (known === undefined && piece !== undefined) target.set(key, piece);
}

export function appendList(target: Growing, key: string, pieces: readonly unknown[]): void {
  const known = target.get(key);
  target.set(key, Array.isArray(known) ? [...known, ...pieces] : [...pieces]);
}

/** The growing record with this number, made when it first appears. */
export function numbered(records: Map<number, Growing>, index: unknown): Growing {
  const key = typeof index === 'number' ? index : 0;
  const known = records.get(key);
  if (known) return known;
  const made: Growing = new Map();
  records.set(key, made);
  return made;
}

/** By their numbers, holes closed. */
export const inOrder = (records: ReadonlyMap<number, Growing>): Growing[] =>
  [...records].toSorted(([a], [b]) => a - b).map(([, record]) => record);

export const finished = (record: Growing): Json => Object.fromEntries(record);

/** Streamed JSON of a call's input as a value; nothing at all is an empty input; what does not parse stays text. */
export function parsedInput(text: unknown): unknown {
  if (typeof text !== 'string' || text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    // The stream broke off inside it: the reader of the log sees how far it came.
    return text;
  }
}

/** The first error that an event of the stream reports, as `{ error }`, or nothing. */
export function errorIn(events: readonly Json[]): Json {
  const error = events.find((event) => isJson(event.error) || typeof event.error === 'string')?.error;
  return error === undefined ? {} : { error };
}
