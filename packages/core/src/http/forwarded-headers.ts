import type { HeaderMap } from './header-map.ts';

/** Connection-level headers (RFC 9110 7.6.1) and those that the HTTP client writes itself. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Of the request: addressed to us, to the platform in front of us, or about the caller's network. */
const NOT_FOR_PROVIDERS = new Set([
  'host',
  'content-length',
  'cookie',
  'expect',
  'forwarded',
  'via',
  'x-amz-cf-id',
  'x-amzn-trace-id',
  'x-real-ip',
  'true-client-ip',
]);
const NOT_FOR_PROVIDERS_PREFIXES = ['cf-', 'x-forwarded-', 'cloudfront-', 'weir-'];

/** Of the answer: about the provider's connection or host, which the client is not talking to. */
const NOT_FOR_CLIENTS = new Set(['content-length', 'alt-svc', 'strict-transport-security']);
const NOT_FOR_CLIENTS_PREFIXES = ['cf-aig-', 'weir-'];

/**
 * The request headers that a provider may see (rule H of spec 7).
 *
 * The answer is asked for uncompressed, so that usage can be read and a stream ended properly; unless the caller signed
 * the request, when nothing may be changed.
 */
export function requestHeaders(headers: HeaderMap): Map<string, readonly string[]> {
  const kept = filtered(headers, NOT_FOR_PROVIDERS, NOT_FOR_PROVIDERS_PREFIXES);
  const signed = headers.get('authorization')?.[0]?.startsWith('AWS4-') ?? false;
  if (!signed) kept.set('accept-encoding', ['identity']);
  return kept;
}

/** Whether a provider may see a header of this name, in lower case, when nobody says otherwise. */
export const isForwardedHeader = (name: string): boolean =>
  !HOP_BY_HOP.has(name) && !NOT_FOR_PROVIDERS.has(name) && !startsWithAny(name, NOT_FOR_PROVIDERS_PREFIXES);

/** The answer's headers that the client may see. */
export const responseHeaders = (headers: HeaderMap) =>
  filtered(headers, NOT_FOR_CLIENTS, NOT_FOR_CLIENTS_PREFIXES);

function filtered(headers: HeaderMap, names: ReadonlySet<string>, prefixes: readonly string[]) {
  const connection = headers.get('connection');
  const named =
    connection &&
    new Set(connection.flatMap((value) => value.split(',').map((name) => name.trim().toLowerCase())));
  const kept = new Map<string, readonly string[]>();
  for (const [name, values] of headers) {
    if (HOP_BY_HOP.has(name) || names.has(name) || named?.has(name)) continue;
    if (!startsWithAny(name, prefixes)) kept.set(name, values);
  }
  return kept;
}

function startsWithAny(name: string, prefixes: readonly string[]): boolean {
  for (const prefix of prefixes) if (name.startsWith(prefix)) return true;
  return false;
}
