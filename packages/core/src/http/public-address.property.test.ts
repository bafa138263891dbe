import { BlockList, isIP } from 'node:net';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isPublicAddress } from './public-address.ts';

const SPECIAL: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  ['168.63.129.16', 32],
];
const node = new BlockList();
for (const [network, prefix] of SPECIAL) node.addSubnet(network, prefix);

const dotted = (number: number) => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
const start = (network: string) => network.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

/** Any address, and often one at the edge of a special range. */
const v4 = fc
  .oneof(
    fc.integer({ min: 0, max: 0xffff_ffff }),
    fc
      .tuple(fc.constantFrom(...SPECIAL), fc.constantFrom(-1, 0, 1), fc.boolean())
      .map(([[network, prefix], off, end]) => (start(network) + (end ? 2 ** (32 - prefix) : 0) + off) >>> 0),
  )
  .map(dotted);

const group = fc.integer({ min: 0, max: 0xffff });
const hex = (number: number) => number.toString(16);
const groupsOf = (address: string) => {
  const number = start(address);
  return `${hex(Math.floor(number / 65_536))}:${hex(number % 65_536)}`;
};

it('an IPv4 address is public exactly where Node’s own list finds it in no special range', () => {
  fc.assert(
    fc.property(v4, (address) => expect(isPublicAddress(address)).toBe(!node.check(address))),
    {
      numRuns: 2_000,
    },
  );
});

it('an IPv4 address is what it is however it stands in an IPv6 one', () => {
  fc.assert(
    fc.property(
      v4,
      fc.constantFrom('::ffff:', '0:0:0:0:0:ffff:', '::FFFF:', '64:ff9b::'),
      (address, before) => {
        const expected = isPublicAddress(address);
        expect(isPublicAddress(before + address)).toBe(expected);
        expect(isPublicAddress(before + groupsOf(address))).toBe(expected);
      },
    ),
  );
});

it('an IPv6 address is the same in all its notations', () => {
  fc.assert(
    fc.property(
      fc.array(group, { minLength: 8, maxLength: 8 }),
      fc.nat(7),
      fc.nat(8),
      (given, from, length) => {
        const groups = given.map((value, index) => (index >= from && index < from + length ? 0 : value));
        const full = groups.map(hex).join(':');
        const { hostname } = new URL(`http://[${full}]`);
        const expected = isPublicAddress(full);
        expect(isPublicAddress(hostname.slice(1, -1))).toBe(expected);
        expect(
          isPublicAddress(
            groups
              .map((value) => hex(value).padStart(4, '0'))
              .join(':')
              .toUpperCase(),
          ),
        ).toBe(expected);
      },
    ),
  );
});

it('no text that is no address is public', () => {
  const text = fc
    .string({ unit: fc.constantFrom(...'0123456789abcdefx.:%/[] ') })
    .filter((it) => isIP(it) === 0);
  fc.assert(fc.property(text, (it) => expect(isPublicAddress(it)).toBe(false)));
});
