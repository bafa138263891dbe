import { epochMs, headerMap, type InboundRequest } from '@weir/core';
import * as z from 'zod/mini';

const manyByName = z.nullish(z.record(z.string(), z.array(z.string())));

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
  const headers = Object.entries(parsed.multiValueHeaders ?? {});
  return {
    method: parsed.httpMethod,
    path: parsed.path,
    rawQuery: rawQuery(parsed.multiValueQueryStringParameters ?? {}),
    headers: headerMap(headers.flatMap(([name, values]) => values.map((value) => [name, value] as const))),
    body: Buffer.from(parsed.body ?? '', parsed.isBase64Encoded ? 'base64' : 'utf8'),
    sourceAddress: parsed.requestContext.identity.sourceIp,
    arrivedAt: epochMs(now),
    deadline: epochMs(now + remainingMs),
  };
}

/** The platform hands the query over decoded, so it is encoded again; the order within a name is kept. */
function rawQuery(parameters: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(parameters)
    .flatMap(([name, values]) =>
      values.map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
    )
    .join('&');
}
