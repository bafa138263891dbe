import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../form/json.ts';
import { objectSchema, strictSchema } from './schema-subset.ts';

describe('a schema for constrained answers', () => {
  test('closes every object, wherever it stands', () => {
    const open = { type: 'object', properties: { a: { type: 'string' } } };
    const closed = { ...open, additionalProperties: false };
    expect(
      strictSchema({
        type: 'object',
        additionalProperties: true,
        properties: { list: { type: 'array', items: open }, either: { anyOf: [open, { type: 'null' }] } },
        $defs: { one: open },
      }),
    ).toEqual({
      type: 'object',
      additionalProperties: false,
      properties: { list: { type: 'array', items: closed }, either: { anyOf: [closed, { type: 'null' }] } },
      $defs: { one: closed },
    });
  });

  test('says the limits that it cannot hold in the description', () => {
    expect(
      strictSchema({
        type: 'array',
        description: 'Names.',
        minItems: 2,
        maxItems: 5,
        items: { type: 'string', pattern: '^a', format: 'phone' },
      }),
    ).toEqual({
      type: 'array',
      description: 'Names. (minItems: 2, maxItems: 5)',
      items: { type: 'string', description: '(pattern: "^a", format: "phone")' },
    });
  });

  test('keeps what is understood', () => {
    const kept = {
      type: 'array',
      minItems: 1,
      items: { type: 'string', enum: ['a'], default: 'a', format: 'date-time', title: 't' },
    };
    expect(strictSchema(kept)).toEqual(kept);
  });

  test('makes any of one of', () => {
    expect(strictSchema({ oneOf: [{ type: 'string' }, { const: 1 }] })).toEqual({
      anyOf: [{ type: 'string' }, { const: 1 }],
    });
  });

  test('takes names that are keywords for names', () => {
    const properties = { minimum: { type: 'number' }, pattern: { type: 'string' } };
    expect(strictSchema({ type: 'object', properties })).toMatchObject({ properties });
  });

  test.each([100, 5000])('does not mind %i levels', (levels) => {
    let schema: Json = { type: 'string' };
    for (let depth = 0; depth < levels; depth += 1) schema = { type: 'object', properties: { a: schema } };
    expect(strictSchema(schema)).toMatchObject({ additionalProperties: false });
  });
});

describe('a schema for arguments', () => {
  test('is an object’s', () => {
    expect(objectSchema(null, 'look')).toEqual({ type: 'object', properties: {} });
    expect(objectSchema({}, 'look')).toEqual({ type: 'object', properties: {} });
    expect(objectSchema({ type: ['object', 'null'], properties: {} }, 'look')).toMatchObject({
      type: 'object',
    });
    expect(objectSchema({ type: 'string' }, 'look')).toMatchObject({ kind: 'fault' });
  });
});
