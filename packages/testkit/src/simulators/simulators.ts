import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Heard } from './heard.ts';
import { SIMULATED_PROVIDERS, type SimulatedProvider } from './providers.ts';
import { Refused } from './request-reader.ts';
import type { Script, Step } from './script.ts';
import type { Limits, StreamedAnswer, Wire, WireName, WireRequest } from './wire.ts';

/** One request to a simulated provider, and what became of it. */
export interface SimulatedExchange {
  readonly provider: string;
  readonly wire: WireName | null;
  /** What the wire cannot say. */
  readonly limits: Limits;
  readonly path: string;
  readonly body: unknown;
  /** Null when the provider refused the request. */
  readonly heard: Heard | null;
  readonly refused: string | null;
  /** `left`: the caller closed before the answer was complete. */
  readonly end: 'open' | 'answered' | 'left' | 'cut';
}

/**
 * Every provider on one socket of the loopback address. A request says in its text which script it plays: any
 * `play-<word>` in it, since the prompt is the one thing that every format carries.
 */
export interface ProviderSimulators {
  /** `WEIR_PROVIDER_BASE_URLS`: slug → base URL. */
  readonly baseUrls: Readonly<Record<string, string>>;
  /** The words for a prompt that make a provider play the script: with several, one request after another, and again. */
  script(name: string, ...scripts: readonly [Script, ...Script[]]): string;
  /** What a script's requests met, oldest first. */
  exchanges(name: string): readonly SimulatedExchange[];
  /** Lets a script that pauses go on, now or when it comes to its pause. */
  goOn(name: string): void;
  /** Resolves when the script's latest exchange is over. */
  over(name: string): Promise<void>;
  stop(): Promise<void>;
}

interface OpenExchange extends SimulatedExchange {
  /** Resolves when a script that pauses may go on. */
  readonly goesOn: Promise<void>;
  wire: WireName | null;
  limits: Limits;
  heard: Heard | null;
  refused: string | null;
  end: SimulatedExchange['end'];
}

/** The sizes in which a stream's bytes go over the wire: borders fall inside lines, events and characters. */
const CUTS = [7, 300, 1, 4_096, 61, 2_048];

