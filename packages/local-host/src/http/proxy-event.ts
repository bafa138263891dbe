import type { IncomingMessage } from 'node:http';
import { AWS_ACCOUNT } from '../assembly/scope.ts';
import type { RestApi } from './rest-api-builder.ts';
import type { Match } from './route-table.ts';

/** Lambda proxy event, payload version 1.0. */
export type ProxyEvent = Readonly<Record<string, unknown>> & {
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
};

/** A request that found its method. */
export interface ProxyRequest {
  readonly message: IncomingMessage;
  readonly match: Match;
  /** Without query, percent-encoded as it came. */
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly query: string;
  readonly body: Buffer;
  readonly requestId: string;
}

/** The address of this host, which the API's own domain name and port stand for on AWS. */
export interface Origin {
  /** `127.0.0.1:8787` */
  readonly host: string;
  readonly port: string;
}

/**
 * API Gateway ends the connection and measures the body itself, so these never reach a function; the forwarding headers
 * it writes anew.
 */
const NOT_PASSED_ON = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-amzn-trace-id',
  'x-forwarded-for',
  'x-forwarded-port',
  'x-forwarded-proto',
]);

/**
 * The event that a REST API's Lambda proxy integration sends.
 *
 * - `path` and `pathParameters` stay percent-encoded as the client sent them, which is what live REST APIs send (HTTP
 *   APIs decode them): https://github.com/serverless/serverless/issues/5037, https://github.com/hotsock/voker/pull/8.
 * - The query is decoded; `headers` and `queryStringParameters` hold the last of several values.
 * - Header names keep the client's spelling.
 * - `body` is null when empty, base64 where `binaryMediaTypes` covers the content type, else text.
 */
export function proxyEvent(request: ProxyRequest, api: RestApi, origin: Origin): ProxyEvent {
  const { message, match, path, body, requestId } = request;
  const method = message.method ?? 'GET';
  const now = Date.now();
  const sourceIp = message.socket.remoteAddress ?? '';
  const { headers, multiValueHeaders } = readHeaders(message, sourceIp, origin, traceId(requestId, now));
  const { single, multiple } = readQuery(request.query);
  const isBase64Encoded =
    body.length > 0 && isBinary(api.binaryMediaTypes, message.headers['content-type'] ?? 'application/json');
  return {
    resource: match.route.resource,
    path,
    httpMethod: method,
    headers,
    multiValueHeaders,
    queryStringParameters: single,
    multiValueQueryStringParameters: multiple,
    pathParameters: match.pathParameters,
    stageVariables: api.stageVariables,
    requestContext: {
      resourceId: match.route.resourceId,
      resourcePath: match.route.resource,
      httpMethod: method,
      extendedRequestId: requestId,
      requestTime: requestTime(now),
      path,
      accountId: AWS_ACCOUNT,
      protocol: `HTTP/${message.httpVersion}`,
      stage: api.stage,
      domainPrefix: origin.host,
      requestTimeEpoch: now,
      requestId,
      identity: identity(sourceIp, message.headers['user-agent'] ?? null),
      domainName: origin.host,
      deploymentId: 'local',
      apiId: api.id,
    },
    body: body.length === 0 ? null : body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  };
}

/** Whether a media type is one of those that the API treats as bytes. */
export function isBinary(binaryMediaTypes: readonly string[], contentType: string): boolean {
  if (binaryMediaTypes.includes('*/*')) return true;
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  return binaryMediaTypes.some((pattern) =>
    pattern.endsWith('/*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern,
  );
}

function readHeaders(message: IncomingMessage, sourceIp: string, origin: Origin, trace: string) {
  const headers: Record<string, string> = {};
  const multiValueHeaders: Record<string, string[]> = {};
  const { rawHeaders } = message;
  const add = (name: string, value: string) => {
    headers[name] = value;
    const values = Object.hasOwn(multiValueHeaders, name) ? multiValueHeaders[name] : undefined;
    if (values) values.push(value);
    else multiValueHeaders[name] = [value];
  };
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name !== '__proto__' && !NOT_PASSED_ON.has(name.toLowerCase()))
      add(name, rawHeaders[index + 1] ?? '');
  }
  const forwardedFor = message.headers['x-forwarded-for'];
  add('X-Amzn-Trace-Id', trace);
  add('X-Forwarded-For', forwardedFor === undefined ? sourceIp : `${forwardedFor}, ${sourceIp}`);
  add('X-Forwarded-Port', origin.port);
  add('X-Forwarded-Proto', 'http');
  return { headers, multiValueHeaders };
}

function readQuery(query: string) {
  if (query === '') return { single: null, multiple: null };
  const single: Record<string, string> = {};
  const multiple: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (name === '__proto__') continue;
    single[name] = value;
    const values = Object.hasOwn(multiple, name) ? multiple[name] : undefined;
    if (values) values.push(value);
    else multiple[name] = [value];
  }
  return { single, multiple };
}

function identity(sourceIp: string, userAgent: string | null) {
  return {
    cognitoIdentityPoolId: null,
    accountId: null,
    cognitoIdentityId: null,
    caller: null,
    sourceIp,
    principalOrgId: null,
    accessKey: null,
    cognitoAuthenticationType: null,
    cognitoAuthenticationProvider: null,
    userArn: null,
    userAgent,
    user: null,
  };
}

/** `Root=1-<epoch seconds>-<24 hex>`, the random part taken from the request's own id. */
function traceId(requestId: string, now: number): string {
  const seconds = Math.floor(now / 1000).toString(16);
  return `Root=1-${seconds}-${requestId.slice(0, 8)}${requestId.slice(9, 13)}${requestId.slice(24)}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

let lastSecond = -1;
let lastTime = '';

/** `09/Apr/2015:12:34:56 +0000`, made once a second. */
function requestTime(now: number): string {
  const second = Math.floor(now / 1000);
  if (second !== lastSecond) {
    const at = new Date(now).toISOString();
    lastSecond = second;
    lastTime = `${at.slice(8, 10)}/${MONTHS[Number(at.slice(5, 7)) - 1]}/${at.slice(0, 4)}:${at.slice(11, 19)} +0000`;
  }
  return lastTime;
}
