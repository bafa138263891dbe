import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { faultHeader } from '@weir/testkit';
import { type HandlerProcess, startHandlers } from '@weir/testkit/handlers';
import { type RawAnswer, sendRaw } from '@weir/testkit/http';
import { eventually } from './__fixtures__/eventually.ts';
import { environmentOf, watchedPlugins } from './__fixtures__/host-functions.ts';
import { native, PROVIDER_KEY } from './__fixtures__/requests.ts';
import { makeRoute, routed, routeModel } from './__fixtures__/routes.ts';
import { type RunningGateway, startGateway } from './__fixtures__/running-gateway.ts';

/** Within this time what one process saw holds in the others, give or take a busy machine. */
const SHARED_WITHIN_MS = 5_000;
const SLACK_MS = 500;

const COOL_DOWN_S = 3;

const watched = watchedPlugins();
let gateway: RunningGateway;
let processes: readonly HandlerProcess[] = [];

beforeAll(async () => {
  gateway = await startGateway({ plugins: watched.plugins });
  await gateway.createGateway('main', { circuit_breaker: { cool_down: COOL_DOWN_S } });
  processes = await startHandlers(environmentOf(watched.machine(), 'Provider'), 2);
}, 120_000);
afterAll(async () => {
  for (const one of processes) one.kill();
  await gateway?.stop();
});

const FAILS = faultHeader('provider-error', { status: 503 });
const WORKS = faultHeader('openai-chat');
const query = { model: 'gpt-x', messages: [{ role: 'user', content: 'hello' }] };

/** A request whose first choice is OpenAI and whose second is Anthropic. */
function ask(process: number, openai: string): Promise<RawAnswer> {
  const authorization = `Bearer ${PROVIDER_KEY}`;
  const steps = [
    {
      provider: 'openai',
      endpoint: 'chat/completions',
      authorization,
      headers: { 'x-fault': openai },
      query,
    },
    {
      provider: 'anthropic',
      endpoint: 'v1/messages',
      headers: { 'x-api-key': 'sk-2', 'x-fault': WORKS },
      query,
    },
  ];
  const request = native(gateway, '', { body: JSON.stringify(steps) });
  return sendRaw(processes[process]?.baseUrl ?? '', request);
}

const stepOf = ({ headers }: RawAnswer) => headers['cf-aig-step'];
const openaiCalls = () => gateway.upstream.requests.latest.filter(({ url }) => url.includes('chat')).length;

/** True when the process answers without a call to OpenAI. */
async function passedOver(process: number): Promise<true | null> {
  const before = openaiCalls();
  expect(stepOf(await ask(process, FAILS))).toBe('1');
  return openaiCalls() === before ? true : null;
}

interface Circuit {
  readonly provider: string;
  readonly state: string;
}

async function circuitOf(provider: string): Promise<Circuit> {
  const { result } = await gateway.manage('GET', 'ai-gateway/gateways/main/circuits');
  const found = (result as readonly Circuit[]).find((circuit) => circuit.provider === provider);
  if (!found) throw new Error(`${provider} has no circuit`);
  return found;
}

