import { BlockList, isIP } from 'node:net';
import type { StoredToken } from './stored-token.ts';

const RANGE = /^([^/]+)(?:\/(\d{1,3}))?$/;

interface AddressRange {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** An address or a CIDR range of either family; null when the text is neither. */
export function parseAddressRange(text: string): AddressRange | null {
  const [, address = '', prefix] = RANGE.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0 || address.includes('%')) return null;
  const bits = version === 4 ? 32 : 128;
  const length = prefix === undefined ? bits : Number(prefix);
  return length > bits ? null : { address, prefix: length, family: version === 4 ? 'ipv4' : 'ipv6' };
}

/**
 * Whether the token's address condition lets it be used from `address`. A denied range beats an allowed one. Where
 * there is a condition, an address that cannot be read is refused. IPv4 addresses inside IPv6 (`::ffff:…`) count as IPv4.
 */
export function mayBeUsedFrom(
  token: Pick<StoredToken, 'allowedAddresses' | 'deniedAddresses'>,
  address: string,
): boolean {
  const { allowedAddresses, deniedAddresses } = token;
  if (allowedAddresses.length === 0 && deniedAddresses.length === 0) return true;
  const version = isIP(address);
  if (version === 0) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  if (blockList(deniedAddresses).check(address, family)) return false;
  return allowedAddresses.length === 0 || blockList(allowedAddresses).check(address, family);
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const parsed = parseAddressRange(range);
    if (parsed) list.addSubnet(parsed.address, parsed.prefix, parsed.family);
  }
  return list;
}
