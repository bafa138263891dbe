import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { callerNamed } from './caller-named.ts';

const schema = callerNamed(z.string().max(3), z.number());
const parse = (json: string) => schema.safeParse(JSON.parse(json));

describe('an object whose keys are the caller’s own', () => {
  it('is kept as it was written', () => {
    const json = '{"a":1,"":2}';
    expect(parse(json)).toEqual({ success: true, data: JSON.parse(json) });
  });

  it('with a key that no object of ours can hold is refused, and not shorter than it was written', () => {
    expect(parse('{"a":1,"__proto__":2}').error?.issues).toMatchObject([
      { path: [], message: expect.stringContaining('"__proto__"') },
    ]);
  });

  it.each(['{"abcd":1}', '{"a":"1"}', '[]', 'null', '"a"'])('has its keys and values checked: %s', (json) => {
    expect(parse(json).success).toBe(false);
  });
});
