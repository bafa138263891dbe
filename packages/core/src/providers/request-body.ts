import { Refusal } from '../errors/refusal.ts';
import {
  type JsonMember,
  type JsonObject,
  lastMember,
  readInnerMembers,
  readMembers,
  valueText,
} from './json-members.ts';

export interface RequestFacts {
  /** The top-level `model`; null when there is none, or it is no string. */
  readonly model: string | null;
  /** The top-level `provider`, where it is a string: who shall serve the model. */
  readonly pin: string | null;
  readonly stream: boolean;
  /** The names of all top-level members. */
  readonly members: ReadonlySet<string>;
  /** The caller set `stream_options.include_usage`. */
  readonly asksForUsage: boolean;
}

/**
 * What the pipeline needs to know of a JSON request, exactly as `JSON.parse` would read it (of duplicates the last
 * counts). A refusal when the body is no JSON object; on a provider-native path that is no reason to refuse the request.
 */
export function readModel(body: Uint8Array): RequestFacts | Refusal {
  const object = readObject(body);
  if (object instanceof Refusal) return object;
  const model = lastMember(object, 'model');
  const pin = lastMember(object, 'provider');
  return {
    model: model ? readString(body, model) : null,
    pin: pin ? readString(body, pin) : null,
    stream: isTrue(body, lastMember(object, 'stream')),
    get members() {
      return new Set(object.members.map(({ key }) => key));
    },
    asksForUsage: isTrue(body, includeUsage(body, object)?.value),
  };
}

/**
 * The body with another top-level `model`; every other byte stays. All of several `model` members are replaced, so that
 * no reader can find the old name. Null when there is none.
 */
export function rewriteModel(body: Uint8Array, model: string): Uint8Array | null {
  const object = readObject(body);
  const edits = object instanceof Refusal ? [] : modelEdits(object, model);
  return edits.length === 0 ? null : splice(body, edits);
}

/** The body with its top-level `model` set, whether it had one or not; every other byte stays. */
export function setModel(body: Uint8Array, model: string): Uint8Array {
  const renamed = rewriteModel(body, model);
  if (renamed) return renamed;
  const object = readObject(body);
  return object instanceof Refusal
    ? body
    : splice(body, [insertion(object, `"model":${JSON.stringify(model)}`)]);
}

export interface RunFacts {
  readonly model: string | null;
  readonly pin: string | null;
  /** The bytes of `input`, where it is an object. */
  readonly input: Uint8Array | null;
  readonly background: boolean;
  readonly hasWebhook: boolean;
}

/** The envelope of `/ai/run` (spec/api 5.3): `{model, input, options?, provider?}`. */
export function readRun(body: Uint8Array): RunFacts | Refusal {
  const facts = readModel(body);
  if (facts instanceof Refusal) return facts;
  const object = readObject(body);
  if (object instanceof Refusal) return object;
  const input = lastMember(object, 'input');
  const options = lastMember(object, 'options');
  const inner = options ? readInnerMembers(body, options) : null;
  return {
    model: facts.model,
    pin: facts.pin,
    input: input && body[input.valueStart] === 0x7b ? body.subarray(input.valueStart, input.valueEnd) : null,
    background: inner !== null && isTrue(body, lastMember(inner, 'background')),
    hasWebhook: inner?.members.some(({ key }) => key === 'webhookUrl' || key === 'webhookFormat') ?? false,
  };
}

/** The body without the field `provider`, which is for us; every other byte stays. */
export function withoutPin(body: Uint8Array): Uint8Array {
  const object = readObject(body);
  return object instanceof Refusal ? body : splice(body, removals(body, object, 'provider'));
}

/**
 * Makes a streaming chat request ask for its usage (spec/providers 4.3); every other byte stays.
 *
 * @returns `hide`: we asked and the caller did not, so the extra chunk must not reach the caller.
 */
export function askForUsage(body: Uint8Array): { readonly body: Uint8Array; readonly hide: boolean } {
  const object = readObject(body);
  const edit = object instanceof Refusal ? null : usageEdit(body, object);
  return edit ? { body: splice(body, [edit]), hide: true } : { body, hide: false };
}

