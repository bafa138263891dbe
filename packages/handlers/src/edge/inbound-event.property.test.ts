import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toInboundRequest } from './inbound-event.ts';

const event = (changes: object = {}) => ({
  httpMethod: 'POST',
  path: '/v1/a/b%2Fc',
  multiValueHeaders: null,
  multiValueQueryStringParameters: null,
  body: null,
  isBase64Encoded: false,
  requestContext: { identity: { sourceIp: '203.0.113.9' } },
  ...changes,
});
const inbound = (changes?: object) => toInboundRequest(event(changes), 1_000, 300_000);

const name = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'a b', 'a=b&c', '+', '%41', '0', '\ud800'),
);
/** As JSON makes it: names of the prototype are members like any other. */
const manyByName = fc.dictionary(
  name,
  fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 3 }),
  {
    noNullPrototype: true,
  },
);

describe('an event of the platform', () => {
  test('without body, headers and query is a request', () => {
    expect(inbound()).toEqual({
      method: 'POST',
      path: '/v1/a/b%2Fc',
      rawQuery: '',
      headers: new Map(),
      body: Buffer.alloc(0),
      sourceAddress: '203.0.113.9',
      arrivedAt: 1_000,
      deadline: 301_000,
    });
    expect(inbound({ body: undefined, multiValueHeaders: undefined }).body).toHaveLength(0);
  });

  test('has a body of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const body = Buffer.from(bytes).toString('base64');
        expect(Buffer.compare(inbound({ body, isBase64Encoded: true }).body, bytes)).toBe(0);
      }),
    );
    expect(inbound({ body: 'ü' }).body).toEqual(Buffer.from('ü'));
  });

  test('has a query that reads back as it was, and says nothing else', () => {
    fc.assert(
      fc.property(manyByName, (query) => {
        const { rawQuery } = inbound({ multiValueQueryStringParameters: query });
        const expected = Object.entries(query).flatMap(([key, values]) =>
          values.map((value) => [key.toWellFormed(), value.toWellFormed()]),
        );
        expect([...new URLSearchParams(rawQuery)]).toEqual(expected);
        expect(rawQuery).toMatch(/^[\x21-\x7e]*$/);
      }),
    );
  });

  test('has headers by lower-case name, none lost', () => {
    fc.assert(
      fc.property(manyByName, (sent) => {
        const { headers } = inbound({ multiValueHeaders: sent });
        for (const [key, values] of headers) {
          expect(key).toBe(key.toLowerCase());
          const spelled = Object.entries(sent).filter(([other]) => other.toLowerCase() === key);
          expect(values).toEqual(spelled.flatMap(([, its]) => its));
        }
        expect([...headers.values()].flat()).toHaveLength(Object.values(sent).flat().length);
      }),
    );
    const twice = inbound({ multiValueHeaders: { 'X-A': ['1'], 'x-a': ['2'] } });
    expect(twice.headers.get('x-a')).toEqual(['1', '2']);
  });

  test('is read or refused, whatever it is', () => {
    const part = fc.oneof(fc.anything(), fc.constant(undefined));
    fc.assert(
      fc.property(
        fc.record({
          httpMethod: part,
          path: part,
          multiValueHeaders: part,
          body: part,
          requestContext: part,
        }),
        (changes) => {
          let read: ReturnType<typeof inbound> | null = null;
          try {
            read = inbound(changes);
          } catch (error) {
            expect(error).toBeInstanceOf(TypeError);
          }
          if (read) expect([typeof read.method, typeof read.path]).toEqual(['string', 'string']);
        },
      ),
    );
    expect(() => toInboundRequest(undefined, 0, 0)).toThrow();
    expect('polluted' in {}).toBe(false);
  });
});