describe('two processes and a provider that fails', () => {
  test('before anybody failed both call it', async () => {
    expect([await ask(0, WORKS), await ask(1, WORKS)].map(stepOf)).toEqual(['0', '0']);
  });

  test('one sees twenty failures; within five seconds the other passes it over without a call', async () => {
    for (let failures = 0; failures < 20; failures++) {
      const answer = await ask(0, FAILS);
      expect([answer.status, stepOf(answer)]).toEqual([200, '1']);
    }
    await eventually('the first to open the circuit', () => passedOver(0));
    const since = Date.now();
    await eventually('the other to pass it over', () => passedOver(1));
    expect(Date.now() - since).toBeLessThanOrEqual(SHARED_WITHIN_MS + SLACK_MS);
    expect(await circuitOf('openai')).toEqual({
      provider: 'openai',
      host: new URL(gateway.upstream.url).host,
      state: 'open',
      failure_rate: expect.any(Number),
      calls: expect.any(Number),
      opened_at: expect.stringMatching(/^\d{4}-.*Z$/),
      next_probe: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(await circuitOf('anthropic')).toMatchObject({ state: 'closed', failure_rate: 0, opened_at: null });
  }, 30_000);

  test('a request that has no other choice is sent to it all the same', async () => {
    const only = native(gateway, 'openai/chat/completions', { headers: { 'x-fault': FAILS } });
    const before = openaiCalls();
    expect((await sendRaw(processes[1]?.baseUrl ?? '', only)).status).toBe(503);
    expect(openaiCalls()).toBe(before + 1);
  });

  test('after the cool-down one request tries it, and when that goes well all do', async () => {
    gateway.upstream.requests.clear();
    await eventually(
      'one process to probe',
      async () => {
        const answers = await Promise.all(
          [0, 1].flatMap((process) => [ask(process, WORKS), ask(process, WORKS)]),
        );
        return answers.some((answer) => stepOf(answer) === '0') ? true : null;
      },
      (2 * COOL_DOWN_S + 5) * 1_000,
    );
    await eventually(
      'both to call it again',
      async () => {
        const steps = (await Promise.all([ask(0, WORKS), ask(1, WORKS)])).map(stepOf);
        return steps.every((step) => step === '0') ? true : null;
      },
      SHARED_WITHIN_MS + SLACK_MS,
    );
    expect(await circuitOf('openai')).toMatchObject({ state: 'closed', opened_at: null, next_probe: null });
  }, 30_000);

  test('what was passed over stands among the attempts of the log', async () => {
    const seen = await eventually('a log with a step that was passed over', async () => {
      const { result } = await gateway.manage('GET', 'ai-gateway/gateways/main/logs?per_page=50');
      const logs = result as readonly { readonly attempts: readonly { readonly failure: string | null }[] }[];
      return logs.find(({ attempts }) => attempts[0]?.failure === 'circuit-open') ?? null;
    });
    expect(seen.attempts).toMatchObject([
      { provider: 'openai', status: null, failure: 'circuit-open' },
      { provider: 'anthropic', status: 200, failure: null },
    ]);
  }, 20_000);
});

test('a route passes a model over while its provider fails, and calls one that has no fallback all the same', async () => {
  await gateway.createGateway('routed', { circuit_breaker: { minimum_calls: 5, cool_down: 60 } });
  // Nobody listens at Groq.
  await makeRoute(gateway, 'routed', 'falls-back', [
    routeModel('groq', 'first', 'second'),
    routeModel('openai', 'second'),
  ]);
  await makeRoute(gateway, 'routed', 'only', [routeModel('groq', 'first')]);
  const passedOver = await eventually(
    'a record of a model that was passed over',
    async () => {
      const answer = await gateway.send(routed(gateway, 'routed', 'falls-back'));
      expect([answer.status, answer.headers['cf-aig-model']]).toEqual([200, 'second']);
      const records = await gateway.records.all();
      return (
        records.find(({ attempts }) => attempts.length === 2 && attempts[0]?.provider === 'groq') ?? null
      );
    },
    20_000,
  );
  expect(passedOver).toMatchObject({
    provider: 'openai',
    step: 1,
    attempts: [
      { provider: 'groq', status: null, failure: 'circuit-open' },
      { provider: 'openai', status: 200, failure: null },
    ],
    route: {
      steps: [
        { element: 'start' },
        { element: 'first', branch: 'fallback', why: 'passed over: the circuit of groq is open' },
        { element: 'second', branch: 'success' },
        { element: 'end' },
      ],
    },
  });
  const only = await gateway.send(routed(gateway, 'routed', 'only'));
  expect([only.status, only.headers['cf-aig-model']]).toEqual([502, 'first']);
}, 40_000);
