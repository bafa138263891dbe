import { isIP } from 'node:net';

type Range = readonly [network: string, prefix: number];

/** The IPv4 ranges that are not the public internet (IANA's special-purpose registry), and one that is no provider. */
const NOT_PUBLIC_V4: readonly Range[] = [
  ['0.0.0.0', 8], //          this network
  ['10.0.0.0', 8], //         private
  ['100.64.0.0', 10], //      carriers' address sharing
  ['127.0.0.0', 8], //        loopback
  ['169.254.0.0', 16], //     link-local: the metadata services of AWS, Azure and Google
  ['172.16.0.0', 12], //      private
  ['192.0.0.0', 24], //       protocol assignments
  ['192.0.2.0', 24], //       documentation
  ['192.88.99.0', 24], //     6to4 relays
  ['192.168.0.0', 16], //     private
  ['198.18.0.0', 15], //      benchmarks
  ['198.51.100.0', 24], //    documentation
  ['203.0.113.0', 24], //     documentation
  ['224.0.0.0', 4], //        multicast
  ['240.0.0.0', 4], //        reserved, and broadcast
  ['168.63.129.16', 32], //   a public number for Azure's own host services
];

/** Everything outside of 2000::/3 is special in IPv6, and these inside of it. */
const GLOBAL_UNICAST: Range = ['2000::', 3];
const NOT_PUBLIC_V6: readonly Range[] = [
  ['2001::', 23], //          protocol assignments: Teredo, benchmarks, ORCHID
  ['2001:db8::', 32], //      documentation
  ['2002::', 16], //          6to4: carries any IPv4 address
  ['3fff::', 20], //          documentation
];

/** IPv4 addresses inside IPv6 ones, in the last 32 bits: they go where the IPv4 address says. */
const MAPPED: Range = ['::ffff:0:0', 96];
const NAT64: Range = ['64:ff9b::', 96];

/**
 * Whether an address is one of the public internet. False for everything special in either family, for an IPv4 address
 * that is special and hidden in an IPv6 one, and for what is no address: names, zones, octal and decimal notations.
 */
export function isPublicAddress(address: string): boolean {
  const bits = addressBits(address);
  if (bits === null) return false;
  if (bits.length === 32) return isPublicV4(bits);
  if (isWithin(bits, MAPPED) || isWithin(bits, NAT64)) return isPublicV4(bits.slice(96));
  return isWithin(bits, GLOBAL_UNICAST) && !NOT_PUBLIC_V6.some((range) => isWithin(bits, range));
}

const isPublicV4 = (bits: string) => !NOT_PUBLIC_V4.some((range) => isWithin(bits, range));

/** Whether an address lies in a range of its own family; an IPv4 address mapped into IPv6 counts as the IPv4 address. */
export function isInRange(address: string, range: Range): boolean {
  const bits = addressBits(address);
  if (bits === null) return false;
  return isWithin(bits.length === 128 && isWithin(bits, MAPPED) ? bits.slice(96) : bits, range);
}

function isWithin(bits: string, [network, prefix]: Range): boolean {
  const start = addressBits(network);
  return start !== null && start.length === bits.length && bits.startsWith(start.slice(0, prefix));
}

const known = new Map<string, string | null>();
const MOST_KNOWN = 1_000;

/** An address as 32 or 128 binary digits. Null: none. */
function addressBits(address: string): string | null {
  const found = known.get(address);
  if (found !== undefined) return found;
  const version = address.includes('%') ? 0 : isIP(address);
  const bits = version === 0 ? null : version === 4 ? bitsOf(address.split('.'), 10, 8) : v6Bits(address);
  if (known.size === MOST_KNOWN) known.clear();
  known.set(address, bits);
  return bits;
}

const bitsOf = (parts: readonly string[], radix: number, width: number) =>
  parts.map((part) => Number.parseInt(part, radix).toString(2).padStart(width, '0')).join('');

function v6Bits(address: string): string {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  const tail = dotted ? bitsOf((dotted[2] ?? '').split('.'), 10, 8) : '';
  // What stands before a dotted tail ends in the colon that separates it, or in the two that stand for zeros.
  const text = dotted ? (dotted[1] ?? '').replace(/(?<!:):$/, '') : address;
  const [head = '', rest] = text.split('::');
  const start = bitsOf(groups(head), 16, 16);
  const end = rest === undefined ? '' : bitsOf(groups(rest), 16, 16);
  return start + '0'.repeat(128 - start.length - end.length - tail.length) + end + tail;
}

const groups = (text: string) => text.split(':').filter((group) => group !== '');
