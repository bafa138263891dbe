import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type HandlerProcess, startHandlers, watchedPlugins } from './__fixtures__/handler-processes.ts';
import { settledLogs } from './__fixtures__/log-list.ts';
import { type RawAnswer, type RawRequest, sendRaw } from './__fixtures__/raw-http.ts';
import { native } from './__fixtures__/requests.ts';
import { type RunningGateway, startGateway } from './__fixtures__/running-gateway.ts';

const LIMIT = 100;
const REQUESTS = 2_000;
const CONCURRENCY = 64;
const PROCESSES = 4;

const watched = watchedPlugins();
let gateway: RunningGateway;
let processes: readonly HandlerProcess[] = [];

beforeAll(async () => {
  gateway = await startGateway({ plugins: watched.plugins });
  processes = await startHandlers(watched.machine(), 'Provider', PROCESSES);
  // Connections and code are there before it counts.
  for (const technique of ['fixed', 'sliding']) {
    await gateway.createGateway(`warm-${technique}`, limited(technique));
    await load(to(`warm-${technique}`), CONCURRENCY * 2);
  }
}, 120_000);
afterAll(async () => {
  for (const one of processes) one.kill();
  await gateway?.stop();
});
beforeEach(() => gateway.upstream.requests.clear());

const limited = (technique: string) => ({
  rate_limiting_limit: LIMIT,
  rate_limiting_interval: 60,
  rate_limiting_technique: technique,
  collect_logs: false,
});

/** A request to a provider's own API on `id`. */
const to = (id: string, given: Partial<RawRequest> = {}): RawRequest => {
  const request = native(gateway, 'openai/chat/completions', given);
  return { ...request, path: request.path.replace('/main/', `/${id}/`) };
};

/** Sends to all processes in turn, so many at a time. */
async function load(request: RawRequest, count: number): Promise<readonly RawAnswer[]> {
  const answers: RawAnswer[] = [];
  let next = 0;
  const client = async () => {
    for (let index = next++; index < count; index = next++)
      answers.push(await sendRaw(processes[index % processes.length]?.baseUrl ?? '', request));
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, client));
  return answers;
}

const tally = (answers: readonly RawAnswer[]) =>
  Object.fromEntries(
    [...new Set(answers.map(({ status }) => status))].map((status) => [
      status,
      answers.filter((answer) => answer.status === status).length,
    ]),
  );

/** Past the next whole minute if it is near: a fixed window shall not end in the middle of a test. */
async function earlyInMinute(): Promise<void> {
  const rest = 60_000 - (Date.now() % 60_000);
  if (rest < 30_000) await new Promise((resolve) => setTimeout(resolve, rest + 50));
}

test.each(['fixed', 'sliding'])(
  `5.5-1 %s: of ${REQUESTS} requests at concurrency ${CONCURRENCY} through ${PROCESSES} processes, a limit of ${LIMIT} in 60 s admits exactly ${LIMIT}`,
  async (technique) => {
    const id = `exact-${technique}`;
    await gateway.createGateway(id, limited(technique));
    if (technique === 'fixed') await earlyInMinute();
    const answers = await load(to(id), REQUESTS);
    expect(tally(answers)).toEqual({ 200: LIMIT, 429: REQUESTS - LIMIT });
    expect(gateway.upstream.requests.total).toBe(LIMIT);
    const left = answers.filter(({ status }) => status === 200).map(remaining);
    expect(Math.min(...left)).toBe(0);
    for (const { headers, body } of answers.filter(({ status }) => status === 429)) {
      const wait = Number(headers['retry-after']);
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(60);
      expect(headers).toMatchObject({
        'x-ratelimit-limit': String(LIMIT),
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(wait),
      });
      expect(JSON.parse(body.toString())).toMatchObject({ error: [{ code: 2003 }] });
    }
  },
  180_000,
);

const remaining = ({ headers }: RawAnswer) => Number(headers['x-ratelimit-remaining']);

test('a rule for each value of a metadata key counts its values apart, and the record names the rule', async () => {
  await gateway.createGateway('by-team', {
    rate_limits: [
      { limit: 50, interval: 3_600 },
      { limit: 2, interval: 3_600, technique: 'sliding', by: { metadata: 'team' } },
    ],
  });
  const of = (team: string) =>
    load(to('by-team', { headers: { 'cf-aig-metadata': JSON.stringify({ team }) } }), 5);
  for (const team of ['search', 'ads']) expect(tally(await of(team))).toEqual({ 200: 2, 429: 3 });
  const logs = await settledLogs(gateway, 'by-team', 1_000);
  expect(logs.filter((log) => log.refused_by === 'rate_limits[1]')).toHaveLength(6);
}, 60_000);
