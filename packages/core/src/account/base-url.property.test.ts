import { isIP } from 'node:net';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isPublicAddress } from '../http/public-address.ts';
import { baseUrlFault, cleanBaseUrl } from './base-url.ts';

const octet = fc.oneof(fc.constantFrom(0, 1, 10, 127, 169, 192, 254), fc.nat(255));
const notation = fc.constantFrom(
  (it: number) => `${it}`,
  (it: number) => `0x${it.toString(16)}`,
  (it: number) => `0${it.toString(8)}`,
);
/** An address in any notation that a URL takes, of which most are not meant to be called. */
const address = fc.oneof(
  fc
    .tuple(octet, octet, octet, octet, notation)
    .map(([a, b, c, d, write]) => [a, b, c, d].map(write).join('.')),
  fc.tuple(octet, fc.nat(0xff_ffff), notation).map(([a, rest, write]) => `${write(a)}.${write(rest)}`),
  fc.tuple(fc.nat(0xffff_ffff), notation).map(([all, write]) => write(all)),
  fc.tuple(octet, octet, octet, octet).map((octets) => `[::ffff:${octets.join('.')}]`),
  fc
    .array(fc.nat(0xffff), { minLength: 8, maxLength: 8 })
    .map((all) => `[${all.map((it) => it.toString(16)).join(':')}]`),
);
const host = fc.oneof(
  address,
  fc.constantFrom('models.example', 'localhost', 'LocalHost.', 'a.localhost', 'ＬＯＣＡＬＨＯＳＴ'),
);
const url = fc
  .record({
    scheme: fc.constantFrom('https://', 'http://', 'HTTPS://', 'https:', 'https:\\\\', 'ftp://'),
    user: fc.constantFrom('', '', '', 'user@', 'user:secret@', ':@'),
    host,
    port: fc.constantFrom('', '', ':443', ':8443', ':'),
    path: fc.constantFrom('', '/', '/v1', '/../a', '/a?b', '/a#b', '?', '/a\\b', '/a b', '/\t'),
  })
  .map((parts) => parts.scheme + parts.user + parts.host + parts.port + parts.path);

it('a base URL that is taken leads over TLS to a public address or to a name, and holds nothing besides', () => {
  let taken = 0;
  fc.assert(
    fc.property(url, (text) => {
      if (baseUrlFault(text, []) !== null) return;
      taken += 1;
      const { protocol, username, password, search, hash, hostname } = new URL(cleanBaseUrl(text));
      expect([protocol, username, password, search, hash]).toEqual(['https:', '', '', '', '']);
      const bare = hostname.replace(/^\[|\]$/g, '');
      if (isIP(bare) !== 0) expect(isPublicAddress(bare)).toBe(true);
      else expect(bare).toBe('models.example');
    }),
    { numRuns: 5_000 },
  );
  expect(taken).toBeGreaterThan(50);
});
