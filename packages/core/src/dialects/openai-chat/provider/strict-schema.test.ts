import { expect, test } from '@jest/globals';
import type { Json } from '../../../form/json.ts';
import { isStrictSchema } from './strict-schema.ts';

const closed = (properties: Json, rest: Json = {}): Json => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...rest,
});

test.each<[string, Json, boolean]>([
  ['a closed object', closed({ a: { type: 'string' } }), true],
  ['without properties', closed({}), true],
  ['an optional property', closed({ a: {} }, { required: [] }), false],
  ['an open object', { type: 'object', properties: {}, required: [] }, false],
  ['an open object deep inside', closed({ a: { type: 'array', items: { type: 'object' } } }), false],
  [
    'closed all through',
    closed({ a: { type: 'array', items: closed({}) }, b: { anyOf: [closed({}), { type: 'null' }] } }),
    true,
  ],
  ['an open definition', closed({ a: { $ref: '#/$defs/x' } }, { $defs: { x: { type: 'object' } } }), false],
  ['patterns of names', closed({}, { patternProperties: {} }), false],
  ['all of several', closed({ a: { allOf: [] } }), false],
])('%s', (_, schema, expected) => {
  expect(isStrictSchema(schema)).toBe(expected);
});

test('a schema a hundred deep is read without harm, and is not called strict', () => {
  let schema: Json = { type: 'string' };
  for (let depth = 0; depth < 100; depth += 1) schema = closed({ a: schema });
  expect(isStrictSchema(schema)).toBe(false);
});
