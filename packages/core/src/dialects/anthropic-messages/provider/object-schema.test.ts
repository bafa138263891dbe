import { describe, expect, test } from '@jest/globals';
import { objectSchema } from './object-schema.ts';

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
