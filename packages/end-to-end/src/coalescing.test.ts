import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { faultHeader } from '@weir/testkit';
import { DYNAMODB_LOCAL, type HandlerProcess, moveTables, startHandlers } from '@weir/testkit/handlers';
import { openRaw, type RawAnswer, type RawRequest, sendRaw } from '@weir/testkit/http';
import { environmentOf, watchedPlugins } from './__fixtures__/host-functions.ts';
import { CHAT, native, STREAMED_CHAT } from './__fixtures__/requests.ts';
import { type RunningGateway, startGateway } from './__fixtures__/running-gateway.ts';

const REQUESTS = 200;
const PROCESSES = 4;

const watched = watchedPlugins();
let gateway: RunningGateway;
let processes: readonly HandlerProcess[] = [];

beforeAll(async () => {
  gateway = await startGateway({ plugins: watched.plugins });
  await gateway.createGateway('main', { cache_ttl: 3_600, cache_coalesce: true });
}, 120_000);
afterAll(() => gateway?.stop());
beforeEach(() => gateway.upstream.requests.clear());

let bodies = 0;
/** A body that no test sent before. */
const fresh = (body: string) => JSON.stringify({ ...JSON.parse(body), user: `u${bodies++}` });

const sendTo = (index: number, request: RawRequest) =>
  sendRaw(processes[index % processes.length]?.baseUrl ?? '', request);

const atOnce = (count: number, request: RawRequest): Promise<RawAnswer[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => sendTo(index, request)));

const said = (answers: readonly RawAnswer[]) =>
  answers.map(({ status, body, failure }) => JSON.stringify([status, body.toString(), failure]));
const verdicts = (answers: readonly RawAnswer[]) =>
  answers.map(({ headers }) => headers['cf-aig-cache-status']).toSorted();

/** What a slow provider answers, so that all others come while it does. */
const slowly = (options = {}) => ({ 'x-fault': faultHeader('sse', { chunks: 20, pace: 40, ...options }) });

type Environment = Readonly<Record<string, string>>;
const deployed = () => environmentOf(watched.machine(), 'Provider');
const engines: [name: string, environment: () => Promise<Environment>][] = [
  ['the embedded engine', async () => deployed()],
];
const local = DYNAMODB_LOCAL;
if (local === undefined)
  process.stdout.write('skipped: coalescing on DynamoDB Local needs its URL in WEIR_DYNAMODB_LOCAL\n');
else
  engines.push([
    'Amazon’s DynamoDB Local',
    async () => ({ ...deployed(), ...(await moveTables(local, deployed())) }),
  ]);

describe.each(engines)('identical requests that meet in four processes, on %s (spec 5.4-10)', (_, on) => {
  let environment: Environment;

  beforeAll(async () => {
    environment = await on();
    processes = await startHandlers(environment, PROCESSES);
    // Connections and code are there before it counts.
    await atOnce(PROCESSES, native(gateway, 'openai/chat/completions', { body: fresh(CHAT) }));
  }, 120_000);
  afterAll(() => {
    for (const one of processes) one.kill();
  });

  test.each([
    ['whole', CHAT, { 'x-fault': faultHeader('openai-chat') }],
    ['streamed', STREAMED_CHAT, slowly()],
  ])(
    `${REQUESTS} of them make one call and get equal answers: %s`,
    async (_, body, headers) => {
      const answers = await atOnce(
        REQUESTS,
        native(gateway, 'openai/chat/completions', { body: fresh(body), headers }),
      );
      expect(gateway.upstream.requests.total).toBe(1);
      expect(new Set(said(answers)).size).toBe(1);
      expect(answers[0]).toMatchObject({ status: 200, failure: null });
      expect(verdicts(answers)).toEqual([...Array(REQUESTS - 1).fill('HIT'), 'MISS']);
    },
    120_000,
  );

  test('when the leader fails, the others call for themselves', async () => {
    const headers = { 'x-fault': faultHeader('provider-error', { status: 500 }) };
    const answers = await atOnce(
      12,
      native(gateway, 'openai/chat/completions', { body: fresh(CHAT), headers }),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(500));
    expect(gateway.upstream.requests.total).toBe(12);
  }, 60_000);

  test('a leader that dies frees the others within its lease', async () => {
    const request = native(gateway, 'openai/chat/completions', {
      body: fresh(STREAMED_CHAT),
      headers: slowly({ chunks: 400, pace: 50 }),
    });
    const [victim] = await startHandlers(environment, 1);
    if (!victim) throw new Error('it should have started');
    const lead = openRaw(victim.baseUrl, request).then(
      (message) => message.on('error', () => undefined),
      () => undefined,
    );
    await gateway.upstream.requests.waitFor(({ end }) => end === 'open');
    const quick = {
      ...request,
      headers: { ...request.headers, 'x-fault': faultHeader('sse', { chunks: 3 }) },
    };
    const following = atOnce(6, quick);
    await sleep(500);
    expect(gateway.upstream.requests.total).toBe(1);
    victim.kill();
    await lead;
    const answers = await following;
    expect(answers.map(({ status, failure }) => [status, failure])).toEqual(Array(6).fill([200, null]));
    const late = await sendTo(0, quick);
    expect(late.headers['cf-aig-cache-status']).toBe('HIT');
  }, 60_000);

  test('who asks for a fresh answer waits for nobody, and what it gets is there for the next (spec 5.4-7)', async () => {
    const body = fresh(CHAT);
    const skipping = native(gateway, 'openai/chat/completions', {
      body,
      headers: { 'cf-aig-skip-cache': 'true' },
    });
    expect(verdicts(await atOnce(4, skipping))).toEqual(Array(4).fill('MISS'));
    expect(gateway.upstream.requests.total).toBe(4);
    const next = await sendTo(1, native(gateway, 'openai/chat/completions', { body }));
    expect(next.headers['cf-aig-cache-status']).toBe('HIT');
  });

  test('weir-cache-coalesce: false goes before the gateway’s setting', async () => {
    const request = native(gateway, 'openai/chat/completions', {
      body: fresh(STREAMED_CHAT),
      headers: { ...slowly(), 'weir-cache-coalesce': 'false' },
    });
    expect(verdicts(await atOnce(4, request))).toEqual(Array(4).fill('MISS'));
  });
});
