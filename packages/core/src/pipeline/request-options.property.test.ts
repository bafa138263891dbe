import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { headerMap } from '../http/header-map.ts';
import { readOptions } from './request-options.ts';

const metadata = (text: string) => readOptions(headerMap([['cf-aig-metadata', text]]));

describe('metadata of a request', () => {
  test('is at most five scalars and never an error, whatever was sent', () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom(
        '{"__proto__":{"polluted":1}}',
        '{"__proto__":1}',
        '[[',
        '['.repeat(9_000),
        'null',
        '1e999',
        '{"n":1e999}',
      ),
      fc
        .dictionary(
          fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString', 'cf.user_id')),
          fc.jsonValue(),
        )
        .map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        const { metadata: kept } = metadata(text);
        const entries = Object.entries(kept);
        expect(entries.length).toBeLessThanOrEqual(5);
        for (const [key, value] of entries) {
          expect(key.startsWith('cf.') || key === '__proto__').toBe(false);
          expect(value === null || ['string', 'number', 'boolean'].includes(typeof value)).toBe(true);
        }
        expect(Object.getPrototypeOf(kept)).toBe(Object.prototype);
        expect(JSON.parse(JSON.stringify(kept))).toEqual(kept);
      }),
    );
    expect('polluted' in {}).toBe(false);
  });

  test('keeps the first five, nulls among them, and says what it left out', () => {
    const { metadata: kept, warnings } = metadata(
      '{"a":1,"cf.x":1,"b":null,"c":"","d":false,"n":{},"e":2,"f":3}',
    );
    expect(kept).toEqual({ a: 1, b: null, c: '', d: false, e: 2 });
    expect(warnings).toHaveLength(2);
    expect(metadata('[]').warnings).toHaveLength(1);
  });

  test('leaves out a number that no record can hold, and says so', () => {
    const { metadata: kept, warnings } = metadata('{"n":1e400,"m":-1e400,"f":1e300}');
    expect(kept).toEqual({ f: 1e300 });
    expect(warnings).toEqual(Array(2).fill(expect.stringContaining('too large')));
  });

  test.each([
    ['UTF-8, as a header brings it', Buffer.from('{"who":"Jörg 愛"}').toString('latin1'), 'Jörg 愛'],
    ['Latin-1', '{"who":"Jörg"}', 'Jörg'],
    ['characters that no byte is', '{"who":"Ã¶ 愛"}', 'Ã¶ 愛'],
  ])('in %s is read as it was meant', (_, text, who) => {
    expect(metadata(text).metadata).toEqual({ who });
  });

  test('of 100 KB, which only a step can bring, is none', () => {
    const { metadata: kept, warnings } = metadata(JSON.stringify({ a: 'x'.repeat(100_000) }));
    expect(kept).toEqual({});
    expect(warnings).toEqual(['cf-aig-metadata must be at most 10240 characters and was ignored']);
  });
});

describe('the event id', () => {
  test('comes back only if a header can carry it', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: 'binary' }), (text) => {
        const { eventId } = readOptions(headerMap([['cf-aig-event-id', text]]));
        expect(eventId === null || (eventId === text && /^[\x21-\x7e]{1,128}$/.test(text))).toBe(true);
      }),
    );
  });
});
