import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import {
  type ByteConsumer,
  type ByteStream,
  headerMap,
  type StreamFault,
  type Upstream,
  type UpstreamAnswer,
  UpstreamFailure,
  type UpstreamRequest,
} from '@weir/core';

/** Kept-alive connections; one request at a time uses one, so the number is bounded by the concurrency. */
const AGENTS = {
  'http:': new http.Agent({ keepAlive: true, keepAliveMsecs: 30_000 }),
  'https:': new https.Agent({ keepAlive: true, keepAliveMsecs: 30_000 }),
};

/**
 * A connection that went stale between two requests (or while the environment was frozen) fails at once. One that fails
 * later was alive: the provider broke off at its work, and asking again could be paid for twice.
 */
const STALE_FAILS_WITHIN = 1_000;

/**
 * Providers over `node:http(s)`: on the warm path as fast as undici, and 50 ms less of a cold start
 * (packages/core/decisions/2026-11-23-upstream-over-node-https.md). Does not follow redirects.
 */
export class HttpsUpstream implements Upstream {
  async send(request: UpstreamRequest): Promise<UpstreamAnswer> {
    try {
      return await once(request, 'kept-alive');
    } catch (error) {
      if (error instanceof StaleConnection) return once(request, 'new');
      throw error;
    }
  }
}

class StaleConnection extends UpstreamFailure {}

/** A `new` connection serves one request, so that it cannot be another stale one. */
type Connection = 'kept-alive' | 'new';

function once(request: UpstreamRequest, connection: Connection): Promise<UpstreamAnswer> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let call: ClientRequest;
    try {
      call = begin(request, connection);
    } catch (cause) {
      return reject(new UpstreamFailure('unsendable', 'the request cannot be sent', { cause }));
    }
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      call.destroy();
    }, request.firstByteTimeout);
    call.on('response', (message) => {
      clearTimeout(timer);
      resolve({
        status: message.statusCode ?? 502,
        headers: headerMap(pairs(message.rawHeaders)),
        body: new MessageBody(message, request.idleTimeout),
      });
    });
    // Stays for the whole exchange: a late error belongs to the body, which hears of it by itself.
    call.on('error', (cause) => {
      clearTimeout(timer);
      if (timedOut) return reject(new UpstreamFailure('timeout', 'no answer in time', { cause }));
      const mayBeStale = call.reusedSocket && performance.now() - startedAt < STALE_FAILS_WITHIN;
      reject(failureOf(cause, mayBeStale));
    });
    call.end(request.body ?? undefined);
  });
}

function begin({ url, method, headers, body }: UpstreamRequest, connection: Connection): ClientRequest {
  const target = new URL(url);
  const secure = target.protocol === 'https:';
  const outgoing: Record<string, string | string[]> = {};
  for (const [name, values] of headers)
    outgoing[name] = values.length === 1 ? (values[0] ?? '') : [...values];
  if (body) outgoing['content-length'] = String(body.length);
  const kept = connection === 'kept-alive';
  const options = { method, headers: outgoing };
  return secure
    ? https.request(target, { ...options, agent: kept && AGENTS['https:'] })
    : http.request(target, { ...options, agent: kept && AGENTS['http:'] });
}

function* pairs(raw: readonly string[]): Generator<readonly [string, string]> {
  for (let index = 0; index + 1 < raw.length; index += 2) yield [raw[index] ?? '', raw[index + 1] ?? ''];
}

function failureOf(cause: NodeJS.ErrnoException, mayBeStale: boolean): UpstreamFailure {
  const code = cause.code ?? '';
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    if (mayBeStale) return new StaleConnection('reset', 'the connection was stale', { cause });
    return new UpstreamFailure('reset', 'the connection was closed', { cause });
  }
  if (code.startsWith('HPE_'))
    return new UpstreamFailure('protocol', 'the answer is not valid HTTP', { cause });
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new UpstreamFailure('name', 'the name does not resolve', { cause });
  if (/TLS|SSL|CERT|SELF_SIGNED|UNABLE_TO|EPROTO/.test(code))
    return new UpstreamFailure('tls', 'no trusted connection', { cause });
  return new UpstreamFailure('refused', 'no connection', { cause });
}

/** An answer's body. Every way in which it can stop becomes an `end`. */
class MessageBody implements ByteStream {
  readonly #message: IncomingMessage;
  readonly #idleTimeout: number;
  #fault: StreamFault | null = null;

  constructor(message: IncomingMessage, idleTimeout: number) {
    this.#message = message;
    this.#idleTimeout = idleTimeout;
    // Nobody may be listening yet when the connection breaks.
    message.on('error', () => undefined);
  }

  consume(consumer: ByteConsumer): void {
    const message = this.#message;
    // Kept, because a message loses its socket to the next request once it has ended.
    const { socket } = message;
    let ended = false;
    const onSilence = () => {
      // Silence that we caused by not reading is not the provider's; the next is measured anew.
      if (message.isPaused()) return void socket.setTimeout(this.#idleTimeout);
      this.#stop({ kind: 'idle-timeout', message: 'The provider stopped in the middle of its answer.' });
    };
    const end = (fault: StreamFault | null) => {
      if (ended) return;
      ended = true;
      socket.removeListener('timeout', onSilence);
      consumer.end(fault);
    };
    const broken = () =>
      end(this.#fault ?? { kind: 'reset', message: 'The provider broke off in the middle of its answer.' });
    if (message.destroyed && !message.readableEnded) {
      broken();
      return;
    }
    socket.on('timeout', onSilence);
    socket.setTimeout(this.#idleTimeout);
    message.on('data', (chunk: Buffer) => consumer.chunk(chunk));
    message.on('end', () => (message.complete ? end(null) : broken()));
    message.on('close', () => (message.complete && !this.#fault ? end(null) : broken()));
  }

  pause(): void {
    this.#message.pause();
  }

  resume(): void {
    this.#message.resume();
  }

  cancel(): void {
    this.#stop({ kind: 'cancelled', message: 'The client left before the answer was complete.' });
  }

  #stop(fault: StreamFault): void {
    this.#fault ??= fault;
    this.#message.destroy();
  }
}
