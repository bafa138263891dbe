import { isJson, type Json } from '../../../form/json.ts';

/** Schemas nested deeper are not looked at: they go without `strict`. */
const MAX_DEPTH = 20;

/** Keywords that OpenAI's strict mode refuses (spec/providers 2.7). */
const REFUSED = [
  'patternProperties',
  'allOf',
  'not',
  'if',
  'then',
  'else',
  'dependentRequired',
  'dependentSchemas',
];

/** Whether a schema may be called strict at OpenAI: closed objects, all of whose properties are required. */
export const isStrictSchema = (schema: Json): boolean => isClean(schema, 0);

function isClean(schema: unknown, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  if (Array.isArray(schema)) return schema.every((one) => isClean(one, depth + 1));
  if (!isJson(schema)) return typeof schema !== 'boolean';
  if (REFUSED.some((keyword) => Object.hasOwn(schema, keyword))) return false;
  if ((schema.type === 'object' || schema.properties !== undefined) && !isClosed(schema)) return false;
  const inner = [schema.items, schema.anyOf, ...members(schema.properties), ...members(schema.$defs)];
  return inner.every((one) => one === undefined || isClean(one, depth + 1));
}

function isClosed(schema: Json): boolean {
  const required = Array.isArray(schema.required) ? schema.required : [];
  const names = isJson(schema.properties) ? Object.keys(schema.properties) : [];
  return schema.additionalProperties === false && names.every((name) => required.includes(name));
}

const members = (value: unknown): readonly unknown[] => (isJson(value) ? Object.values(value) : []);
