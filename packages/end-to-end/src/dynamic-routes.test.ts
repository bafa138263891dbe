import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DYNAMODB_LOCAL, type HandlerProcess, moveTables, startHandlers } from '@weir/testkit/handlers';
import { type RawAnswer, type RawRequest, sendRaw } from '@weir/testkit/http';
import { earlyInWindow } from '@weir/testkit/limits';
import { eventually } from './__fixtures__/eventually.ts';
import { environmentOf, watchedPlugins } from './__fixtures__/host-functions.ts';
import { CHAT, compat } from './__fixtures__/requests.ts';
import { type RunningGateway, startGateway } from './__fixtures__/running-gateway.ts';

const LIMIT = 100;
const REQUESTS = 1_000;
const CONCURRENCY = 64;
const PROCESSES = 4;
/** Within this time a change applies everywhere (design rule 6), give or take one question of ours. */
const PROPAGATION_MS = 5_500;

const watched = watchedPlugins();
let gateway: RunningGateway;
let processes: readonly HandlerProcess[] = [];
const started: HandlerProcess[] = [];

beforeAll(async () => {
  gateway = await startGateway({ plugins: watched.plugins });
  await gateway.createGateway('main', { collect_logs: false });
  await makeRoute('warm', oneModel('warm'));
  for (const technique of ['fixed', 'sliding'])
    for (const kind of ['exact', 'exact-local'])
      await makeRoute(`${kind}-${technique}`, limitedTo(LIMIT, technique));
  processes = await warmProcesses();
}, 120_000);
afterAll(async () => {
  for (const one of started) one.kill();
  await gateway?.stop();
});

const to = (elementId: string) => ({ elementId });
const model = (id: string, name = id) => ({
  id,
  type: 'model',
  properties: { provider: 'openai', model: name, timeout: 0, retries: 0 },
  outputs: { success: to('end') },
});
const START = (next: string) => ({ id: 'start', type: 'start', outputs: { next: to(next) } });
const END = { id: 'end', type: 'end', outputs: {} };

const oneModel = (name: string) => [START('model'), model('model', name), END];
const limitedTo = (limit: number, technique: string) => [
  START('few'),
  {
    id: 'few',
    type: 'rate',
    properties: { limitType: 'count', key: 'metadata.user', limit, window: 3_600, technique },
    outputs: { success: to('large'), fallback: to('small') },
  },
  model('large'),
  model('small'),
  END,
];

interface Made {
  readonly id: string;
  readonly version_id: string;
  readonly version: { readonly version_id: string };
}

const manage = async (method: string, path: string, body: unknown) =>
  (await gateway.manage(method, `ai-gateway/gateways/main/routes${path}`, body)).result as Made;
const makeRoute = (name: string, elements: unknown) => manage('POST', '', { name, elements });

const ask = (route: string): RawRequest =>
  compat(gateway, {
    body: JSON.stringify({ ...JSON.parse(CHAT), model: `dynamic/${route}` }),
    headers: { 'cf-aig-metadata': JSON.stringify({ user: 'u1' }) },
  });

/** Sends to all processes in turn, so many at a time. */
async function load(
  request: RawRequest,
  count: number,
  at: readonly HandlerProcess[],
): Promise<readonly RawAnswer[]> {
  const answers: RawAnswer[] = [];
  let next = 0;
  const client = async () => {
    for (let index = next++; index < count; index = next++)
      answers.push(await sendRaw(at[index % at.length]?.baseUrl ?? '', request));
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, client));
  return answers;
}

/** Processes whose connections and code are there before it counts. */
async function warmProcesses(changes: Readonly<Record<string, string>> = {}) {
  const made = await startHandlers({ ...environmentOf(watched.machine(), 'Unified'), ...changes }, PROCESSES);
  started.push(...made);
  await load(ask('warm'), CONCURRENCY * 2, made);
  return made;
}

