import { hash, type KeyObject } from 'node:crypto';
import type { HeaderMap } from '../../http/header-map.ts';
import { type AwsScope, amzTime, awsAuthorization, awsSigningKey } from './aws-signature.ts';
import type { AwsCredential } from './credential.ts';

/** A request as it will go over the wire. */
export interface ToSign {
  readonly method: string;
  /** Absolute, with query. */
  readonly url: string;
  readonly headers: HeaderMap;
  readonly body: Uint8Array | null;
}

/** What an earlier signature left: a request has one. */
const OF_A_SIGNATURE = [
  'authorization',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-content-sha256',
] as const;

/**
 * The request's headers with signature version 4 over it, for any AWS service but S3, whose paths are encoded otherwise.
 *
 * Signed are the host, the body, the content type and whatever begins with `x-amz-`: what AWS demands. The rest may be
 * changed on the way without harm. The signature holds for the exact bytes of the URL and the body, and for a few minutes
 * after `at`.
 *
 * @param at epoch milliseconds.
 */
export function signAws(
  { method, url, headers, body }: ToSign,
  credential: AwsCredential,
  scope: AwsScope,
  at: number,
): Map<string, readonly string[]> {
  const { accessKeyId, sessionToken } = credential;
  const { host, pathname, search } = new URL(url);
  const time = amzTime(at);
  const signed = new Map(headers);
  for (const name of OF_A_SIGNATURE) signed.delete(name);
  signed.set('x-amz-date', [time]);
  if (sessionToken) signed.set('x-amz-security-token', [sessionToken.reveal()]);

  const lines = [...signed]
    .filter(([name]) => name === 'content-type' || name.startsWith('x-amz-'))
    .map(([name, values]): [string, string] => [name, values.map(plainSpaces).join(',')]);
  lines.push(['host', signed.get('host')?.[0] ?? host]);
  lines.sort((a, b) => inOrder(a[0], b[0]));
  const names = lines.map(([name]) => name).join(';');
  const canonical = [
    method.toUpperCase(),
    canonicalPath(pathname),
    canonicalQuery(search.slice(1)),
    ...lines.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    hash('sha256', body ?? '', 'hex'),
  ].join('\n');
  const key = keyOf(credential, time, scope);
  signed.set('authorization', [awsAuthorization(canonical, names, accessKeyId, key, time, scope)]);
  return signed;
}

/** A credential stays the same object while its key is in memory, and most requests are for one region. */
const KEYS = new WeakMap<AwsCredential, { readonly scope: string; readonly key: KeyObject }>();

function keyOf(credential: AwsCredential, time: string, { region, service }: AwsScope): KeyObject {
  const scope = `${time.slice(0, 8)}/${region}/${service}`;
  const known = KEYS.get(credential);
  if (known?.scope === scope) return known.key;
  const key = awsSigningKey(credential.secretAccessKey.reveal(), time, { region, service });
  KEYS.set(credential, { scope, key });
  return key;
}

const plainSpaces = (value: string) => value.trim().replace(/\s+/g, ' ');

/** By code unit, as AWS sorts. */
const inOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** RFC 3986: all but the unreserved characters. */
const encoded = (text: string) =>
  encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/**
 * The path as it is on the wire, encoded once more (spec/providers 8.1): `%3A` is signed as `%253A`. Empty segments are left
 * out, as AWS normalises; dot segments are gone with the URL's parsing.
 */
function canonicalPath(pathname: string): string {
  const segments = pathname.split('/').filter((segment) => segment !== '');
  const end = segments.length > 0 && pathname.endsWith('/') ? '/' : '';
  return `/${segments.map(encoded).join('/')}${end}`;
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part): [string, string] => {
      const at = part.indexOf('=');
      const [name, value] = at === -1 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
      return [encoded(decoded(name)), encoded(decoded(value))];
    })
    .sort((a, b) => inOrder(a[0], b[0]) || inOrder(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** A plus stays one: AWS knows no other spelling of a space than `%20`. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // No percent-encoding after all, so it is signed as it stands.
    return text;
  }
}

const BEDROCK_HOST = /(?:^|\.)bedrock-(runtime|mantle)(?:-fips)?\.([a-z]{2}(?:-[a-z]+){1,3}-\d{1,2})\./;

/**
 * What a request to Bedrock is signed for: its host says so, private endpoints included. Where the operator put another
 * host in its place, it is Bedrock itself in the credential's region.
 */
export function bedrockScope(url: string, { place }: Pick<AwsCredential, 'place'>): AwsScope {
  const [, service, region] = BEDROCK_HOST.exec(new URL(url).hostname) ?? [];
  return {
    region: region ?? place.region,
    // spec/providers 1: the runtime's host and its name in a scope differ.
    service: service === 'mantle' ? 'bedrock-mantle' : 'bedrock',
  };
}
