import middy from '@middy/core';
import { Refusal } from '@weir/core';
import { type ManagementPorts, refuse, serve } from '@weir/management';
import { logFailure } from '../edge/failure-log.ts';
import { parseProxyEvent, toManagementRequest } from './proxy-event.ts';
import { type ProxyResult, toProxyResult } from './proxy-result.ts';

/** @param context Lambda's, of which the function uses nothing. */
type ManagementHandler = (event: unknown, context: unknown) => Promise<ProxyResult>;

/** The management function over whatever keeps its state. */
export function createManagementHandler(ports: Omit<ManagementPorts, 'report'>): ManagementHandler {
  const guarded = middy<unknown, ProxyResult>()
    .onError((call) => {
      // A defect of ours: the caller learns that, the log learns the rest.
      logFailure('management', call.error, requestIdOf(call.event));
      const { status, headers, body } = refuse(new Refusal('internal'));
      call.response = { statusCode: status, headers, body: String(body), isBase64Encoded: false };
    })
    .handler(async (event: unknown) => {
      const parsed = parseProxyEvent(event);
      const report = (error: unknown) => logFailure('management', error, parsed.requestContext.requestId);
      const request = toManagementRequest(parsed);
      return toProxyResult(await serve(request, { ...ports, report }), request);
    });
  return (event, context) => guarded(event, context);
}

function requestIdOf(event: unknown): string {
  try {
    return parseProxyEvent(event).requestContext.requestId;
  } catch {
    // Not an event of API Gateway: that is the failure being logged, and it has no request id.
    return 'unknown';
  }
}
