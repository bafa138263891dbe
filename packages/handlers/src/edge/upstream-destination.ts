/** Where a request goes, in the parts that `node:http` takes. */
export interface Destination {
  readonly secure: boolean;
  /** Value of the `host` header. */
  readonly host: string;
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string;
  /** Empty: the scheme's own. */
  readonly port: string;
  /** With query. */
  readonly path: string;
}

type Origin = Omit<Destination, 'path'>;

/** Scheme and authority, which providers share by the thousand, and the rest. */
const PARTS = /^(https?:\/\/[A-Za-z0-9.:[\]-]+)(\/.*)$/;
/** Paths and queries that URL parsing leaves as they are: nothing to encode, and no dot segment, encoded or not. */
const PLAIN = /^[\w.~!$&()*+,;=:@%/-]*(?:\?[\w.~!$&()*+,;=:@%/?-]+)?$/;
const DOT_SEGMENT = /\/(?:\.|%2e)/i;

const MOST_ORIGINS = 200;
const origins = new Map<string, Origin>();

/**
 * The parts of an absolute URL, as `new URL` gives them; that is asked once per origin, since a request's own part of
 * the URL is hardly ever anything that it would change.
 * @throws {TypeError} when it is no URL.
 */
export function destinationOf(url: string): Destination {
  const [, base, rest] = PARTS.exec(url) ?? [];
  if (base === undefined || rest === undefined || !PLAIN.test(rest) || DOT_SEGMENT.test(rest)) {
    const parsed = new URL(url);
    return { ...originOf(parsed), path: parsed.pathname + parsed.search };
  }
  const { secure, host, hostname, port } = knownOrigin(base);
  return { secure, host, hostname, port, path: rest };
}

function knownOrigin(base: string): Origin {
  const known = origins.get(base);
  if (known) return known;
  const origin = originOf(new URL(base));
  // Names come from callers too (an Azure resource), so there may be any number.
  if (origins.size === MOST_ORIGINS) origins.clear();
  origins.set(base, origin);
  return origin;
}

const originOf = ({ protocol, host, hostname, port }: URL): Origin => ({
  secure: protocol === 'https:',
  host,
  hostname: hostname.replace(/^\[|\]$/g, ''),
  port,
});
