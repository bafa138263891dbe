import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { requestHeaders, responseHeaders } from './forwarded-headers.ts';
import { headerMap } from './header-map.ts';

const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
const PRIVATE = ['cookie', 'host', 'content-length', 'x-forwarded-for', 'x-forwarded-proto', 'x-real-ip'];
const OURS = ['cf-aig-authorization', 'cf-aig-metadata', 'cf-connecting-ip', 'cf-access-token', 'weir-x'];
const FREE = ['authorization', 'x-api-key', 'openai-beta', 'anthropic-version', 'user-agent', 'x-named'];

const spelled = (name: fc.Arbitrary<string>) =>
  fc.tuple(name, fc.boolean()).map(([text, upper]) => (upper ? text.toUpperCase() : text));
const anyName = fc.constantFrom(...HOP_BY_HOP, ...PRIVATE, ...OURS, ...FREE);
const named = fc.array(spelled(fc.constantFrom(...FREE)), { maxLength: 3 });
const glue = fc.constantFrom(',', ', ', ' ,\t', ' , ');

describe('headers that go on', () => {
  test('never tell a provider what is ours, the caller’s network’s or the connection’s', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(spelled(anyName), fc.string())), named, glue, (sent, names, between) => {
        const connection = [` ${names.join(between)} `, 'close'];
        const kept = requestHeaders(
          headerMap([...sent, ...connection.map((value): [string, string] => ['Connection', value])]),
        );
        const listed = new Set(names.map((name) => name.toLowerCase()));
        for (const name of kept.keys()) {
          if (name === 'accept-encoding') continue;
          expect([...HOP_BY_HOP, ...PRIVATE, ...OURS]).not.toContain(name);
          expect(listed.has(name)).toBe(false);
        }
        for (const [name, values] of headerMap(sent))
          if (FREE.includes(name) && !listed.has(name)) expect(kept.get(name)).toEqual(values);
      }),
    );
  });

  test('never tell a client what is the provider’s connection’s, nor in our name', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(spelled(anyName), fc.string())), named, glue, (sent, names, between) => {
        const kept = responseHeaders(headerMap([...sent, ['connection', names.join(between)]]));
        const listed = new Set(names.map((name) => name.toLowerCase()));
        for (const name of kept.keys()) {
          expect([...HOP_BY_HOP, 'content-length']).not.toContain(name);
          expect(/^(?:cf-aig-|weir-)/.test(name) || listed.has(name)).toBe(false);
        }
      }),
    );
  });

  test('ask for an answer that can be read, unless the caller signed the request', () => {
    const asked = (authorization: string) =>
      requestHeaders(
        headerMap([
          ['authorization', authorization],
          ['accept-encoding', 'br'],
        ]),
      ).get('accept-encoding');
    expect(asked('Bearer x')).toEqual(['identity']);
    expect(asked('AWS4-HMAC-SHA256 Credential=x')).toEqual(['br']);
  });
});
