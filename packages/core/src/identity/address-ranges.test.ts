import { describe, expect, it } from '@jest/globals';
import { mayBeUsedFrom, parseAddressRange } from './address-ranges.ts';

const from = (address: string, allowedAddresses: string[], deniedAddresses: string[] = []) =>
  mayBeUsedFrom({ allowedAddresses, deniedAddresses }, address);

describe('address conditions of a token', () => {
  it('let a token without a condition be used from anywhere, even from an address that cannot be read', () => {
    expect(from('203.0.113.9', [])).toBe(true);
    expect(from('', [])).toBe(true);
  });

  it.each([
    ['203.0.113.9', '203.0.113.9', true],
    ['203.0.113.10', '203.0.113.9', false],
    ['203.0.113.200', '203.0.113.0/24', true],
    ['203.0.114.1', '203.0.113.0/24', false],
    ['198.51.100.1', '0.0.0.0/0', true],
    ['2001:db8::1', '2001:db8::/32', true],
    ['2001:db9::1', '2001:db8::/32', false],
    ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1', true],
    ['::ffff:203.0.113.9', '203.0.113.0/24', true],
    ['203.0.113.9', '2001:db8::/32', false],
    ['not an address', '0.0.0.0/0', false],
  ])('%s is inside %s: %s', (address, range, inside) => {
    expect(from(address, [range])).toBe(inside);
  });

  it('let a denied range beat an allowed one', () => {
    expect(from('203.0.113.9', ['203.0.113.0/24'], ['203.0.113.9'])).toBe(false);
    expect(from('203.0.113.8', ['203.0.113.0/24'], ['203.0.113.9'])).toBe(true);
  });

  it('let everyone in but the denied where nothing is allowed by name', () => {
    expect(from('198.51.100.1', [], ['203.0.113.0/24'])).toBe(true);
    expect(from('203.0.113.1', [], ['203.0.113.0/24'])).toBe(false);
  });

  it.each([
    '',
    'x',
    '1.2.3',
    '1.2.3.4/33',
    '::1/129',
    '1.2.3.4/',
    '1.2.3.4/x',
    '1.2.3.4/8/8',
    'fe80::1%eth0',
  ])('%j is not a range', (text) => {
    expect(parseAddressRange(text)).toBeNull();
  });
});
