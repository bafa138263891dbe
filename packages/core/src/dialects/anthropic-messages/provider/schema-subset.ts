import { type Fault, fault } from '../../../form/fault.ts';
import { isJson, type Json } from '../../../form/json.ts';

/** Keywords that constrained decoding refuses (spec/providers 2.7). What they say goes into the description. */
const REMOVED = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'maxItems',
  'uniqueItems',
  'contains',
  'minContains',
  'maxContains',
  'minProperties',
  'maxProperties',
  'patternProperties',
  'propertyNames',
  'dependentRequired',
  'dependentSchemas',
  'not',
  'if',
  'then',
  'else',
]);
const FORMATS = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'uri',
  'ipv4',
  'ipv6',
  'uuid',
]);
const OF_MANY = new Set(['properties', '$defs', 'definitions']);
const OF_LIST = new Set(['anyOf', 'allOf', 'prefixItems']);
/** Nobody writes deeper ones by hand; what is below stays as it is. */
const DEEPEST = 256;

/** A schema as `output_config.format` and strict tools take it: closed objects, no limits, `anyOf` for `oneOf`. */
export const strictSchema = (schema: Json): Json => narrowed(schema, 0);

function narrowed(schema: Json, depth: number): Json {
  if (depth > DEEPEST) return schema;
  const kept: [string, unknown][] = [];
  const limits: string[] = [];
  for (const [key, value] of Object.entries(schema))
    if (isRefused(key, value)) limits.push(`${key}: ${JSON.stringify(value)}`);
    else if (key === 'oneOf') kept.push(['anyOf', below('anyOf', value, depth)]);
    else if (key !== 'additionalProperties') kept.push([key, below(key, value, depth)]);
  const isObject = hasType(schema, 'object') || isJson(schema.properties);
  return {
    ...Object.fromEntries(kept),
    ...(limits.length > 0 ? { description: withLimits(schema.description, limits) } : {}),
    ...(isObject ? { additionalProperties: false } : {}),
  };
}

const isRefused = (key: string, value: unknown) =>
  REMOVED.has(key) ||
  (key === 'minItems' && typeof value === 'number' && value > 1) ||
  (key === 'format' && typeof value === 'string' && !FORMATS.has(value));

const withLimits = (description: unknown, limits: readonly string[]) =>
  `${typeof description === 'string' && description !== '' ? `${description} ` : ''}(${limits.join(', ')})`;

function below(key: string, value: unknown, depth: number): unknown {
  const next = (it: unknown) => (isJson(it) ? narrowed(it, depth + 1) : it);
  if (OF_MANY.has(key) && isJson(value))
    return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, next(it)]));
  if (OF_LIST.has(key) && Array.isArray(value)) return value.map(next);
  return key === 'items' ? next(value) : value;
}

function hasType(schema: Json, type: string): boolean {
  return schema.type === type || (Array.isArray(schema.type) && schema.type.includes(type));
}

/** A tool's arguments: an object at the top, said so. */
export function objectSchema(schema: Json | null, tool: string): Json | Fault {
  if (schema === null || Object.keys(schema).length === 0) return { type: 'object', properties: {} };
  if (schema.type !== undefined && schema.type !== null && !hasType(schema, 'object'))
    return fault(['tools'], `The schema of "${tool}" must be an object's ("type": "object").`);
  return { ...schema, type: 'object' };
}
