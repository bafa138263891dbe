import { headerMap } from '@weir/core';
import type { ManagementRequest } from '@weir/management';
import * as z from 'zod';

const manyByName = z.record(z.string(), z.array(z.string())).nullish();

/** What we use of API Gateway's proxy event (payload version 1.0). */
const proxyEvent = z.object({
  httpMethod: z.string(),
  path: z.string(),
  multiValueHeaders: manyByName,
  multiValueQueryStringParameters: manyByName,
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().default(false),
  requestContext: z.object({
    domainName: z.string(),
    /** With the stage, which `path` has not. */
    path: z.string(),
    requestId: z.string(),
    identity: z.object({ sourceIp: z.string() }),
  }),
});

export type ProxyEvent = z.output<typeof proxyEvent>;

export const parseProxyEvent = (event: unknown): ProxyEvent => proxyEvent.parse(event);

export function toManagementRequest(event: ProxyEvent): ManagementRequest {
  const headers = Object.entries(event.multiValueHeaders ?? {});
  return {
    method: event.httpMethod,
    path: event.path,
    query: new Map(Object.entries(event.multiValueQueryStringParameters ?? {})),
    headers: headerMap(headers.flatMap(([name, values]) => values.map((value) => [name, value] as const))),
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    baseUrl: baseUrlOf(event.requestContext, event.path),
    sourceAddress: event.requestContext.identity.sourceIp,
  };
}

/**
 * Where this deployment is reached, from what the platform says; a caller's `Host` has no part in it. A domain with a
 * port is the local host's, which speaks plain HTTP.
 */
function baseUrlOf({ domainName, path: withStage }: ProxyEvent['requestContext'], path: string): string {
  const scheme = /:\d+$/.test(domainName) ? 'http' : 'https';
  const stage = withStage.endsWith(path) ? withStage.slice(0, -path.length) : '';
  return `${scheme}://${domainName}${stage}`;
}
