import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { DYNAMODB_LOCAL, type HandlerProcess, moveTables, startHandlers } from '@weir/testkit/handlers';
import { type RawAnswer, type RawRequest, sendMany, tally } from '@weir/testkit/http';
import { earlyInWindow } from '@weir/testkit/limits';
import { eventually } from './__fixtures__/eventually.ts';
import { environmentOf, watchedPlugins } from './__fixtures__/host-functions.ts';
import { settledLogs } from './__fixtures__/log-list.ts';
import { CHAT, native } from './__fixtures__/requests.ts';
import { makeRoute, routed, routeModel } from './__fixtures__/routes.ts';
import { type RunningGateway, startGateway } from './__fixtures__/running-gateway.ts';

const LIMIT = 100;
const REQUESTS = 2_000;
const CONCURRENCY = 64;
const PROCESSES = 4;
const TECHNIQUES = ['fixed', 'sliding'] as const;

const watched = watchedPlugins();
let gateway: RunningGateway;
let processes: readonly HandlerProcess[] = [];
const started: HandlerProcess[] = [];

beforeAll(async () => {
  gateway = await startGateway({ plugins: watched.plugins });
  for (const technique of TECHNIQUES)
    for (const kind of ['warm', 'exact', 'exact-local'])
      await gateway.createGateway(`${kind}-${technique}`, limited(technique));
  processes = await warmProcesses();
}, 120_000);
afterAll(async () => {
  for (const one of started) one.kill();
  await gateway?.stop();
});
beforeEach(() => gateway.upstream.requests.clear());

const limited = (technique: string) => ({
  rate_limiting_limit: LIMIT,
  rate_limiting_interval: 60,
  rate_limiting_technique: technique,
  collect_logs: false,
});

const SECOND = { body: JSON.stringify({ ...JSON.parse(CHAT), model: 'second' }) };

/** A request to a provider's own API on `id`. */
const to = (id: string, given: Partial<RawRequest> = {}): RawRequest => {
  const request = native(gateway, 'openai/chat/completions', given);
  return { ...request, path: request.path.replace('/main/', `/${id}/`) };
};

/** Processes whose connections and code are there before it counts. */
async function warmProcesses(changes: Readonly<Record<string, string>> = {}) {
  const made = await startHandlers(
    { ...environmentOf(watched.machine(), 'Provider'), ...changes },
    PROCESSES,
  );
  started.push(...made);
  for (const technique of TECHNIQUES) await load(to(`warm-${technique}`), CONCURRENCY * 2, made);
  return made;
}

/** Sends to all processes in turn. */
const load = (request: RawRequest, count: number, at: readonly HandlerProcess[] = processes) =>
  sendMany(request, { at: at.map(({ baseUrl }) => baseUrl), count, concurrency: CONCURRENCY });

const promise = `of ${REQUESTS} requests at concurrency ${CONCURRENCY} through ${PROCESSES} processes, a limit of ${LIMIT} in 60 s admits exactly ${LIMIT}`;

test.each(TECHNIQUES)(
  `5.5-1 %s: ${promise}`,
  (technique) => admitsExactly(`exact-${technique}`, technique, processes),
  180_000,
);

if (DYNAMODB_LOCAL === undefined)
  process.stdout.write('skipped: rate limits on DynamoDB Local need its URL in WEIR_DYNAMODB_LOCAL\n');
else {
  const endpoint = DYNAMODB_LOCAL;
  test(`5.5-1 on DynamoDB Local, fixed and sliding: ${promise}`, async () => {
    const environment = await moveTables(endpoint, environmentOf(watched.machine(), 'Provider'));
    const made = await warmProcesses(environment);
    for (const technique of TECHNIQUES) {
      gateway.upstream.requests.clear();
      await admitsExactly(`exact-local-${technique}`, technique, made);
    }
  }, 300_000);
}

async function admitsExactly(
  id: string,
  technique: (typeof TECHNIQUES)[number],
  at: readonly HandlerProcess[],
): Promise<void> {
  if (technique === 'fixed') await earlyInWindow(60_000);
  const answers = await load(to(id), REQUESTS, at);
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
}

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
  const logs = await eventually(
    'the ten records',
    async () => {
      const settled = await settledLogs(gateway, 'by-team', 200);
      return settled.length === 10 ? settled : null;
    },
    30_000,
  );
  expect(logs.filter((log) => log.refused_by === 'rate_limits[1]')).toHaveLength(6);
}, 60_000);

test('a further model of a route counts in the limit of all requests to it, and falls back when that is full', async () => {
  await gateway.createGateway('by-model', { rate_limits: [{ limit: 3, interval: 3_600, by: 'model' }] });
  // Nobody listens at Groq.
  await makeRoute(gateway, 'by-model', 'three', [
    routeModel('groq', 'first', 'second'),
    routeModel('openai', 'second', 'third'),
    routeModel('openai', 'third'),
  ]);
  await earlyInWindow(3_600_000);
  const modelOf = async () => {
    const { status, headers, eventId } = await gateway.send(routed(gateway, 'by-model', 'three'));
    return { eventId, said: `${status} ${headers['cf-aig-model']}` };
  };
  const direct = async () => (await gateway.send(to('by-model', SECOND))).status;
  expect((await modelOf()).said).toBe('200 second');
  expect([await direct(), await direct(), await direct()]).toEqual([200, 200, 429]);
  const { said, eventId } = await modelOf();
  expect(said).toBe('200 third');
  const records = await eventually('the three records', async () => {
    const found = (await gateway.records.all()).filter((record) => record.eventId === eventId);
    return found.length === 3 ? found.toSorted((one, other) => one.step - other.step) : null;
  });
  expect(records).toMatchObject([
    { model: 'first', success: false },
    { model: 'second', statusCode: 429, refusedBy: 'rate_limits[0]', attempts: [] },
    { model: 'third', success: true },
  ]);
}, 60_000);
