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

/** At once, before a stream is measured: code that runs the first time is not what is asked for. */
const WARM_STREAMS = 20;

/** Long enough for every hand-off that follows the last answer; also lets the machine come to rest between two. */
const REST_MS = 300;

/** Runs the contenders in turn, each round in another order, so that a busy moment of the machine hits all alike. */
export async function runScenario(
  scenario: LoadScenario,
  contenders: readonly Contender[],
  client: Child,
  upstream: CannedAddress,
): Promise<ScenarioResult> {
  for (const contender of contenders) {
    const warm = { requests: warmUp(scenario), concurrency: Math.max(scenario.concurrency, WARM_STREAMS) };
    await load(client, {
      ...loadJob(scenario, contender, upstream),
      ...(scenario.streamed ? warm : { requests: warm.requests }),
    });
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
  return { scenario, rounds, sentToEach: warmUp(scenario) + scenario.rounds * scenario.requests };
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

/** Until the compiler has settled: at 32 at once a request costs twice as much among the first thousand as later. */
const warmUp = ({ streamed, concurrency }: LoadScenario) =>
  streamed ? 3 * Math.max(concurrency, WARM_STREAMS) : 200 + concurrency * 250;
const rest = () => new Promise((resolve) => setTimeout(resolve, REST_MS));
