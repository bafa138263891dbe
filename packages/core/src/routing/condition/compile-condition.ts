// Its file for Node: a bundler would take the package's other one, which has other names.
import sift from 'sift/index.js';
import type { JsonValue } from '../../gateway/json-value.ts';
import { ROUTE_BOUNDS } from '../bounds.ts';
import { type FieldPath, parseFieldPath } from '../field-path.ts';
import { checkCondition, isMembers } from './check-condition.ts';
import { compilePattern } from './pattern.ts';

/** A conditional element's question, ready to be asked of requests. */
export interface Condition {
  /** The fields it looks at, as they were written. */
  readonly fields: readonly string[];
  holds(read: (path: FieldPath) => JsonValue | undefined): boolean;
}

interface Field {
  readonly path: FieldPath;
  readonly name: string;
}

/** Of an array that an expression looks at, so that it costs no more than one text does. */
const ENTRIES = 16;
const ENTRY_LENGTH = 256;

/** In the place of the values that are not looked at: it equals nothing, and so does the array in which it stands. */
const MORE = Symbol('more');

type Operations = NonNullable<NonNullable<Parameters<typeof sift.createQueryTester>[1]>['operations']>;

/**
 * The matcher's own regular expressions backtrack, so ours take their place (decisions/2026-11-23-routes-and-their-expressions.md).
 * The checked list has no operator that this one lacks.
 */
const operations: Operations = {
  $eq: sift.$eq,
  $ne: sift.$ne,
  $in: sift.$in,
  $nin: sift.$nin,
  $gt: sift.$gt,
  $gte: sift.$gte,
  $lt: sift.$lt,
  $lte: sift.$lte,
  $exists: sift.$exists,
  $not: sift.$not,
  $and: sift.$and,
  $or: sift.$or,
  $nor: sift.$nor,
  $options: sift.$options,
  $regex: (source: unknown, beside: unknown, options) => {
    const pattern = compilePattern(String(source), isMembers(beside) ? String(beside.$options ?? '') : '');
    if (typeof pattern === 'string') throw new TypeError(pattern);
    const test = (value: unknown, key: unknown, owner: unknown) =>
      typeof value === 'string' &&
      (Array.isArray(owner)
        ? Number(key) < ENTRIES && pattern.test(value.slice(0, ENTRY_LENGTH))
        : pattern.test(value));
    return new sift.EqualsOperation(test, beside, options);
  },
};

/** Null: it is none that would have been saved. */
export function compileCondition(conditions: unknown): Condition | null {
  if (checkCondition(conditions).length > 0) return null;
  const fields = new Map<string, Field>();
  const test = sift.createQueryTester<unknown, unknown>(renamed(conditions, fields), { operations });
  const known = [...fields.values()];
  return {
    fields: [...fields.keys()],
    holds: (read) => {
      const document: Record<string, JsonValue | readonly unknown[]> = {};
      for (const { path, name } of known) {
        const value = read(path);
        if (value !== undefined) document[name] = Array.isArray(value) ? beginningOf(value) : value;
      }
      return test(document);
    },
  };
}

/** The matcher asks each value, those of arrays within too, each of its questions, and a body may hold millions. */
function beginningOf(
  values: readonly unknown[],
  left: { values: number } = { values: ROUTE_BOUNDS.entries },
): readonly unknown[] {
  const beginning: unknown[] = [];
  for (const value of values) {
    if (left.values === 0) return [...beginning, MORE];
    left.values -= 1;
    beginning.push(Array.isArray(value) ? beginningOf(value, left) : value);
  }
  return beginning;
}

/**
 * The query over a flat document of the fields that it names. So it is we who follow paths, through own properties only, and
 * the matcher never sees a name that a request or a route chose.
 */
function renamed(query: unknown, fields: Map<string, Field>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  if (!isMembers(query)) return result;
  for (const [key, value] of Object.entries(query)) {
    if (key === '$not') result[key] = renamed(value, fields);
    else if (key.startsWith('$'))
      result[key] = Array.isArray(value) ? value.map((inner) => renamed(inner, fields)) : [];
    else result[nameOf(key, fields)] = value;
  }
  return result;
}

function nameOf(text: string, fields: Map<string, Field>): string {
  const known = fields.get(text);
  if (known) return known.name;
  const path = parseFieldPath(text);
  if (typeof path === 'string') throw new TypeError(path);
  const name = `f${fields.size}`;
  fields.set(text, { path, name });
  return name;
}
