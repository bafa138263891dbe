import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import {
  type ByteConsumer,
  type ByteStream,
  type HeaderMap,
  type StreamFault,
  type Upstream,
  type UpstreamAnswer,
  UpstreamFailure,
  type UpstreamGuard,
  type UpstreamRequest,
} from '@weir/core';
import { AddressGuard } from './address-guard.ts';
import { destinationOf } from './upstream-destination.ts';

/** Kept-alive connections; one request at a time uses one, so the number is bounded by the concurrency. */
const agents = () => ({
  http: notingWhatIsIdle(new http.Agent({ keepAlive: true, keepAliveMsecs: 30_000 })),
  https: notingWhatIsIdle(new https.Agent({ keepAlive: true, keepAliveMsecs: 30_000 })),
});

/** When a connection's last exchange was over, by the clock that goes on while an environment is frozen. */
const IDLE_SINCE = new WeakMap<Duplex, number>();

function notingWhatIsIdle<A extends http.Agent>(agent: A): A {
  return agent.on('free', (socket) => IDLE_SINCE.set(socket, Date.now()));
}

/** A connection that was made without a guard is not used under one. */
const AGENTS: Readonly<Record<UpstreamGuard, ReturnType<typeof agents>>> = {
  none: agents(),
  public: agents(),
};

/**
 * Servers close what is idle, the most impatient of the usual ones after five seconds, and an environment that is frozen
 * does not hear of it. What is sent on such a connection fails, and nobody could say whether it was seen.
 */
const USABLE_FOR = 4_000;

/** Each origin's list is in the order in which its connections became idle, and the agent passes destroyed ones over. */
function closeIdle(agent: http.Agent): void {
  const now = Date.now();
  for (const sockets of Object.values(agent.freeSockets))
    for (const socket of sockets ?? []) {
      const idle = now - (IDLE_SINCE.get(socket) ?? 0);
      if (idle >= 0 && idle < USABLE_FOR) break;
      socket.destroy();
    }
}

/** Asking again changes and costs nothing (RFC 9110 9.2.2). Anything else could be done, and paid for, twice. */
const ASKED_AGAIN = new Set(['GET', 'HEAD', 'OPTIONS']);

/** One that fails later was alive: the provider broke off at its work. */
const STALE_FAILS_WITHIN = 1_000;

/**
 * Providers over `node:http(s)`: on the warm path as fast as undici, and 50 ms less of a cold start
 * (packages/core/decisions/2026-11-23-upstream-over-node-https.md). Does not follow redirects.
 */
export class HttpsUpstream implements Upstream {
  readonly #guard: AddressGuard;

  /** @param guard for the requests that ask for one. Absent: nothing but public addresses. */
  constructor(guard = new AddressGuard([])) {
    this.#guard = guard;
  }

  async send(request: UpstreamRequest): Promise<UpstreamAnswer> {
    try {
      return await once(request, 'kept-alive', this.#guard);
    } catch (error) {
      if (error instanceof StaleConnection) return once(request, 'new', this.#guard);
      throw error;
    }
  }
}

class StaleConnection extends UpstreamFailure {}

/** A `new` connection serves one request, so that it cannot be another stale one. */
type Connection = 'kept-alive' | 'new';

function once(
  request: UpstreamRequest,
  connection: Connection,
  guard: AddressGuard,
): Promise<UpstreamAnswer> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let call: ClientRequest;
    try {
      call = begin(request, connection, guard);
    } catch (cause) {
      if (cause instanceof UpstreamFailure) return reject(cause);
      return reject(new UpstreamFailure('unsendable', 'the request cannot be sent', { cause }));
    }
    let body: MessageBody | null = null;
    let timedOut = false;
    const giveUp = () => {
      if (body) return;
      timedOut = true;
      call.destroy();
    };
    // An answer that came while this process was busy is read first.
    const timer = setTimeout(() => setImmediate(giveUp), request.firstByteTimeout);
    call.on('response', (message) => {
      const status = message.statusCode ?? 0;
      if (status < 200 || status > 599) return notHttp(message.socket);
      clearTimeout(timer);
      body = new MessageBody(message, request.idleTimeout);
      resolve({ status, headers: headersOf(message.rawHeaders), body });
    });
    const notHttp = (socket: Duplex) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new UpstreamFailure('protocol', 'the answer has no status that ends an exchange'));
    };
    // Without a listener the connection closes without a word, and the request would never end.
    call.on('upgrade', (_, socket) => notHttp(socket));
    // Stays for the whole exchange: a late error belongs to the body.
    call.on('error', (cause) => {
      clearTimeout(timer);
      // Who answers before it has read the request may close on the rest of it.
      if (call.writableFinished) body?.lose();
      if (timedOut) return reject(new UpstreamFailure('timeout', 'no answer in time', { cause }));
      const mayBeStale =
        call.reusedSocket &&
        ASKED_AGAIN.has(request.method) &&
        performance.now() - startedAt < STALE_FAILS_WITHIN;
      reject(failureOf(cause, mayBeStale));
    });
    call.end(request.body ?? undefined);
  });
}