export async function startProviderSimulators(): Promise<ProviderSimulators> {
  const scripts = new Map<string, readonly Script[]>();
  const seen = new Map<string, OpenExchange[]>();
  const waiting = new Set<() => void>();
  const pauses = new Map<string, PromiseWithResolvers<void>>();
  const pauseOf = (name: string) => {
    const pause = pauses.get(name) ?? Promise.withResolvers<void>();
    pauses.set(name, pause);
    return pause;
  };
  const sockets = new Set<Socket>();
  const server = createServer({ keepAliveTimeout: 60_000 });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}); // A caller that leaves is an expected end, recorded as `left`.
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('request', async (message: IncomingMessage, response: ServerResponse) => {
    const { provider, request, text } = await receive(message);
    const name = /play-([\w-]+)/.exec(text)?.[1] ?? '';
    const exchange: OpenExchange = {
      provider: provider?.slug ?? '',
      goesOn: pauseOf(name).promise,
      wire: null,
      limits: {},
      path: request.path,
      body: request.body,
      heard: null,
      refused: null,
      end: 'open',
    };
    const before = seen.get(name) ?? [];
    seen.set(name, [...before, exchange]);
    response.on('close', () => {
      if (exchange.end === 'open') exchange.end = response.writableFinished ? 'answered' : 'left';
      for (const check of [...waiting]) check();
    });
    const own = scripts.get(name);
    const script = own?.[before.length % own.length];
    if (!provider || !script) response.writeHead(404).end(`no provider or no script for ${message.url}`);
    else await answer(provider, request, script, exchange, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    baseUrls: {
      ...Object.fromEntries(SIMULATED_PROVIDERS.map(({ slug }) => [slug, `${url}/${slug}`])),
      // Ends in its version, as the real one does: clients write the version or leave it out.
      openai: `${url}/openai/v1`,
      // Its host names a resource, and so its models do.
      'azure-openai': `${url}/azure-openai/{resource}`,
    },
    script(name, ...given) {
      scripts.set(name, given);
      return `play-${name}`;
    },
    exchanges: (name) => seen.get(name) ?? [],
    goOn: (name) => pauseOf(name).resolve(),
    over: (name) =>
      new Promise((resolve) => {
        const check = () => {
          if ((seen.get(name)?.at(-1)?.end ?? 'open') === 'open') return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Received {
  readonly provider: SimulatedProvider | null;
  readonly request: WireRequest;
  readonly text: string;
}

async function receive(message: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const [, slug, path, query] = /^\/([^/?]+)([^?]*)\??(.*)$/.exec(message.url ?? '') ?? [];
  return {
    provider: SIMULATED_PROVIDERS.find((it) => it.slug === slug) ?? null,
    request: {
      path: slug === 'openai' ? (path ?? '').replace(/^\/v1(?=\/)/, '') : (path ?? ''),
      query: new URLSearchParams(query),
      headers: message.headers,
      body: parsed(text),
    },
    text,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function answer(
  provider: SimulatedProvider,
  request: WireRequest,
  script: Script,
  exchange: OpenExchange,
  response: ServerResponse,
): Promise<void> {
  const wire = provider.wireAt(request) ?? provider.nativeWire;
  exchange.wire = wire.name;
  exchange.limits = wire.limits;
  const refuse = (problem: Parameters<Wire['error']>[0]) => {
    const { status, headers, body } = wire.error(problem);
    response.writeHead(status, headers).end(body);
  };
  try {
    if (!provider.wireAt(request)) throw new Refused('not-found', `${request.path} was not found`);
    if (!provider.keyHeaders.some((name) => request.headers[name] !== undefined))
      throw new Refused('authentication', `a key is missing in ${provider.keyHeaders.join(' or ')}`);
    exchange.heard = wire.hear(request);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    exchange.refused = error.message;
    return refuse(error);
  }
  if (script.recorded) {
    const { status, contentType, bytes } = script.recorded;
    response.writeHead(status, { 'content-type': contentType });
    await send(response, [bytes]);
    return void response.end();
  }
  if (script.failure?.at === 'start') return refuse(script.failure.problem);
  const played = resolve(script, exchange.heard);
  if (exchange.heard.stream)
    return sendStream(wire.stream(played, exchange.heard), played, exchange, response);
  if (played.failure?.at === 'cut') {
    exchange.end = 'cut';
    return void response.socket?.destroy();
  }
  if (played.pauses) await exchange.goesOn;
  const { body, headers } = wire.whole(played, exchange.heard);
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** JSON goes where the request wants it: into a tool that it forces, else into the text. */
function resolve(script: Script, { format, toolChoice, tools }: Heard): Script {
  const forced = toolChoice?.kind === 'tool' ? toolChoice.name : tools[0]?.name;
  const asCall = format === null && (toolChoice?.kind === 'tool' || toolChoice?.kind === 'required');
  if (!asCall || forced === undefined) return script;
  return {
    ...script,
    steps: script.steps.map((step): Step => {
      if (step.kind !== 'output') return step;
      return {
        kind: 'calls',
        interleaved: false,
        calls: [{ id: 'output', name: forced, pieces: step.pieces }],
      };
    }),
  };
}

async function sendStream(
  { contentType, events, firstWords, failure }: StreamedAnswer,
  script: Script,
  exchange: OpenExchange,
  response: ServerResponse,
): Promise<void> {
  response.writeHead(200, { 'content-type': contentType });
  await send(response, events.slice(0, firstWords));
  if (script.pauses) await exchange.goesOn;
  if (script.failure?.at === 'cut') {
    exchange.end = 'cut';
    return void response.socket?.destroy();
  }
  await send(
    response,
    script.failure?.at === 'middle' ? failure(script.failure.problem) : events.slice(firstWords),
  );
  response.end();
}

async function send(response: ServerResponse, events: readonly (string | Uint8Array)[]): Promise<void> {
  const bytes = Buffer.concat(events.map((event) => Buffer.from(event as Uint8Array)));
  for (let from = 0, cut = 0; from < bytes.length && !response.closed; cut += 1) {
    const size = CUTS[cut % CUTS.length] ?? 1;
    response.write(bytes.subarray(from, from + size));
    from += size;
    await nextTurn();
  }
}
