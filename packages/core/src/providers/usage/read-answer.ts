import { isJson, type Json, parseJson, textAt } from '../../form/json.ts';
import type { TokenUsage } from '../../form/token-usage.ts';
import { type HeaderMap, header } from '../../http/header-map.ts';
import { isAwsEventStream, readAwsFrames } from '../../streaming/aws-event-stream.ts';
import { readSse } from '../../streaming/sse.ts';
import { eventEnd, eventStart } from '../../streaming/sse-bounds.ts';
import type { UsageDialect } from '../descriptor.ts';
import { readMembers, valueText } from '../json-members.ts';
import { type AnswerFacts, factsOf, SEARCH_WORDS, TELLING_MEMBERS } from './answer-facts.ts';

const NOTHING: AnswerFacts = { usage: null, model: null };

/**
 * Usage and model of a provider's answer, from its kept bytes, whatever they are: JSON, server-sent events or AWS frames
 * (told by their first bytes, since content types lie: spec/providers 2.1-3). Only the parts that can tell something
 * are parsed. It never throws; what cannot be read is null.
 *
 * @param tail the answer's last bytes, where `bytes` are only its first.
 */
export function readAnswer(
  dialect: UsageDialect,
  bytes: Uint8Array,
  tail: Uint8Array | null = null,
): AnswerFacts {
  if (dialect === 'none' || bytes.length === 0) return NOTHING;
  return factsOf(dialect, tail ? partsOfEnds(bytes, tail) : tellingParts(bytes));
}

export const readUsage = (dialect: UsageDialect, bytes: Uint8Array): TokenUsage | null =>
  readAnswer(dialect, bytes).usage;

export const readAnswerModel = (dialect: UsageDialect, bytes: Uint8Array): string | null =>
  readAnswer(dialect, bytes).model;

/** Bedrock's InvokeModel counts in headers too, for models whose bodies do not (spec/providers 8.4). */
export function readUsageHeaders(headers: HeaderMap): TokenUsage | null {
  const count = (name: string) => {
    const value = header(headers, `x-amzn-bedrock-${name}-token-count`);
    return value !== undefined && /^\d{1,12}$/.test(value) ? Number(value) : null;
  };
  const [input, output] = [count('input'), count('output')];
  if (input === null && output === null) return null;
  return {
    input: input ?? 0,
    cacheRead: count('cache-read-input') ?? 0,
    cacheWrite: count('cache-write-input') ?? 0,
    output: output ?? 0,
    reasoning: 0,
  };
}

function tellingParts(bytes: Uint8Array): readonly Json[] {
  // No frame begins so: it would be 2 GB long.
  const first = bytes.subarray(0, 64).find((byte) => byte > SPACE);
  if (first === BRACE) return partOfObject(bytes);
  if (isAwsEventStream(bytes)) return partsOfFrames(bytes);
  return first === BRACKET ? partsOfList(bytes) : partsOfSse(bytes);
}

const [SPACE, BRACE, BRACKET] = [0x20, 0x7b, 0x5b];

const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Up to here one native parse is faster than looking for the members that matter. Bytes. */
const SHORT = 64 * 1024;

function partOfObject(bytes: Uint8Array): Json[] {
  if (bytes.length <= SHORT) {
    const whole = parseJson(asBuffer(bytes).toString());
    return isJson(whole) ? [whole] : [];
  }
  const object = readMembers(bytes);
  if (typeof object === 'string') return [];
  const view = asBuffer(bytes);
  const searched = SEARCH_WORDS.filter(([word]) => view.includes(word)).map(([, key]) => key);
  return [
    Object.fromEntries(
      object.members
        .filter(({ key }) => TELLING_MEMBERS.has(key) || searched.some((it) => it === key))
        .map((member) => [member.key, parseJson(valueText(bytes, member))]),
    ),
  ];
}

/** The first bytes name the model and tell what Anthropic counts at the start, the last what was used in all. */
function partsOfEnds(bytes: Uint8Array, tail: Uint8Array): readonly Json[] {
  const view = asBuffer(bytes);
  const last = usageAtEnd(asBuffer(tail).toString());
  const start = last && messageStart(view);
  const named = start ?? namedEvent(view);
  return [start, named && withoutUsage(named), last].filter((part) => part !== null);
}

