import { durationMs, epochMs } from '@weir/core';
import { DynamoDBCall } from '@weir/stores/cache';
import { createRateLimiter } from '@weir/stores/limits';
import type { WeirContender } from '../contenders/weir.ts';
import type { Child } from '../processes/child.ts';
import { place } from '../processes/cores.ts';
import type { LoadJob } from '../processes/load-job.ts';
import type { TrafficEvent } from '../processes/probe.ts';
import { createGateway } from './manage.ts';
import { load } from './rounds.ts';
import { percentile } from './statistics.ts';

/** p50 of each way in one round, ms, one request at a time. */
export interface PolicyRound {
  /** A gateway without any of it. */
  readonly bare: number;
  /** An answer of 4 KB out of the cache. */
  readonly hit: number;
  /** The same inside the gateway: from the request's head until the answer's last byte is written. */
  readonly hitInGateway: number;
  /** Not in the cache, under a sliding rate limit. */
  readonly limitedMiss: number;
  /** The provider's answer of 4 KB without a gateway: what the way there and back costs. */
  readonly direct: number;
  /** One call of the store, as the gateway makes it. */
  readonly getItem: number;
  readonly updateItem: number;
  /** One decision of a sliding limit: the one conditional write that it makes. */
  readonly decision: number;
  /** Both side by side, as a miss under a limit makes them: the embedded engine is one process and takes them in turn. */
  readonly getItemAndDecision: number;
}

/** Never reached. */
const LIMIT = 1_000_000;

/** Between two requests: what follows an answer, its record and its cache entry, is written by then. */
const UNTIL_WRITTEN_MS = 25;

/** Of each way, before any is measured: until the compiler has settled. */
const WARM = { requests: 2_000, concurrency: 8, pause: 0 };

/** Until the records and cache entries of the last answers are written: they follow the answer. */
const REST_MS = 300;

/** What caching and limiting cost, beside what one call of their store costs from the same client. */
export async function measurePolicies(
  weir: WeirContender,
  client: Child,
  upstreamUrl: string,
  quick: boolean,
): Promise<readonly PolicyRound[]> {
  await createGateway(weir, 'cached', { cache_ttl: 3600 });
  await createGateway(weir, 'limited', {
    cache_ttl: 3600,
    rate_limiting_interval: 3600,
    rate_limiting_limit: LIMIT,
    rate_limiting_technique: 'sliding',
  });
  // Many short rounds: what a busy neighbour slows is then a round and not the median.
  const requests = 40;
  const jobs = jobsOf(weir, upstreamUrl, requests);
  const { getItem, updateItem, decide } = storeCalls(weir);
  const p50 = async (job: LoadJob) => {
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    const { failed, firstFailure, timings } = await load(client, job);
    if (failed > 0) throw new Error(`${job.url}: ${failed} failed, first: ${firstFailure}`);
    return percentile(
      timings.map(({ totalMs }) => totalMs),
      0.5,
    );
  };
  for (const job of Object.values(jobs)) await p50({ ...job, ...WARM });
  for (const call of [getItem, updateItem, () => decide('warm')])
    for (let done = 0; done < WARM.requests; done += 1) await call();
  const rounds: PolicyRound[] = [];
  for (let round = 0; round < (quick ? 5 : 17); round += 1) {
    const bare = await p50(jobs.bare);
    await weir.process.ask('watch-traffic');
    const hit = await p50(jobs.hit);
    const hitInGateway = percentile(servingTimes(await weir.process.ask('traffic')), 0.5);
    const limitedMiss = await p50(jobs.limitedMiss);
    const direct = await p50(jobs.direct);
    // From where the gateway asks: to wake a process on another core takes longer than on one's own.
    const moved = place(process.pid, 'own-core');
    const calls = {
      getItem: await p50OfCalls(getItem, requests),
      updateItem: await p50OfCalls(updateItem, requests),
      decision: await p50OfCalls(() => decide('bench'), requests),
      getItemAndDecision: await p50OfCalls(() => Promise.all([getItem(), decide('bench')]), requests),
    };
    if (moved) place(process.pid, 'other-cores');
    rounds.push({ bare, hit, hitInGateway, limitedMiss, direct, ...calls });
  }
  return rounds;
}

/** Of requests that came one at a time. Milliseconds. */
function servingTimes(events: readonly TrafficEvent[]): number[] {
  const times: number[] = [];
  let receivedAt: number | null = null;
  for (const { kind, at } of events) {
    if (kind === 'received') receivedAt = at;
    if (kind !== 'answered' || receivedAt === null) continue;
    times.push(at - receivedAt);
    receivedAt = null;
  }
  return times;
}

async function p50OfCalls(call: () => Promise<unknown>, calls: number): Promise<number> {
  const times: number[] = [];
  for (let done = 0; done < calls; done += 1) {
    const startedAt = performance.now();
    await call();
    times.push(performance.now() - startedAt);
    await new Promise((resolve) => setTimeout(resolve, UNTIL_WRITTEN_MS));
  }
  return percentile(times, 0.5);
}

function jobsOf(weir: WeirContender, upstreamUrl: string, requests: number) {
  const body = JSON.stringify({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: `four-kilobytes ${'w'.repeat(4000)}` }],
  });
  const common = {
    concurrency: 1,
    requests,
    pause: UNTIL_WRITTEN_MS,
    expectedBytes: null,
    expectedWords: null,
    headers: weir.headers,
    body,
  };
  const ask = (gateway: string, unique: boolean): LoadJob => ({
    ...common,
    url: weir.url.replace('/default/', `/${gateway}/`),
    unique,
  });
  return {
    bare: ask('default', true),
    hit: ask('cached', false),
    limitedMiss: ask('limited', true),
    direct: { ...common, url: `${upstreamUrl}/v1/chat/completions`, unique: true },
  };
}

function storeCalls({ host }: WeirContender) {
  const { environment } = host.functions.find(({ name }) => name === 'provider') ?? { environment: {} };
  const settings: Readonly<Record<string, string | undefined>> = environment;
  const store = new DynamoDBCall({
    endpoint: settings.AWS_ENDPOINT_URL_DYNAMODB ?? '',
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const limiter = createRateLimiter({
    table: settings.WEIR_STATE_TABLE ?? '',
    clock: { now: () => epochMs(Date.now()) },
    client: store,
  });
  return {
    /** @param key above 500 decisions a second on one key they are leased several at once, and most ask nobody. */
    decide: (key: string) =>
      limiter.take({
        key,
        limit: LIMIT,
        interval: durationMs(3_600_000),
        technique: 'sliding',
      }),
    getItem: () =>
      store.getItem({
        TableName: settings.WEIR_CONFIG_TABLE,
        Key: { pk: { S: `G#${host.accountId}#cached` }, sk: { S: 'SNAPSHOT' } },
      }),
    updateItem: () =>
      store.updateItem({
        TableName: settings.WEIR_STATE_TABLE,
        Key: { pk: { S: 'bench' }, sk: { S: 'bench' } },
        UpdateExpression: 'ADD n :one',
        ConditionExpression: 'attribute_not_exists(n) OR n < :most',
        ExpressionAttributeValues: { ':one': { N: '1' }, ':most': { N: '1000000' } },
      }),
  };
}
