import { epochMs, type HeaderMap, type InboundRequest } from '@weir/core';

type ManyByName = Readonly<Record<string, readonly string[]>>;

/** What we use of API Gateway's proxy event (payload version 1.0). */
interface InboundEvent {
  readonly httpMethod: string;
  readonly path: string;
  readonly multiValueHeaders?: ManyByName | null;
  readonly multiValueQueryStringParameters?: ManyByName | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly requestContext: { readonly identity: { readonly sourceIp: string } };
}

/**
 * The request that an event stands for. `Host` and the forwarding headers have no part in any decision.
 * @throws {TypeError} when the event is none of API Gateway's.
 */
export function toInboundRequest(event: unknown, now: number, remainingMs: number): InboundRequest {
  if (!isInboundEvent(event)) throw new TypeError('the event is no API Gateway proxy event');
  return {
    method: event.httpMethod,
    path: event.path,
    rawQuery: rawQuery(event.multiValueQueryStringParameters ?? {}),
    headers: byLowerCaseName(event.multiValueHeaders ?? {}),
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    sourceAddress: event.requestContext.identity.sourceIp,
    arrivedAt: epochMs(now),
    deadline: epochMs(now + remainingMs),
  };
}

/** By hand: every request comes through here, and a schema takes 12 µs of it. */
function isInboundEvent(event: unknown): event is InboundEvent {
  if (!isObject(event) || !isObject(event.requestContext)) return false;
  const { httpMethod, path, multiValueHeaders, multiValueQueryStringParameters: query, body } = event;
  const { isBase64Encoded: encoded, requestContext } = event;
  return (
    typeof httpMethod === 'string' &&
    typeof path === 'string' &&
    (isAbsent(multiValueHeaders) || isManyByName(multiValueHeaders)) &&
    (isAbsent(query) || isManyByName(query)) &&
    (isAbsent(body) || typeof body === 'string') &&
    (encoded === undefined || typeof encoded === 'boolean') &&
    isObject(requestContext.identity) &&
    typeof requestContext.identity.sourceIp === 'string'
  );
}

const isAbsent = (value: unknown) => value === undefined || value === null;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function isManyByName(value: unknown): value is ManyByName {
  if (!isObject(value)) return false;
  for (const name in value) {
    const values = value[name];
    if (!Array.isArray(values)) return false;
    for (const item of values) if (typeof item !== 'string') return false;
  }
  return true;
}

/** Names that differ only in case are one header. */
function byLowerCaseName(headers: ManyByName): HeaderMap {
  const map = new Map<string, readonly string[]>();
  for (const spelled in headers) {
    const values = headers[spelled] ?? [];
    const name = spelled.toLowerCase();
    const before = map.get(name);
    map.set(name, before ? [...before, ...values] : values);
  }
  return map;
}

/** The platform hands the query over decoded, so it is encoded again; the order within a name is kept. */
function rawQuery(parameters: ManyByName): string {
  return Object.entries(parameters)
    .flatMap(([name, values]) => values.map((value) => `${encode(name)}=${encode(value)}`))
    .join('&');
}

/** Half of a surrogate pair has no UTF-8 form; `encodeURIComponent` throws at one. */
const encode = (text: string) => encodeURIComponent(text.toWellFormed());
