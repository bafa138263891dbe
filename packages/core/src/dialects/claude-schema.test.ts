import { describe, expect, test } from '@jest/globals';
import type { Json } from '../form/json.ts';
import { closedSchema } from './claude-schema.ts';

describe('a schema for constrained answers', () => {
  test('closes every object, wherever it stands', () => {
    const open = { type: 'object', properties: { a: { type: 'string' } } };
    const closed = { ...open, additionalProperties: false };
    expect(
      closedSchema({
        type: 'object',
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
      closedSchema({
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
    expect(closedSchema(kept)).toEqual(kept);
  });

  test('makes any of one of', () => {
    expect(closedSchema({ oneOf: [{ type: 'string' }, { const: 1 }] })).toEqual({
      anyOf: [{ type: 'string' }, { const: 1 }],
    });
  });

  test('takes names that are keywords for names', () => {
    const properties = { minimum: { type: 'number' }, pattern: { type: 'string' } };
    expect(closedSchema({ type: 'object', properties })).toMatchObject({ properties });
  });

  test.each([
    ['says that others may come', { type: 'object', properties: {}, additionalProperties: true }],
    [
      'says of what kind others are',
      { type: 'object', properties: {}, additionalProperties: { type: 'string' } },
    ],
    ['names no property', { type: 'object' }],
    ['has patterns for names', { type: 'object', properties: {}, patternProperties: { '^a': {} } }],
  ])('is none where an object %s: closing it would change what was asked for', (_, open) => {
    expect(closedSchema(open)).toBeNull();
    expect(closedSchema({ type: 'object', properties: { list: { type: 'array', items: open } } })).toBeNull();
    expect(closedSchema({ anyOf: [{ type: 'string' }, open] })).toBeNull();
    expect(closedSchema({ type: 'string', $defs: { open } })).toBeNull();
  });

  test('does not mind 100 levels, and takes no part in 5,000', () => {
    const nested = (levels: number) => {
      let schema: Json = { type: 'string' };
      for (let depth = 0; depth < levels; depth += 1) schema = { type: 'object', properties: { a: schema } };
      return schema;
    };
    expect(closedSchema(nested(99))).toMatchObject({ additionalProperties: false });
    expect(closedSchema(nested(5000))).toBeNull();
  });
});
