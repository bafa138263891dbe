import { child, isJson, type Json, listAt, parseJson, textAt } from '../form/json.ts';
import { sseParser } from './sse.ts';

/** An error that a provider sent as the first event of a 200, or as all of its body (spec/providers 2.1-5). */
export interface OpeningError {
  /** What its status line should have said. */
  readonly status: number;
  /** As the client's SDK reads it from an answer that is no stream. */
  readonly body: string;
}

export interface OpeningReader {
  /** @returns whether enough is known: an event held something for the client, or an error. */
  push(bytes: Uint8Array): boolean;
  error(): OpeningError | null;
}

/** Looks at the first events of a stream that passes through, in any client format. */
export function openingReader(): OpeningReader {
  let known = false;
  let error: OpeningError | null = null;
  const parser = sseParser(({ data }) => {
    if (known) return;
    const event = parseJson(data);
    if (!isJson(event)) {
      known = true;
      return;
    }
    error = readError(event);
    known = error !== null || !isEmpty(event);
  });
  return {
    push(bytes) {
      if (!known) parser.push(bytes);
      return known;
    },
    error: () => error,
  };
}

type Reading = (body: Json) => boolean;

/** A body that is no more than an error is short. */
const MAX_ERROR = 64 * 1024;
/** Every Responses answer has one that is null. */
const ERROR_MEMBER = /"error"\s*:\s*["{]/;

/**
 * The error that is all of a 200's JSON body, as xAI and OpenRouter send it, for streams too (spec/providers 2.1-3, 2.6).
 * Null: there is none, or it stands beside an answer. Only bodies that hold such a member are parsed.
 *
 * @param holdsMore whether a body that holds an error is an answer all the same.
 */
export function errorBody(bytes: Uint8Array, holdsMore: Reading = isAnswer): OpeningError | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (text.length > MAX_ERROR || text.indexOf('"error"') === -1) return null;
  if (!ERROR_MEMBER.test(text.toString('latin1'))) return null;
  const body = parseJson(text.toString('utf8'));
  return isJson(body) && !holdsMore(body) ? readError(body) : null;
}

/** What a client's format has a place for, errors in it included. */
const isAnswer: Reading = (body) =>
  body.object === 'response' ||
  ['choices', 'output', 'content', 'data'].some((key) => Array.isArray(body[key]));

/** What providers put beside an error that is all they have to say. */
const OF_ERRORS = new Set(['error', 'type', 'code', 'message', 'request_id', 'user_id']);

/** On a provider's own path a job that failed, with its error among its fields, is what was asked for. */
export const isMoreThanError: Reading = (body) => Object.keys(body).some((key) => !OF_ERRORS.has(key));

/** Events that only announce an answer. */
const ANNOUNCING = new Set([
  'message_start',
  'ping',
  'content_block_start',
  'response.created',
  'response.in_progress',
  'response.queued',
]);

function isEmpty(event: Json): boolean {
  const type = textAt(event, 'type');
  if (type !== null) return ANNOUNCING.has(type);
  if (!Array.isArray(event.choices)) return false;
  return listAt(event, 'choices').every((choice) => isJson(choice) && isEmptyChoice(choice));
}

function isEmptyChoice(choice: Json): boolean {
  if (choice.finish_reason) return false;
  const delta = child(choice, 'delta') ?? {};
  return Object.entries(delta).every(
    ([key, value]) => key === 'role' || value === null || value === '' || isEmptyList(value),
  );
}

const isEmptyList = (value: unknown) => Array.isArray(value) && value.length === 0;

function readError(event: Json): OpeningError | null {
  const type = textAt(event, 'type');
  if (type === 'response.failed') {
    const error = child(child(event, 'response'), 'error') ?? { message: 'The provider failed.' };
    return { status: statusOf(error), body: JSON.stringify({ error }) };
  }
  const nested = event.error;
  if (isJson(nested) && Object.keys(nested).length > 0) {
    const body = type === 'error' && 'sequence_number' in event ? { error: nested } : event;
    return { status: statusOf(nested), body: JSON.stringify(body) };
  }
  if (typeof nested === 'string' && nested !== '')
    return { status: statusOf({ ...event, message: nested }), body: JSON.stringify(event) };
  if (type !== 'error') return null;
  const { type: _type, sequence_number: _number, ...error } = event;
  return { status: statusOf(error), body: JSON.stringify({ error }) };
}

/** What an error's own words say about its status (the class table of spec/providers 2.6, as far as it needs no more). */
const WORDS: readonly (readonly [words: RegExp, status: number])[] = [
  [/rate.?limit|too.?many|quota|throttl|exhausted/i, 429],
  [/overload|unavailable|capacity/i, 503],
  [/authenti|api.?key|unauthori/i, 401],
  [/permission|forbidden/i, 403],
  [/not.?found/i, 404],
  [/time.?out/i, 504],
  [/invalid|context.?length|unsupported|bad.?request/i, 400],
];

function statusOf(error: Json): number {
  for (const key of ['status_code', 'status', 'code']) {
    const value = Number(error[key]);
    if (Number.isInteger(value) && value >= 400 && value <= 599) return value;
  }
  const words = [error.code, error.type].filter((word) => typeof word === 'string').join(' ');
  return WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? 502;
}
