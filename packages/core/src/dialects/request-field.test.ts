import { describe, expect, test } from '@jest/globals';
import { isFault } from '../form/fault.ts';
import { decoded, Field } from './request-field.ts';

const body = { a: { list: ['x', 7] }, nothing: null, yes: true, half: 0.5, many: 3, empty: '' };
const faultOf = (read: (field: Field) => unknown) => {
  const result = decoded(() => read(new Field(body)));
  return isFault(result) ? [result.path.join('.'), result.message] : 'no fault';
};

describe('a field of a request', () => {
  test('is read as what it is', () => {
    const field = new Field(body);
    expect(field.at('a').at('list').list()[0]?.text()).toBe('x');
    expect(field.at('yes').boolean()).toBe(true);
    expect(field.at('half').number()).toBe(0.5);
    expect(field.at('many').count(3)).toBe(3);
    expect(field.at('a').object()).toEqual({ list: ['x', 7] });
    expect(field.at('a').at('list').list()[0]?.oneOf(['x', 'y'])).toBe('x');
  });

  test('that is null is absent, as one that is not there', () => {
    const field = new Field(body);
    for (const key of ['nothing', 'missing', 'toString', '__proto__', 'constructor'])
      expect(field.at(key).given).toBeUndefined();
    expect(field.at('empty').given?.text()).toBe('');
  });

  test.each<[read: (field: Field) => unknown, path: string, words: RegExp]>([
    [(field) => field.at('a').text(), 'a', /a string, not an object/],
    [(field) => field.at('a').at('list').object(), 'a.list', /an object, not a list/],
    [(field) => field.at('a').at('list').list()[1]?.text(), 'a.list.1', /a string, not a number/],
    [(field) => field.at('yes').number(), 'yes', /a number, not true/],
    [(field) => field.at('yes').at('more'), 'yes', /an object, not true/],
    [(field) => field.at('half').count(0), 'half', /whole number of at least 0/],
    [(field) => field.at('many').count(4), 'many', /at least 4/],
    [(field) => field.at('many').list(), 'many', /a list, not a number/],
    [(field) => field.at('many').boolean(), 'many', /true or false, not a number/],
    [(field) => field.at('empty').name(), 'empty', /not be empty/],
    [(field) => field.at('empty').oneOf(['x']), 'empty', /one of "x"/],
    [(field) => field.at('nothing').text(), 'nothing', /missing/],
    [(field) => field.at('missing').at('deeper'), 'missing', /missing/],
    [(field) => field.at('a').fail('No.'), 'a', /^No\.$/],
  ])('that is not what it must be is a fault at its place', (read, path, words) => {
    expect(faultOf(read)).toEqual([path, expect.stringMatching(words)]);
  });

  test("shows no more of a caller's words than a message should hold", () => {
    const field = new Field('x'.repeat(100_000));
    const fault = decoded(() => field.oneOf(['a']));
    expect(isFault(fault) && fault.message.length).toBeLessThan(200);
  });

  test('leaves what is no fault of the request to whoever made it', () => {
    expect(() =>
      decoded(() => {
        throw new RangeError('ours');
      }),
    ).toThrow(RangeError);
  });
});
