import { isJson, type Json } from '../form/json.ts';

/** Limits that Claude's structured output refuses (spec/providers 2.7). */
const LIMITS: ReadonlySet<string> = new Set([
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
  'propertyNames',
  'dependentRequired',
  'dependentSchemas',
  'not',
  'if',
  'then',
  'else',
]);
const FORMATS: ReadonlySet<string> = new Set([
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

const isLimit = (key: string, value: unknown) =>
  LIMITS.has(key) ||
  (key === 'minItems' && Number(value) > 1) ||
  (key === 'format' && !FORMATS.has(String(value)));

/** Deeper schemas are no schemas but attacks on whoever walks them. */
const DEEPEST = 200;

/**
 * A schema as Claude's structured output and its strict tools take it, on every platform: objects closed, `oneOf` as `anyOf`, limits told in the description.
 * Null: it has objects of open shape, which cannot be closed without changing what the caller asked for.
 */
export function closedSchema(schema: Json, depth = 0): Json | null {
  if (depth > DEEPEST) return null;
  const closed: Record<string, unknown> = {};
  const told: string[] = [];
  for (const [key, value] of Object.entries(schema)) {
    if (isLimit(key, value)) {
      told.push(`${key}: ${JSON.stringify(value)}`);
      continue;
    }
    const inner = closedMember(key, value, depth + 1);
    if (inner === undefined) return null;
    closed[key === 'oneOf' ? 'anyOf' : key] = inner;
  }
  if (isObjectType(schema)) {
    const isOpen = !isJson(schema.properties) || isJson(schema.patternProperties);
    if (isOpen || (schema.additionalProperties ?? false) !== false) return null;
    closed.additionalProperties = false;
  }
  if (told.length > 0)
    closed.description = [schema.description, `(${told.join(', ')})`].filter(Boolean).join(' ');
  return closed;
}

const isObjectType = ({ type, properties }: Json) =>
  type === 'object' || (Array.isArray(type) && type.includes('object')) || isJson(properties);

const MAPS = ['properties', '$defs', 'definitions'];
const LISTS = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];

/** Undefined: it cannot be closed. */
function closedMember(key: string, value: unknown, depth: number): unknown {
  if (MAPS.includes(key) && isJson(value)) {
    const entries = Object.entries(value).map(
      ([name, it]) => [name, isJson(it) ? closedSchema(it, depth) : it] as const,
    );
    return entries.some(([, it]) => it === null) ? undefined : Object.fromEntries(entries);
  }
  if (LISTS.includes(key) && Array.isArray(value)) {
    const items = value.map((it) => (isJson(it) ? closedSchema(it, depth) : it));
    return items.includes(null) ? undefined : items;
  }
  if (key === 'items' && isJson(value)) return closedSchema(value, depth) ?? undefined;
  return value;
}
