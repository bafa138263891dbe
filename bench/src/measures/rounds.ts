import type { Contender } from '../contenders/contender.ts';
import type { CannedAddress } from '../processes/canned-shape.ts';
import type { Child } from '../processes/child.ts';
import type { LoadJob, LoadReport } from '../processes/load-job.ts';
import { type LoadScenario, requestBody } from './scenarios.ts';
import { percentile } from './statistics.ts';

/** One contender's share of one round. Times in ms. */
export interface RoundResult {
  readonly p50: number;
  readonly p99: number;
  readonly firstByteP50: number;
  readonly firstByteP99: number;
  readonly perSecond: number;
  /** Of the gateway's process, work after the last byte included. Null for the direct way. */
  readonly cpuPerRequest: number | null;
  readonly rssBytes: number | null;
  readonly failed: number;
}

export type ScenarioResult = {
  readonly scenario: LoadScenario;
  readonly rounds: Readonly<Record<string, readonly RoundResult[]>>;
  /** Requests to each contender, those that warm up included. */
  readonly sentToEach: number;
};

/**
 * What each contender answers before a scenario, whatever that asks for: until the compiler has settled a request costs up
 * to twice as much, and one at a time it would not settle in any time that a benchmark has.
 */
const WARM = {
  whole: { requests: 8_000, concurrency: 32, pause: 0 },
  shortStream: { requests: 1_000, concurrency: 32, pause: 0 },
  stream: { requests: 100, concurrency: 32, pause: 0 },
} as const;

/** Long enough for every hand-off that follows the last answer; also lets the machine come to rest between two. */
const REST_MS = 300;

/** Runs the contenders in turn, each round in another order, so that a busy moment of the machine hits all alike. */
export async function runScenario(
  scenario: LoadScenario,
  contenders: readonly Contender[],
  client: Child,
  upstream: CannedAddress,
): Promise<ScenarioResult> {
  const warm = warmUp(scenario);
  for (const contender of contenders) {
    await load(client, { ...loadJob(scenario, contender, upstream), ...warm });
  }

  const rounds: Record<string, RoundResult[]> = {};
  for (let round = 0; round < scenario.rounds; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const contender = contenders[(round + turn) % contenders.length];
      if (!contender) continue;
      const result = await measure(contender, client, loadJob(scenario, contender, upstream));
      rounds[contender.name] = [...(rounds[contender.name] ?? []), result];
    }
  }
  return { scenario, rounds, sentToEach: warm.requests + scenario.rounds * scenario.requests };
}

async function measure(contender: Contender, client: Child, job: LoadJob): Promise<RoundResult> {
  await rest();
  const before = await contender.process?.ask('usage');
  const report = await load(client, job);
  await rest();
  const after = await contender.process?.ask('usage');
  if (report.failed > 0) {
    throw new Error(
      `${contender.name}: ${report.failed} of ${job.requests} failed, first: ${report.firstFailure}\n${contender.process?.output.slice(-2000) ?? ''}`,
    );
  }
  const total = report.timings.map(({ totalMs }) => totalMs);
  const first = report.timings.map(({ firstByteMs }) => firstByteMs);
  return {
    p50: percentile(total, 0.5),
    p99: percentile(total, 0.99),
    firstByteP50: percentile(first, 0.5),
    firstByteP99: percentile(first, 0.99),
    perSecond: (job.requests / report.elapsedMs) * 1000,
    cpuPerRequest: before && after ? (after.cpuMs - before.cpuMs) / job.requests : null,
    rssBytes: after?.rssBytes ?? null,
    failed: report.failed,
  };
}

export function loadJob(scenario: LoadScenario, contender: Contender, upstream: CannedAddress): LoadJob {
  const { url, headers, model } = scenario.translated ? contender.translated : contender;
  return {
    url,
    headers,
    body: requestBody(scenario, model),
    concurrency: scenario.concurrency,
    requests: scenario.requests,
    pause: scenario.pause,
    unique: false,
    ...expected(scenario, upstream),
  };
}

/** What is translated has a size of its own at each contender, so its events are counted. */
function expected({ streamed, short, translated }: LoadScenario, upstream: CannedAddress) {
  const { words, streamBytes } = short ? upstream.short : upstream;
  if (translated) return { expectedBytes: null, expectedWords: words };
  return { expectedBytes: streamed ? streamBytes : upstream.wholeBytes, expectedWords: null };
}

export async function load(client: Child, job: LoadJob): Promise<LoadReport> {
  return (await client.request({ job })) as LoadReport;
}

const warmUp = ({ streamed, short }: LoadScenario) =>
  streamed ? (short ? WARM.shortStream : WARM.stream) : WARM.whole;
const rest = () => new Promise((resolve) => setTimeout(resolve, REST_MS));
