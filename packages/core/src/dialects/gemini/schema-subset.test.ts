import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../form/json.ts';
import { openApiSubset } from './schema-subset.ts';

const object = (properties: Json, about: Json = {}): Json => ({ type: 'object', properties, ...about });
/** As one property, since the outermost schema is an object. */
const inside = (schema: Json, root: Json = {}) => {
  const subset = openApiSubset({ ...object({ it: schema }), ...root });
  return (subset?.properties as Json | undefined)?.it;
};

describe('what the subset lacks is left out or said with what it has', () => {
  test.each<[string, Json, Json | undefined]>([
    ['a plain type', { type: 'integer', minimum: 1 }, { type: 'integer', minimum: 1 }],
    ['an upper-case type', { type: 'STRING' }, { type: 'string' }],
    ['const', { const: 'a' }, { type: 'string', format: 'enum', enum: ['a'] }],
    ['an enum of strings', { enum: ['a', 'b'] }, { type: 'string', format: 'enum', enum: ['a', 'b'] }],
    [
      'an enum of numbers',
      { type: 'integer', enum: [1, 2], description: 'How many.' },
      { type: 'integer', description: 'How many. One of [1,2].' },
    ],
    ['a type or null', { type: ['string', 'null'] }, { type: 'string', nullable: true }],
    [
      'several types',
      { type: ['string', 'integer', 'null'], description: 'x' },
      {
        description: 'x',
        anyOf: [
          { description: 'x', type: 'string' },
          { description: 'x', type: 'integer' },
        ],
        nullable: true,
      },
    ],
    [
      'oneOf with null',
      { oneOf: [{ type: 'string' }, { type: 'integer' }, { type: 'null' }] },
      { anyOf: [{ type: 'string' }, { type: 'integer' }], nullable: true },
    ],
    [
      'allOf',
      { allOf: [object({ a: { type: 'string' } }, { required: ['a'] }), object({ b: { type: 'string' } })] },
      { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } }, required: ['a'] },
    ],
    ['an unknown format', { type: 'string', format: 'uri' }, { type: 'string' }],
    ['date-time', { type: 'string', format: 'date-time' }, { type: 'string', format: 'date-time' }],
    ['a default', { type: 'string', default: 'x', $comment: 'y' }, { type: 'string' }],
    ['a list without items', { type: 'array' }, { type: 'array', items: { type: 'string' } }],
    ['an object without properties', { type: 'object' }, undefined],
    [
      'additional properties',
      object({ a: { type: 'string' } }, { additionalProperties: false, patternProperties: {} }),
      object({ a: { type: 'string' } }),
    ],
  ])('%s', (_, schema, subset) => {
    expect(inside(schema) ?? undefined).toEqual(subset ?? undefined);
  });

  test('an outermost object without properties is no schema', () => {
    expect(openApiSubset({ type: 'object', properties: {} })).toBeNull();
  });

  test('what is left out is not required either', () => {
    expect(
      openApiSubset(object({ a: { type: 'string' }, b: { type: 'object' } }, { required: ['a', 'b'] })),
    ).toEqual({
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['a'],
    });
  });
});

describe('references', () => {
  const page = object({ title: { type: 'string' } });

  test('are written out', () => {
    const root = { $defs: { page, 'a/b': { type: 'boolean' } } };
    expect(inside({ $ref: '#/$defs/page', description: 'A page.' }, root)).toEqual({
      ...page,
      description: 'A page.',
    });
    expect(inside({ $ref: '#/$defs/a~1b' }, root)).toEqual({ type: 'boolean' });
  });

  test('a recursion ends where it begins again', () => {
    const node = object({ name: { type: 'string' }, next: { $ref: '#/$defs/node' } });
    expect(inside({ $ref: '#/$defs/node' }, { $defs: { node } })).toEqual(
      object({ name: { type: 'string' } }),
    );
  });

  test.each(['#/$defs/none', 'https://example.com/schema', '#/__proto__'])('%s leads nowhere', ($ref) => {
    expect(inside({ $ref })).toBeUndefined();
  });

  test('that double at each step do not grow without end', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [
        `d${index}`,
        object({ a: { $ref: `#/$defs/d${index + 1}` }, b: { $ref: `#/$defs/d${index + 1}` } }),
      ]),
    );
    const subset = openApiSubset({
      ...object({ it: { $ref: '#/$defs/d0' }, plain: { type: 'string' } }),
      $defs,
    });
    expect(JSON.stringify(subset ?? {}).length).toBeLessThan(1_000_000);
  });
});

test('100 deep is kept whole, 10,000 deep is cut and does not break', () => {
  const deep = (levels: number) => {
    let schema: Json = { type: 'string' };
    for (let level = 0; level < levels; level += 1) schema = object({ in: schema });
    return schema;
  };
  expect(openApiSubset(deep(100))).toEqual(deep(100));
  expect(() => openApiSubset(deep(10_000))).not.toThrow();
});