const COUNTED = /(?<!\\)"(usage|usageMetadata)"\s*:\s*\{/g;
/** Each try may read to the end, and whoever names its counts thousands of times means to keep us busy. */
const COUNT_TRIES = 8;

/** The last counts in a text that may begin anywhere. */
function usageAtEnd(text: string): Json | null {
  const last = [...text.matchAll(COUNTED)].slice(-COUNT_TRIES).reverse();
  for (const { index, 0: opening, 1: key = '' } of last) {
    const part = { [key]: objectAt(text, index + opening.length - 1) };
    if (factsOf('none', [part]).usage) return part;
  }
  return null;
}

/** Counts hold no text with a brace in it. */
function objectAt(text: string, start: number): unknown {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return parseJson(text.slice(start, at + 1));
  }
  return undefined;
}

/** Gemini's stream without `alt=sse` is one growing list. */
function partsOfList(bytes: Uint8Array): Json[] {
  const list = parseJson(asBuffer(bytes).toString());
  return Array.isArray(list) ? list.filter(isJson) : [];
}

/** A stream's first events may be empty of it (Azure), so a few are tried. */
const MODEL_TRIES = 4;

function partsOfSse(bytes: Uint8Array): Json[] {
  const view = asBuffer(bytes);
  const start = messageStart(view);
  const last = lastUsageEvent(view);
  const parts = [start, last].filter((part) => part !== null);
  if (factsOf('none', parts).model !== null) return parts;
  const named = namedEvent(view);
  return named
    ? [...parts.slice(0, start ? 1 : 0), withoutUsage(named), ...parts.slice(start ? 1 : 0)]
    : parts;
}

const messageStart = (view: Buffer) =>
  firstEvent(view, '"message_start"', 1, (event) => event.type === 'message_start');

const namedEvent = (view: Buffer) =>
  firstEvent(view, '"model', MODEL_TRIES, (event) => factsOf('none', [event]).model !== null);

/** Only its name is wanted: its early counts must not stand for the last ones. */
const withoutUsage = (event: Json): Json => ({ model: factsOf('none', [event]).model });

/** From the end, for the last counts hold. Each event is parsed at most once. */
function lastUsageEvent(view: Buffer): Json | null {
  for (let at = view.lastIndexOf('usage'); at > 0; ) {
    let before = at;
    if (!isNullMember(view, at)) {
      before = eventStart(view, at);
      const event = eventAt(view, before, at);
      if (event && factsOf('none', [event]).usage) return event;
    }
    at = before > 0 ? view.lastIndexOf('usage', before - 1) : -1;
  }
  return null;
}

/** Every chunk of a stream that will report usage says `"usage":null` before. */
const isNullMember = (view: Buffer, at: number) => view.toString('latin1', at, at + 11) === 'usage":null';

function firstEvent(
  view: Buffer,
  word: string,
  tries: number,
  accept: (event: Json) => boolean,
): Json | null {
  let at = view.indexOf(word);
  for (let left = tries; left > 0 && at !== -1; left--) {
    const event = eventAt(view, eventStart(view, at), at);
    if (event && accept(event)) return event;
    const end = eventEnd(view, at);
    at = end === -1 ? -1 : view.indexOf(word, end);
  }
  return null;
}

function eventAt(view: Buffer, start: number, at: number): Json | null {
  const end = eventEnd(view, at);
  const data = readSse(view.subarray(start, end === -1 ? view.length : end))[0]?.data;
  const event = data === undefined ? undefined : parseJson(data);
  return isJson(event) ? event : null;
}

/** Converse reports in a `metadata` frame; InvokeModel wraps the model's own events in `chunk` frames as base64. */
function partsOfFrames(bytes: Uint8Array): Json[] {
  const parts: Json[] = [];
  for (const { headers, payload } of readAwsFrames(bytes).frames) {
    const kind = headers.get(':event-type');
    if (kind !== 'metadata' && kind !== 'chunk') continue;
    const content = parseJson(asBuffer(payload).toString());
    if (!isJson(content)) continue;
    const wrapped = kind === 'chunk' ? textAt(content, 'bytes') : null;
    const event = wrapped === null ? content : readWrapped(wrapped);
    if (isJson(event)) parts.push(event);
  }
  return parts;
}

const TELLING_TEXT = /usage|"model|Metrics|_token_count|TokenCount/;

function readWrapped(base64: string): unknown {
  const text = Buffer.from(base64, 'base64').toString();
  return TELLING_TEXT.test(text) ? parseJson(text) : undefined;
}
