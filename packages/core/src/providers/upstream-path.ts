import { Refusal } from '../errors/refusal.ts';

/** `new URL` reads `\` as `/`, and some servers cut a segment at `;`: both could hide a dot segment. */
const hasDotSegment = (path: string) =>
  path.split(/[/\\]/).some((segment) => {
    const name = segment.split(';', 1)[0];
    return name === '.' || name === '..';
  });

const decodeAscii = (path: string) =>
  path.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

const CONTROL = /\p{Cc}/u;
/** What a URL path may not hold as it is (RFC 3986 3.3); `%` is left to the caller. */
/** Nothing to encode, nothing encoded, and no dot at all. */
const PLAIN = /^[A-Za-z0-9\-_~!$&'()*+,=:@/]*$/;
const UNSAFE = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]+/gu;

/**
 * A caller's path, safe to append to a base URL.
 *
 * A path with a `.` or `..` segment is refused, also when the dots or slashes are percent-encoded once or twice, since
 * whoever decodes it further on would leave the base path, and a stored key reaches more of a host than the gateway
 * offers. Control characters are refused. Other characters that a URL cannot hold are percent-encoded (the HTTP client
 * would refuse them); everything else, existing percent-encoding included, stays as it was written, because signatures
 * are made over it.
 */
export function cleanPath(path: string): string | Refusal {
  if (PLAIN.test(path)) return path;
  if (CONTROL.test(decodeAscii(path)))
    return new Refusal('invalidRequest', { message: 'The path must not contain control characters.' });
  for (let round = 0, seen = path; round < 3; round++, seen = decodeAscii(seen))
    if (hasDotSegment(seen))
      return new Refusal('invalidRequest', { message: 'The path must not contain "." or ".." segments.' });
  return path.replace(UNSAFE, encodeURIComponent);
}

/**
 * Base and path as one URL (spec/api 7, rule N): where the path begins with what the base path ends with
 * (`…/openai/v1` + `openai/v1/models`, or + `v1/models`), it is written once. The longest such overlap counts.
 *
 * @param optionalPrefix a first segment that clients may write although the base has none.
 */
export function joinUrl(base: string, path: string, optionalPrefix?: string): string {
  const overlap = overlapLength(base, path) || (optionalPrefix ? prefixLength(path, optionalPrefix) : 0);
  const rest = path.slice(overlap);
  return rest === '' ? base : `${base}/${rest}`;
}

/** How many characters of the path repeat the end of the base path, the slash after them included. */
function overlapLength(base: string, path: string): number {
  const start = base.indexOf('/', base.indexOf('://') + 3);
  if (start === -1) return 0;
  for (let at = start; at !== -1; at = base.indexOf('/', at + 1)) {
    const length = prefixLength(path, base.slice(at + 1));
    if (length > 0) return length;
  }
  return 0;
}

function prefixLength(path: string, prefix: string): number {
  if (prefix === '' || !path.startsWith(prefix)) return 0;
  if (path.length === prefix.length) return prefix.length;
  return path[prefix.length] === '/' ? prefix.length + 1 : 0;
}

/** The base with its placeholders filled. An override without them stays as it is: the values are then not needed. */
export function fillBase(base: string, values: Readonly<Record<string, string>>): string {
  return base.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/**
 * `count` leading segments and what follows them: `segments('a/b/c/d', 2)` is `['a', 'b', 'c/d']`. Missing ones are
 * empty.
 */
export function splitPath(path: string, count: number): string[] {
  const parts = path.split('/');
  return [...Array.from({ length: count }, (_, at) => parts[at] ?? ''), parts.slice(count).join('/')];
}

/** A refusal that says what a provider's path must look like. */
export const badPath = (message: string) => new Refusal('invalidRequest', { message });
