import { isIP } from 'node:net';
import { isInRange, isPublicAddress } from './public-address.ts';

/** One that the operator lets custom providers reach although it is not public (design 11). */
type Endpoint =
  | { readonly kind: 'host'; readonly hostname: string; readonly port: string | null }
  | { readonly kind: 'range'; readonly network: string; readonly prefix: number };

/** The operator's private endpoints; empty for most. */
export type PrivateEndpoints = readonly Endpoint[];

/** Where a request goes, as `URL` has it, but without the brackets of an IPv6 address. */
export interface Place {
  readonly hostname: string;
  /** Empty: the scheme's own. */
  readonly port: string;
  readonly secure: boolean;
}

const RANGE = /^(.+)\/(\d{1,3})$/;
const NAME = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;

/**
 * Reads the operator's list: a JSON array of host names, addresses (an IPv6 one in brackets where a port follows), either
 * with a `:port`, and CIDR ranges.
 *
 * @throws {Error} with a sentence for the operator.
 */
export function parsePrivateEndpoints(text: string): PrivateEndpoints {
  const parsed: unknown = JSON.parse(text);
  if (!Array.isArray(parsed)) throw new Error('The private endpoints must be a JSON array of texts.');
  return parsed.map(readEndpoint);
}

function readEndpoint(given: unknown): Endpoint {
  const text = typeof given === 'string' ? given.trim().toLowerCase() : '';
  const [, network = '', prefix] = RANGE.exec(text) ?? [];
  if (prefix !== undefined) {
    const version = isIP(network);
    if (version !== 0 && !network.includes('%') && Number(prefix) <= (version === 4 ? 32 : 128))
      return { kind: 'range', network, prefix: Number(prefix) };
  } else {
    const [written, port] = splitPort(text);
    const hostname = withoutDot(written);
    const isAddress = isIP(hostname) !== 0 && !hostname.includes('%');
    if ((isAddress || NAME.test(hostname)) && (port === null || isPort(port)))
      return { kind: 'host', hostname: isAddress ? canonical(hostname) : hostname, port };
  }
  throw new Error(
    `"${String(given).slice(0, 100)}" is no private endpoint: write a host, host:port or CIDR range.`,
  );
}

function splitPort(text: string): readonly [hostname: string, port: string | null] {
  if (isIP(text) === 6) return [text, null];
  const [, hostname = text, port] = /^(.*):(\d*)$/.exec(text) ?? [];
  return [hostname.replace(/^\[(.*)\]$/, '$1'), port ?? null];
}

const isPort = (text: string) => Number(text) >= 1 && Number(text) <= 65_535;
const withoutDot = (hostname: string) => hostname.replace(/\.$/, '');
/** As `URL` writes it, so that notations of one address are equal. */
const canonical = (address: string) =>
  isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;

/** Whether the operator names the host itself: then it may be reached at any address, and without TLS. */
export function isAllowedHost(endpoints: PrivateEndpoints, place: Place): boolean {
  const hostname = withoutDot(place.hostname);
  const port = place.port === '' ? (place.secure ? '443' : '80') : place.port;
  return endpoints.some((endpoint) =>
    endpoint.kind === 'host'
      ? endpoint.hostname === hostname && (endpoint.port === null || endpoint.port === port)
      : isInRange(hostname, [endpoint.network, endpoint.prefix]),
  );
}

/** Whether a connection to this address may be made for a host that the operator does not name. */
export const isAllowedAddress = (endpoints: PrivateEndpoints, address: string): boolean =>
  isPublicAddress(address) ||
  endpoints.some(
    (endpoint) => endpoint.kind === 'range' && isInRange(address, [endpoint.network, endpoint.prefix]),
  );

/**
 * Why a request to this place is not sent, as far as the place alone tells: a name can still resolve to an address that is
 * not allowed. Null: nothing against it.
 */
export function objectionTo(endpoints: PrivateEndpoints, place: Place): 'not-https' | 'not-public' | null {
  if (isAllowedHost(endpoints, place)) return null;
  if (!place.secure) return 'not-https';
  const hostname = withoutDot(place.hostname);
  if (isIP(hostname) !== 0) return isPublicAddress(hostname) ? null : 'not-public';
  return hostname === 'localhost' || hostname.endsWith('.localhost') ? 'not-public' : null;
}
