import { describe, expect, it } from '@jest/globals';
import { isAllowedAddress, isAllowedHost, objectionTo, parsePrivateEndpoints } from './private-endpoints.ts';

const parse = (...endpoints: readonly unknown[]) => parsePrivateEndpoints(JSON.stringify(endpoints));
const place = (url: string) => {
  const { protocol, hostname, port } = new URL(url);
  return { hostname: hostname.replace(/^\[|\]$/g, ''), port, secure: protocol === 'https:' };
};

describe('the operator’s private endpoints', () => {
  it.each([
    ['models.internal', 'https://models.internal', true],
    ['models.internal', 'http://models.internal:8080', true],
    ['Models.Internal.', 'https://models.internal', true],
    ['models.internal', 'https://MODELS.internal./', true],
    ['models.internal', 'https://a.models.internal', false],
    ['models.internal:443', 'https://models.internal', true],
    ['models.internal:80', 'http://models.internal', true],
    ['models.internal:443', 'http://models.internal', false],
    ['models.internal:8080', 'https://models.internal:8080', true],
    ['models.internal:8080', 'https://models.internal', false],
    ['localhost:11434', 'http://localhost:11434', true],
    ['10.1.2.3', 'http://10.1.2.3:9', true],
    ['10.1.2.3:9', 'http://10.1.2.3:8', false],
    ['10.0.0.0/8', 'http://10.1.2.3', true],
    ['10.0.0.0/8', 'http://11.1.2.3', false],
    ['10.0.0.0/8', 'https://models.internal', false],
    ['::1', 'http://[::1]:8080', true],
    ['[::1]:8080', 'http://[::1]:8080', true],
    ['[::1]:8080', 'http://[::1]', false],
    ['0:0:0:0:0:0:0:1', 'http://[::1]', true],
    ['fd00::/8', 'http://[fd12::1]', true],
  ])('%s and %s: %s', (endpoint, url, expected) =>
    expect(isAllowedHost(parse(endpoint), place(url))).toBe(expected),
  );

  it.each([
    [{}],
    [7],
    [''],
    ['https://models.internal'],
    ['models.internal/v1'],
    ['models.internal:0'],
    ['models.internal:99999'],
    ['models.internal:'],
    ['*.internal'],
    ['10.0.0.0/33'],
    ['fd00::/129'],
    ['models.internal/8'],
    ['fe80::1%eth0'],
    ['user@host'],
    ['a..b'],
  ])('refuses %j in words for the operator', (endpoint) =>
    expect(() => parse(endpoint)).toThrow('no private endpoint'),
  );

  it('refuses what is no list', () => {
    expect(() => parsePrivateEndpoints('{}')).toThrow('JSON array');
    expect(() => parsePrivateEndpoints('x')).toThrow();
  });

  it('let names lead to the addresses of their ranges, and to no other that is not public', () => {
    const allowed = parse('10.0.0.0/8', 'models.internal');
    expect(['10.1.2.3', '8.8.8.8', '::ffff:10.0.0.1'].map((it) => isAllowedAddress(allowed, it))).toEqual([
      true,
      true,
      true,
    ]);
    expect(['127.0.0.1', '192.168.0.1', '::1'].map((it) => isAllowedAddress(allowed, it))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('are the only places without TLS', () => {
    expect(objectionTo([], place('http://models.example'))).toBe('not-https');
    expect(objectionTo(parse('models.example'), place('http://models.example'))).toBeNull();
    expect(objectionTo([], place('https://models.example'))).toBeNull();
  });
});
