import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ResponseStream } from '../functions/response-stream.ts';
import { describeError, type Log } from '../log.ts';
import { Activity } from './activity.ts';
import { sendBufferedAnswer } from './buffered-answer.ts';
import { EVENT_BYTES, HEADER_BYTES, headerBytes } from './limits.ts';
import { type Origin, type ProxyEvent, proxyEvent } from './proxy-event.ts';
import { readBody } from './read-body.ts';
import type { RestApi } from './rest-api-builder.ts';
import type { Match } from './route-table.ts';
import { StreamedAnswer } from './streamed-answer.ts';

/** Longer than the pause of any client's pool, so that no request meets a connection that is just being closed. */
const KEEP_ALIVE_MS = 75_000;

/** For functions to settle whose answers were cut. On AWS they would go on; here the process ends. */
const AFTER_CUT_MS = 2_000;

/** Room for the headers that we refuse ourselves, with the API's own answer. */
const PARSER_HEADER_BYTES = 64 * 1024;

export interface ApiServer {
  readonly origin: Origin;
  /**
   * Takes no new connections and no further request on the open ones; waits for the requests under way and for the work
   * that functions do after their last byte.
   * @param withinMs then the answers that are left are cut, and their functions may settle for two seconds more.
   * @returns how many requests and functions were not done in time.
   */
  stop(withinMs: number): Promise<number>;
}

interface Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly match: Match;
  readonly requestId: string;
}

/**
 * Serves a REST API on a port: what API Gateway does between a client's HTTP request and a function's event, and back.
 * @param port 0 takes any free one.
 */
export async function serveApi(
  api: RestApi,
  options: { readonly host: string; readonly port: number; readonly log: Log },
): Promise<ApiServer> {
  const { log } = options;
  const activity = new Activity();
  let origin: Origin = { host: '', port: '' };
  let closing = false;
  /** Answers that functions are still writing. */
  const streams = new Set<ResponseStream>();

  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, maxHeaderSize: PARSER_HEADER_BYTES },
    receive,
  );
  server.on('clientError', refuseUnreadable);

  function receive(message: IncomingMessage, response: ServerResponse): void {
    activity.begin();
    response.once('close', () => activity.end());
    if (closing) response.shouldKeepAlive = false;
    const requestId = randomUUID();
    if (headerBytes(message.rawHeaders) > HEADER_BYTES) {
      message.resume();
      api.responses.send(response, 'HEADERS_TOO_LARGE', requestId);
      return;
    }
    const url = message.url ?? '/';
    const mark = url.indexOf('?');
    const path = mark === -1 ? url : url.slice(0, mark);
    const query = mark === -1 ? '' : url.slice(mark + 1);
    const match = api.routes.find(message.method ?? 'GET', path);
    if (!match) {
      message.resume();
      api.responses.send(response, 'MISSING_AUTHENTICATION_TOKEN', requestId);
      return;
    }
    readBody(message, (body) => {
      if (body === null) {
        api.responses.send(response, 'REQUEST_TOO_LARGE', requestId, 'Request body is larger than 10 MB');
        return;
      }
      const event = proxyEvent({ message, match, path, query, body, requestId }, api, origin);
      if (isTooLarge(event)) {
        const text =
          'Request is larger than the 6 MB that reach the function (a body counts 4/3 of its bytes)';
        api.responses.send(response, 'REQUEST_TOO_LARGE', requestId, text);
        return;
      }
      const exchange = { message, response, match, requestId };
      if (match.route.streaming) stream(exchange, event);
      else answer(exchange, event);
    });
  }

  function answer({ message, response, match, requestId }: Exchange, event: ProxyEvent): void {
    const { target } = match.route;
    const timer = integrationTimer(match, () => {
      if (!response.headersSent) api.responses.send(response, 'INTEGRATION_TIMEOUT', requestId);
    });
    const invocation = target.invoke(event, requestId);
    activity.track(invocation);
    invocation
      .then((result) => {
        if (response.headersSent) return;
        const accept = message.headers.accept ?? '';
        sendBufferedAnswer(response, result, requestId, api.binaryMediaTypes, accept);
      })
      .catch((error: unknown) => fail(response, requestId, target.identity.name, error))
      .finally(() => clearTimeout(timer));
  }

  function stream({ response, match, requestId }: Exchange, event: ProxyEvent): void {
    const { target, timeoutMs } = match.route;
    const { name } = target.identity;
    const relay = new StreamedAnswer(response, requestId, (reason) =>
      fail(response, requestId, name, reason),
    );
    const written = new ResponseStream(relay);
    // A destroyed stream ends the answer; without this it would end the host.
    written.on('error', (error) => end(error));
    const timer = integrationTimer(match, () => end(new Error(`no complete answer within ${timeoutMs} ms`)));
    const end = (error: unknown) => {
      relay.discard();
      fail(response, requestId, name, error);
    };
    response.once('close', () => clearTimeout(timer));
    const invocation = target.invokeStreaming(event, written, requestId);
    activity.track(invocation);
    streams.add(written);
    const forget = () => streams.delete(written);
    invocation.then(forget, forget);
    invocation.then(() => {
      if (!written.writableEnded) end(new Error('the handler settled without ending its response stream'));
    }, end);
  }

  /** Answers for a function that did not; an answer that has begun can only be cut off. */
  function fail(response: ServerResponse, requestId: string, name: string, error: unknown): void {
    log(name, `${requestId} ${describeError(error)}`);
    if (response.writableEnded) return;
    if (response.headersSent) response.destroy();
    else api.responses.send(response, 'INTEGRATION_FAILURE', requestId);
  }

  origin = await listen(server, options.host, options.port);
  return {
    origin,
    async stop(withinMs) {
      closing = true;
      const closed = new Promise((resolve) => server.close(resolve));
      // A connection that is busy now becomes idle later, and Node keeps it open until its timeout.
      const sweep = setInterval(() => server.closeIdleConnections(), 20);
      let left = await activity.quiet(withinMs);
      if (left > 0 && streams.size > 0) {
        for (const written of streams) written.destroy(new Error('the host stops and can wait no longer'));
        left = await activity.quiet(AFTER_CUT_MS);
      }
      server.closeAllConnections();
      await closed;
      clearInterval(sweep);
      return left;
    },
  };
}

/** A timer for the integration's own timeout, where that ends before the function's. */
function integrationTimer({ route }: Match, expired: () => void): NodeJS.Timeout | undefined {
  const { target, timeoutMs } = route;
  return timeoutMs < target.identity.timeoutMs ? setTimeout(expired, timeoutMs) : undefined;
}

/** The body decides; headers and path are bounded by what the API lets in. */
function isTooLarge(event: ProxyEvent): boolean {
  const { body, isBase64Encoded } = event;
  if (body === null || body.length < EVENT_BYTES / 8) return false;
  const rest = Buffer.byteLength(JSON.stringify({ ...event, body: '' }));
  // Base64 needs no escaping, so its JSON has its own length.
  const bodyBytes = isBase64Encoded ? body.length : Buffer.byteLength(JSON.stringify(body));
  return rest + bodyBytes > EVENT_BYTES;
}

function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, message] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', `The request headers are larger than ${HEADER_BYTES} bytes`]
      : ['400 Bad Request', 'Bad Request'];
  const body = JSON.stringify({ message });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  );
}

async function listen(server: Server, host: string, port: number): Promise<Origin> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  // A wildcard is no address that a client on this machine should be told.
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const name = reachable.includes(':') ? `[${reachable}]` : reachable;
  return { host: `${name}:${address.port}`, port: String(address.port) };
}
