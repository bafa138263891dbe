import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ReceivedRequests, RequestInProgress, RequestLog } from './received-requests.ts';
import {
  type Exchange,
  formatScenario,
  type OptionValues,
  parseScenario,
  type Scenario,
} from './scenario.ts';
import { bodies } from './scenarios/bodies.ts';
import { cannedAnswers } from './scenarios/canned-answers.ts';
import { connectionFaults } from './scenarios/connection-faults.ts';
import { eventStreams } from './scenarios/event-streams.ts';

const SCENARIOS = { ...cannedAnswers, ...bodies, ...eventStreams, ...connectionFaults };

export type ScenarioName = keyof typeof SCENARIOS;

/** The request header that chooses a scenario: `x-fault: sse;chunks=300;pace=4`. The path form goes first. */
export const FAULT_HEADER = 'x-fault';

export interface FaultUpstream {
  /** `http://127.0.0.1:<port>`. Without a scenario the path decides: see `by-path`. */
  readonly url: string;
  readonly requests: ReceivedRequests;
  /** A base URL under which every request meets the scenario; further path segments may be appended. */
  at(scenario: ScenarioName, options?: OptionValues): string;
  /** Cuts every open connection and resolves when the port is free. */
  stop(): Promise<void>;
}

/** The value of {@link FAULT_HEADER}. */
export function faultHeader(scenario: ScenarioName, options?: OptionValues): string {
  return formatScenario(scenario, options);
}

/** A provider that misbehaves on demand, over real sockets on the loopback address. */
export async function startFaultUpstream(): Promise<FaultUpstream> {
  const log = new RequestLog();
  const stopped = new AbortController();
  const sockets = new Set<Socket>();
  // Requests may be as odd as a test needs: no limit of the upstream's own stands before the gateway's.
  const server = createServer({ maxHeaderSize: 1024 * 1024, requestTimeout: 0, keepAliveTimeout: 60_000 });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}); // A reset by the caller is an expected end, recorded as `left`.
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('request', (message, response) => void serve(log, stopped.signal, message, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    requests: log,
    at: (scenario, options) => `${url}/fault/${formatScenario(scenario, options)}`,
    async stop() {
      stopped.abort();
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function serve(
  log: RequestLog,
  stopped: AbortSignal,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { url, scenario } = chosen(message);
  const call = parseScenario(scenario);
  const received = new RequestInProgress(message, url, call.name);
  log.add(received);
  const gone = AbortSignal.any([stopped, closing(received, log, response)]);
  try {
    if (call.name === 'answer-early') message.resume();
    else await received.read(message);
    await find(call.name)(exchange(received, response, call.options, gone));
  } catch (error) {
    if (gone.aborted || response.headersSent) response.destroy();
    else response.writeHead(501, { 'content-type': 'text/plain' }).end(`fault upstream: ${String(error)}`);
  }
}

function exchange(
  received: RequestInProgress,
  response: ServerResponse,
  options: Exchange['options'],
  gone: AbortSignal,
): Exchange {
  return {
    received,
    response,
    options,
    async pause(milliseconds) {
      await sleep(milliseconds, undefined, { signal: gone }).catch(() => {}); // Gone: told by the result.
      return !gone.aborted;
    },
    async untilGone() {
      if (!gone.aborted) await once(gone, 'abort');
    },
  };
}

/** Aborts when the exchange is over, and notes how it ended. */
function closing(received: RequestInProgress, log: RequestLog, response: ServerResponse): AbortSignal {
  const over = new AbortController();
  response.on('close', () => {
    if (received.end === 'open') received.end = response.writableFinished ? 'answered' : 'left';
    over.abort();
    log.changed();
  });
  return over.signal;
}

function chosen(message: IncomingMessage): { readonly url: string; readonly scenario: string } {
  const target = message.url ?? '/';
  const inPath = /^\/fault\/([^/?]+)(.*)$/.exec(target);
  if (inPath) return { url: inPath[2] || '/', scenario: inPath[1] ?? '' };
  const inHeader = message.headers[FAULT_HEADER];
  return { url: target, scenario: typeof inHeader === 'string' ? inHeader : 'by-path' };
}

function find(name: string): Scenario {
  const scenario = (SCENARIOS as Readonly<Record<string, Scenario>>)[name];
  if (!scenario) throw new Error(`no scenario named ${name}`);
  return scenario;
}