function begin(
  { url, method, headers, body, guard }: UpstreamRequest,
  connection: Connection,
  addresses: AddressGuard,
): ClientRequest {
  const destination = destinationOf(url);
  const { secure, host, hostname, port, path } = destination;
  const lookup = guard === 'none' ? undefined : addresses.lookupFor(destination);
  const kept = connection === 'kept-alive';
  const options = {
    method,
    host: hostname,
    port,
    path,
    headers: flatHeaders(method, host, headers, body),
    ...(lookup && { lookup }),
  };
  const agent = secure ? AGENTS[guard].https : AGENTS[guard].http;
  if (kept) closeIdle(agent);
  return (secure ? https : http).request({ ...options, agent: kept && agent });
}

/** `node:http` says of these methods only when there is a body that they have one. */
const USUALLY_WITHOUT_BODY = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);

/** Names and values in turn: checked and sent as they are, where a map would be copied header by header first. */
function flatHeaders(
  method: string,
  host: string,
  headers: HeaderMap,
  body: Uint8Array | null,
): readonly string[] {
  const flat = headers.has('host') ? [] : ['host', host];
  for (const [name, values] of headers)
    if (name !== 'content-length') for (const value of values) flat.push(name, value);
  if (body || !USUALLY_WITHOUT_BODY.has(method)) flat.push('content-length', String(body?.length ?? 0));
  return flat;
}

/** @param raw names and values in turn. */
function headersOf(raw: readonly string[]): HeaderMap {
  const map = new Map<string, string[]>();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    const value = raw[index + 1] ?? '';
    const values = map.get(name);
    if (values) values.push(value);
    else map.set(name, [value]);
  }
  return map;
}

function failureOf(cause: NodeJS.ErrnoException, mayBeStale: boolean): UpstreamFailure {
  if (cause instanceof UpstreamFailure) return cause;
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

const BROKEN_OFF: StreamFault = {
  kind: 'reset',
  message: 'The provider broke off in the middle of its answer.',
};

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

  /** The connection failed. A body without an announced length would take that for its end. */
  lose(): void {
    if (!this.#message.complete) this.#fault ??= BROKEN_OFF;
  }

  consume(consumer: ByteConsumer): void {
    const message = this.#message;
    let ended = false;
    let heardAt = performance.now();
    const left = () => {
      const now = performance.now();
      // Silence that we caused by not reading is not the provider's; the next is measured anew.
      if (message.isPaused()) heardAt = now;
      return heardAt + this.#idleTimeout - now;
    };
    // Timers are whole milliseconds, and may be early by less than one.
    const isOver = () => left() < 1;
    const onSilence = () => {
      if (!isOver()) wait();
      // Nor is it when this process was busy: what arrived meanwhile is read first.
      else setImmediate(() => (!ended && isOver() ? stop() : wait()));
    };
    const wait = () => {
      if (!ended) timer = setTimeout(onSilence, left());
    };
    const stop = () =>
      this.#stop({ kind: 'idle-timeout', message: 'The provider stopped in the middle of its answer.' });
    // A chunk costs a note of the time; the socket's own timeout would cost it a timer.
    let timer: NodeJS.Timeout | null = null;
    const end = (fault: StreamFault | null) => {
      if (ended) return;
      ended = true;
      if (timer) clearTimeout(timer);
      consumer.end(fault);
    };
    const broken = () => end(this.#fault ?? BROKEN_OFF);
    if (message.destroyed && !message.readableEnded) {
      broken();
      return;
    }
    wait();
    message.on('data', (chunk: Buffer) => {
      heardAt = performance.now();
      consumer.chunk(chunk);
    });
    const over = () => (message.complete && !this.#fault ? end(null) : broken());
    message.on('end', over);
    message.on('close', over);
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