const tally = (answers: readonly RawAnswer[]) => {
  const counts = new Map<string, number>();
  for (const { status, headers } of answers) {
    const what = `${status} ${headers['cf-aig-model']}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
};

const EXACTLY = { '200 large': LIMIT, '200 small': REQUESTS - LIMIT };
const promise = `of ${REQUESTS} requests at concurrency ${CONCURRENCY} through ${PROCESSES} processes, a limit of ${LIMIT} sends exactly ${LIMIT} to its success`;

test.each(['fixed', 'sliding'])(
  `5.10 a rate element counts over all processes, %s: ${promise}`,
  async (technique) => {
    if (technique === 'fixed') await earlyInWindow(3_600_000);
    expect(tally(await load(ask(`exact-${technique}`), REQUESTS, processes))).toEqual(EXACTLY);
  },
  180_000,
);

if (DYNAMODB_LOCAL === undefined)
  process.stdout.write('skipped: a route’s counts on DynamoDB Local need its URL in WEIR_DYNAMODB_LOCAL\n');
else {
  const endpoint = DYNAMODB_LOCAL;
  test(`5.10 on DynamoDB Local, fixed and sliding: ${promise}`, async () => {
    const environment = await moveTables(endpoint, environmentOf(watched.machine(), 'Unified'));
    const made = await warmProcesses(environment);
    for (const technique of ['fixed', 'sliding']) {
      if (technique === 'fixed') await earlyInWindow(3_600_000);
      expect(tally(await load(ask(`exact-local-${technique}`), REQUESTS, made))).toEqual(EXACTLY);
    }
  }, 300_000);
}

/** Measures, from the change's answer on, how long the data plane goes by what was before. */
async function takesEffect(change: () => Promise<unknown>, request: RawRequest, expected: string) {
  await change();
  const since = Date.now();
  await eventually(
    expected,
    async () => {
      const { status, headers } = await gateway.send(request);
      return `${status} ${headers['cf-aig-model']}` === expected ? true : null;
    },
    PROPAGATION_MS,
  );
  expect(Date.now() - since).toBeLessThanOrEqual(PROPAGATION_MS);
}

test('5.10-7 a deployment, a rollback, a new name and a deletion are live within five seconds', async () => {
  // The data plane has the gateway in memory, without the route.
  expect((await gateway.send(ask('warm'))).status).toBe(200);
  const { id, version } = await makeRoute('moving', oneModel('one'));
  await takesEffect(async () => undefined, ask('moving'), '200 one');
  const second = await manage('POST', `/${id}/versions`, { elements: oneModel('two') });
  const deploy = (version_id: string) => () => manage('POST', `/${id}/deployments`, { version_id });
  await takesEffect(deploy(second.version_id), ask('moving'), '200 two');
  await takesEffect(deploy(version.version_id), ask('moving'), '200 one');
  await takesEffect(() => manage('PATCH', `/${id}`, { name: 'moved' }), ask('moved'), '200 one');
  expect((await gateway.send(ask('moving'))).status).toBe(404);
  await takesEffect(() => manage('DELETE', `/${id}`, undefined), ask('moved'), '404 undefined');
}, 60_000);

test('explain tells where the next request goes, by the count that requests are counted in', async () => {
  const { id } = await makeRoute('explained', limitedTo(1, 'fixed'));
  await earlyInWindow(3_600_000);
  const explain = () => manage('POST', `/${id}/explain`, { metadata: { user: 'u1' } });
  expect(await explain()).toMatchObject({ result: { element: 'large' } });
  await takesEffect(async () => undefined, ask('explained'), '200 large');
  expect(await explain()).toMatchObject({
    path: [{}, { element: 'few', branch: 'fallback', current: { used: 1, remaining: 0 } }, {}, {}],
    result: { element: 'small' },
  });
  const { headers } = await gateway.send(ask('explained'));
  expect(headers['cf-aig-model']).toBe('small');
}, 60_000);
