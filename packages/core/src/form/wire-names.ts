import { createHash } from 'node:crypto';

/** Which names a target takes (spec/providers 2.5). */
export interface NameRule {
  /** Matches one character that is not allowed; global. */
  readonly forbidden: RegExp;
  /** What the first character must match. */
  readonly first?: RegExp;
  readonly maxLength: number;
}

export const TOOL_NAME_64: NameRule = { forbidden: /[^A-Za-z0-9_-]/g, maxLength: 64 };
export const TOOL_NAME_128: NameRule = { forbidden: /[^A-Za-z0-9_-]/g, maxLength: 128 };
/** Anthropic and Bedrock; Bedrock's limit is the shorter one, and no provider's own ids come near it. */
export const CALL_ID_64: NameRule = { forbidden: /[^A-Za-z0-9_-]/g, maxLength: 64 };

const MARK = 9;

/**
 * A name as the target takes it: itself where it may stay, else its allowed characters and a mark of the whole original.
 * The same original always gives the same name, so a conversation that comes back stays consistent; two originals never
 * give one name (but for a collision of 32 bits among the names of one request).
 */
export function wireName(original: string, rule: NameRule): string {
  const startsWell = rule.first?.test(original) ?? original !== '';
  if (startsWell && original.length <= rule.maxLength && original.search(rule.forbidden) === -1)
    return original;
  const mark = createHash('sha256')
    .update(original)
    .digest('hex')
    .slice(0, MARK - 1);
  const plain = original.replace(rule.forbidden, '_').slice(0, rule.maxLength - MARK - 1);
  return `${rule.first && !rule.first.test(plain) ? '_' : ''}${plain}_${mark}`;
}

/** The names of one request's tools, there and back. */
export interface WireNames {
  toWire(name: string): string;
  /** The caller's name for what the model wrote; a name that the model made up stays. */
  fromWire(name: string): string;
}

export function wireNames(names: Iterable<string>, rule: NameRule): WireNames {
  const back = new Map<string, string>();
  for (const name of names) {
    const wire = wireName(name, rule);
    if (wire !== name) back.set(wire, name);
  }
  return {
    toWire: (name) => wireName(name, rule),
    fromWire: (name) => back.get(name) ?? name,
  };
}

/** Nothing is renamed. */
export const SAME_NAMES: WireNames = { toWire: (name) => name, fromWire: (name) => name };