function modelEdits(object: JsonObject, model: string): Edit[] {
  const text = JSON.stringify(model);
  return object.members
    .filter((member) => member.key === 'model')
    .map(({ valueStart, valueEnd }) => ({ start: valueStart, end: valueEnd, text }));
}

/** Takes members out with one comma each: the one before, or, where nothing is left before, the one after. */
function removals(body: Uint8Array, { members, bodyStart }: JsonObject, key: string): Edit[] {
  const edits: Edit[] = [];
  const firstKept = members.findIndex((member) => member.key !== key);
  if (firstKept === -1) return [{ start: bodyStart, end: members.at(-1)?.valueEnd ?? bodyStart, text: '' }];
  const lead = members[firstKept - 1];
  if (lead) edits.push({ start: bodyStart, end: body.indexOf(COMMA, lead.valueEnd) + 1, text: '' });
  for (let at = firstKept + 1; at < members.length; at++) {
    const [before, member] = [members[at - 1], members[at]];
    if (before && member?.key === key) edits.push({ start: before.valueEnd, end: member.valueEnd, text: '' });
  }
  return edits;
}

const COMMA = 0x2c;

/** Null: the request does not stream, or asks already, or is wrong in a way that the provider will name. */
function usageEdit(body: Uint8Array, object: JsonObject): Edit | null {
  if (!isTrue(body, lastMember(object, 'stream'))) return null;
  const asked = includeUsage(body, object);
  if (!asked) return insertion(object, '"stream_options":{"include_usage":true}');
  const { options, inner, value } = asked;
  if (value) return isTrue(body, value) ? null : replacement(value, 'true');
  if (inner) return insertion(inner, '"include_usage":true');
  return valueText(body, options) === 'null' ? replacement(options, '{"include_usage":true}') : null;
}

/**
 * Positions by body: the pipeline looks at the same bytes more than once, and long bodies are worth one scan only.
 * Bodies are never changed in place.
 */
const scans = new WeakMap<Uint8Array, JsonObject | Refusal>();

function readObject(body: Uint8Array): JsonObject | Refusal {
  const known = scans.get(body);
  if (known) return known;
  const read = scan(body);
  scans.set(body, read);
  return read;
}

function scan(body: Uint8Array): JsonObject | Refusal {
  const object = readMembers(body);
  if (object === 'malformed')
    return new Refusal('malformedJson', { message: 'The body is not a valid JSON object.' });
  if (object === 'too-deep')
    return new Refusal('invalidRequest', { message: 'The body is nested too deeply.', path: ['body'] });
  return object;
}

interface AskedUsage {
  readonly options: JsonMember;
  /** Null when `stream_options` is no object. */
  readonly inner: JsonObject | null;
  readonly value: JsonMember | undefined;
}

function includeUsage(body: Uint8Array, object: JsonObject): AskedUsage | null {
  const options = lastMember(object, 'stream_options');
  if (!options) return null;
  const inner = readInnerMembers(body, options);
  return { options, inner, value: inner ? lastMember(inner, 'include_usage') : undefined };
}

function readString(body: Uint8Array, member: JsonMember): string | null {
  if (body[member.valueStart] !== 0x22) return null;
  const value: unknown = JSON.parse(valueText(body, member));
  return typeof value === 'string' ? value : null;
}

const isTrue = (body: Uint8Array, member: JsonMember | undefined) =>
  member !== undefined && body[member.valueStart] === 0x74;

export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const replacement = ({ valueStart, valueEnd }: JsonMember, text: string): Edit => ({
  start: valueStart,
  end: valueEnd,
  text,
});

/** As the object's first member. Inserting in front is safe: `stream_options` is known to be absent. */
const insertion = ({ bodyStart, members }: JsonObject, member: string): Edit => ({
  start: bodyStart,
  end: bodyStart,
  text: members.length > 0 ? `${member},` : member,
});

/** @param edits in order, not overlapping. */
export function splice(body: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const edit of edits) {
    parts.push(body.subarray(at, edit.start), Buffer.from(edit.text));
    at = edit.end;
  }
  parts.push(body.subarray(at));
  return Buffer.concat(parts);
}
