import { child, isJson, type Json, listAt, textAt } from '../../form/json.ts';

/** Keywords that the OpenAPI subset has under the same name (spec/providers 2.7). */
const SAME = [
  'title',
  'description',
  'nullable',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'pattern',
  'propertyOrdering',
];
const FORMATS = new Set(['enum', 'date-time']);

/** Schemas are written out where they are referred to, and some then grow without end. */
const MAX_NODES = 5000;
const MAX_DEPTH = 128;

/**
 * A JSON Schema in Google's OpenAPI subset, for models that do not take JSON Schema. What the subset cannot say is left
 * out, so that it allows more and never less. Null: nothing is left that it would take (an object without properties).
 */
export function openApiSubset(schema: Json): Json | null {
  const subset = new Subset(schema).of(schema, 0, new Set());
  return subset && Object.keys(subset).length > 0 ? subset : null;
}

class Subset {
  readonly #root: Json;
  #nodes = 0;

  constructor(root: Json) {
    this.#root = root;
  }

  /** @param opened references that are being written out: one of them again is a recursion. */
  of(written: unknown, depth: number, opened: ReadonlySet<string>): Json | null {
    this.#nodes += 1;
    if (!isJson(written) || depth > MAX_DEPTH || this.#nodes > MAX_NODES) return null;
    const reference = textAt(written, '$ref');
    if (reference === null) return this.#plain(merged(written), depth, opened);
    const target = opened.has(reference) ? null : this.#target(reference);
    if (!target) return null;
    const { $ref: _, ...beside } = written;
    return this.of({ ...target, ...beside }, depth + 1, new Set(opened).add(reference));
  }

  #plain(schema: Json, depth: number, opened: ReadonlySet<string>): Json | null {
    const inner = (it: unknown) => this.of(it, depth + 1, opened);
    const branches = alternatives(schema).map(inner);
    const known = branches.filter((it) => it !== null);
    const { types, isNullable } = typesOf(schema);
    if (known.length === 0 && types.length > 1)
      return withNull(
        {
          ...pick(schema, ['title', 'description']),
          anyOf: types.map((type) => inner({ ...schema, type })).filter(isJson),
        },
        isNullable,
      );
    const type = types[0];
    const subset: Json = {
      ...pick(schema, SAME),
      ...(type ? { type } : {}),
      ...(FORMATS.has(textAt(schema, 'format') ?? '') ? { format: schema.format } : {}),
      ...values(schema, type),
      // A branch that cannot be said allows anything, so the others may not stand for all.
      ...(known.length > 0 && known.length === branches.length ? { anyOf: known } : {}),
      ...(type === 'array' ? { items: inner(schema.items) ?? { type: 'string' } } : {}),
    };
    if (type !== 'object') return withNull(subset, isNullable);
    const properties = this.#properties(schema, inner);
    return properties && withNull({ ...subset, ...properties }, isNullable);
  }

  /** An object without properties is refused, so it is no schema. */
  #properties(schema: Json, inner: (it: unknown) => Json | null): Json | null {
    const properties = Object.entries(child(schema, 'properties') ?? {}).flatMap(([name, it]) => {
      const subset = inner(it);
      return subset && Object.keys(subset).length > 0 ? [[name, subset] as const] : [];
    });
    if (properties.length === 0) return null;
    const names = new Set(properties.map(([name]) => name));
    const required = listAt(schema, 'required').filter((name) => typeof name === 'string' && names.has(name));
    return {
      properties: Object.fromEntries(properties),
      ...(required.length > 0 ? { required } : {}),
    };
  }

  /** `#/$defs/Page/properties/items`; null when it leads nowhere or out of the schema. */
  #target(reference: string): Json | null {
    if (reference === '#') return this.#root;
    if (!reference.startsWith('#/')) return null;
    let at: unknown = this.#root;
    for (const step of reference.slice(2).split('/')) {
      const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
      at = isJson(at) && Object.hasOwn(at, key) ? at[key] : undefined;
    }
    return isJson(at) ? at : null;
  }
}

const pick = (schema: Json, keys: readonly string[]): Json =>
  Object.fromEntries(keys.filter((key) => Object.hasOwn(schema, key)).map((key) => [key, schema[key]]));

const withNull = (schema: Json, isNullable: boolean): Json =>
  isNullable ? { ...schema, nullable: true } : schema;

/** `allOf` written as one schema, one level deep: what its branches say is said together. */
function merged(schema: Json): Json {
  const all = listAt(schema, 'allOf').filter(isJson);
  if (all.length === 0) return schema;
  const { allOf: _, ...rest } = schema;
  const parts = [...all, rest];
  return {
    ...Object.assign({}, ...parts),
    properties: Object.assign({}, ...parts.map((it) => child(it, 'properties') ?? {})),
    required: [...new Set(parts.flatMap((it) => listAt(it, 'required')))],
  };
}

/** `anyOf` and `oneOf`, without the branch that only says null. */
function alternatives(schema: Json): readonly unknown[] {
  const branches = [...listAt(schema, 'anyOf'), ...listAt(schema, 'oneOf')];
  return branches.filter((it) => !(isJson(it) && it.type === 'null'));
}

function typesOf(schema: Json): { readonly types: readonly string[]; readonly isNullable: boolean } {
  const written = Array.isArray(schema.type) ? schema.type : [schema.type];
  const named = written.filter((it): it is string => typeof it === 'string').map((it) => it.toLowerCase());
  const types = named.filter((it) => it !== 'null');
  const nullBranch = [...listAt(schema, 'anyOf'), ...listAt(schema, 'oneOf')].some(
    (it) => isJson(it) && it.type === 'null',
  );
  return {
    types: types.length === 0 && child(schema, 'properties') ? ['object'] : types,
    isNullable: named.includes('null') || nullBranch,
  };
}

/** `const` and `enum`: only of strings. Others are told to the model in words. */
function values(schema: Json, type: string | undefined): Json {
  const allowed = Object.hasOwn(schema, 'const') ? [schema.const] : listAt(schema, 'enum');
  const stated = allowed.filter((it) => it !== null);
  if (stated.length === 0) return {};
  const isText = stated.every((it) => typeof it === 'string');
  if (isText && (type === undefined || type === 'string'))
    return { type: 'string', format: 'enum', enum: stated };
  const words = `One of ${JSON.stringify(stated)}.`;
  const description = textAt(schema, 'description');
  return { description: description === null ? words : `${description} ${words}` };
}
