import { epochMs, type HeaderMap, type InboundRequest } from '@weir/core';
import * as z from 'zod/mini';

type ManyByName = Readonly<Record<string, readonly string[]>>;

/** Checked by hand: a schema of records and arrays is a tenth of the whole request's time. */
const manyByName = z.nullish(
  z.custom<ManyByName>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      Object.values(value).every(
        (values) => Array.isArray(values) && values.every((item) => typeof item === 'string'),
      ),
  ),
);

/** What we use of API Gateway's proxy event (payload version 1.0). */
const inboundEvent = z.object({
  httpMethod: z.string(),
  path: z.string(),
  multiValueHeaders: manyByName,
  multiValueQueryStringParameters: manyByName,
  body: z.nullish(z.string()),
  isBase64Encoded: z.optional(z.boolean()),
  requestContext: z.object({ identity: z.object({ sourceIp: z.string() }) }),
});

/** The request that an event stands for. `Host` and the forwarding headers have no part in any decision. */
export function toInboundRequest(event: unknown, now: number, remainingMs: number): InboundRequest {
  const parsed = inboundEvent.parse(event);
  return {
    method: parsed.httpMethod,
    path: parsed.path,
    rawQuery: rawQuery(parsed.multiValueQueryStringParameters ?? {}),
    headers: byLowerCaseName(parsed.multiValueHeaders ?? {}),
    body: Buffer.from(parsed.body ?? '', parsed.isBase64Encoded ? 'base64' : 'utf8'),
    sourceAddress: parsed.requestContext.identity.sourceIp,
    arrivedAt: epochMs(now),
    deadline: epochMs(now + remainingMs),
  };
}

/** Names that differ only in case are one header. */
function byLowerCaseName(headers: ManyByName): HeaderMap {
  const map = new Map<string, readonly string[]>();
  for (const [spelled, values] of Object.entries(headers)) {
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
