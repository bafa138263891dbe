import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { destinationOf } from './upstream-destination.ts';

const origin = fc.constantFrom(
  'https://api.openai.com',
  'http://127.0.0.1:8080',
  'http://127.1',
  'http://[::1]:9000',
  'HTTPS://API.Example.COM:443',
  'https://müller.example',
);
const piece = fc.oneof(
  fc.constantFrom(
    '/',
    '.',
    '..',
    '%2e',
    '%2E%2e',
    '?',
    '#',
    '\\',
    "'",
    '"',
    '|',
    ' ',
    '\t',
    '%',
    '%41',
    'ü',
    '{',
    '^',
  ),
  fc.string({ maxLength: 4 }),
);

test('a destination is what `new URL` says, whatever the URL', () => {
  fc.assert(
    fc.property(origin, fc.array(piece, { maxLength: 8 }), (base, pieces) => {
      const url = base + (pieces.length > 0 ? `/${pieces.join('')}` : '');
      const { protocol, host, hostname, port, pathname, search } = new URL(url);
      const expected = { secure: protocol === 'https:', host, port, path: pathname + search };
      expect(destinationOf(url)).toEqual({ ...expected, hostname: hostname.replace(/[[\]]/g, '') });
    }),
    { numRuns: 2_000 },
  );
});

test('what is no URL is refused', () => {
  for (const text of ['', '/v1', 'http://', 'http://:x/', 'http://a:b:c/'])
    expect(() => destinationOf(text)).toThrow();
});
