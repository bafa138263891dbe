/**
 * Preloaded into each gateway process (`node --import`): answers questions about the process over the parent's channel,
 * so that the same instrument measures every contender on every system. It costs nothing until asked.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Session } from 'node:inspector/promises';

export interface Usage {
  /** User and system time of the whole process, all threads. */
  readonly cpuMs: number;
  readonly rssBytes: number;
}

/** One HTTP exchange's turning point inside the process; `at` in ms of the process's own clock. */
export interface TrafficEvent {
  readonly kind: 'received' | 'answered' | 'call-started' | 'call-answered' | 'call-failed';
  readonly at: number;
  /** `host:port` of the other side for calls, the path for what was received and answered. */
  readonly peer: string;
  /** Pairs a call's start with its answer. */
  readonly call: number;
}

/** What `--profile` needs of V8's CPU profile. */
export interface CpuProfile {
  readonly nodes: ReadonlyArray<{
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      /** From 0, as the column. */
      readonly lineNumber: number;
      readonly columnNumber: number;
    };
  }>;
  readonly samples?: readonly number[] | undefined;
  readonly timeDeltas?: readonly number[] | undefined;
}

export interface ProbeAnswers {
  usage: Usage;
  'watch-traffic': null;
  traffic: readonly TrafficEvent[];
  'start-profile': null;
  profile: CpuProfile;
}

export type ProbeQuestion = keyof ProbeAnswers;

// Engines and workers that the gateway starts inherit flags and environment; only the gateway itself is probed.
const probed = process.env.WEIR_BENCH_PROBE === '1' && process.send !== undefined;
delete process.env.WEIR_BENCH_PROBE;
if (probed) listen();

function listen(): void {
  const answers = prepareAnswers();
  process.on('message', async (message: { probe?: ProbeQuestion; id?: number }) => {
    if (!message.probe) return;
    process.send?.({ id: message.id, answer: await answers[message.probe]() });
  });
  process.channel?.unref();
}

function prepareAnswers(): { [Question in ProbeQuestion]: () => Promise<ProbeAnswers[Question]> } {
  const session = new Session();
  const traffic = trafficRecorder();
  return {
    async usage() {
      const { user, system } = process.cpuUsage();
      return { cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss() };
    },
    async 'watch-traffic'() {
      traffic.start();
      return null;
    },
    async traffic() {
      return traffic.stop();
    },
    async 'start-profile'() {
      session.connect();
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval: 250 });
      await session.post('Profiler.start');
      return null;
    },
    async profile() {
      const { profile } = await session.post('Profiler.stop');
      session.disconnect();
      return profile;
    },
  };
}

interface HttpMessage {
  readonly request: { readonly url?: string; readonly host?: string; getHeader?: (name: string) => unknown };
}

/** Listens on Node's own diagnostics channels of `node:http`; nothing in the gateway is touched. */
function trafficRecorder(): { start(): void; stop(): readonly TrafficEvent[] } {
  let events: TrafficEvent[] = [];
  const calls = new WeakMap<object, number>();
  let lastCall = 0;
  const call = (kind: TrafficEvent['kind']) => (message: unknown) => {
    const { request } = message as HttpMessage;
    if (kind === 'call-started') calls.set(request, ++lastCall);
    const peer = String(request.getHeader?.('host') ?? request.host);
    events.push({ kind, at: performance.now(), peer, call: calls.get(request) ?? 0 });
  };
  const served = (kind: TrafficEvent['kind']) => (message: unknown) => {
    const { request } = message as HttpMessage;
    events.push({ kind, at: performance.now(), peer: request.url ?? '', call: 0 });
  };
  const channels = [
    ['http.server.request.start', served('received')],
    ['http.server.response.finish', served('answered')],
    ['http.client.request.start', call('call-started')],
    ['http.client.response.finish', call('call-answered')],
    ['http.client.request.error', call('call-failed')],
  ] as const;
  return {
    start() {
      events = [];
      for (const [name, listener] of channels) subscribe(name, listener);
    },
    stop() {
      for (const [name, listener] of channels) unsubscribe(name, listener);
      return events;
    },
  };
}
