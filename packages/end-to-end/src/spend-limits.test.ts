import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { faultHeader } from '@weir/testkit';
import { type HandlerProcess, startHandlers } from '@weir/testkit/handlers';
import { openRaw, sendMany, tally } from '@weir/testkit/http';
import { eventually } from './__fixtures__/eventually.ts';
import { environmentOf, sweepLedger, watchedPlugins } from './__fixtures__/host-functions.ts';
import { logOf } from './__fixtures__/log-list.ts';
import { STREAMED_CHAT } from './__fixtures__/requests.ts';
import { type RunningGateway, startGateway } from './__fixtures__/running-gateway.ts';
import { limitedTo, settledSpend, spendOf } from './__fixtures__/spend.ts';
import { compatOn, nativeOn } from './__fixtures__/through.ts';

const REQUESTS = 500;
const CONCURRENCY = 64;
const PROCESSES = 4;
/** Past the longest request, the grace after it and the sweeper's own patience. */
const LONG_AFTER_MS = 3_600_000;

const watched = watchedPlugins();
let gateway: RunningGateway;
const started: HandlerProcess[] = [];
beforeAll(async () => {
  gateway = await startGateway({ plugins: watched.plugins });
  await gateway.createGateway('warm', limitedTo(1_000, { per_request: '0.01' }));
}, 60_000);
afterAll(async () => {
  for (const one of started) one.kill();
  await gateway?.stop();
});
beforeEach(() => gateway.upstream.requests.clear());

async function processes(count: number): Promise<readonly HandlerProcess[]> {
  const made = await startHandlers(environmentOf(watched.machine(), 'Provider'), count);
  started.push(...made);
  return made;
}

/** Their connections and code are there before it counts. */
async function warmProcesses(): Promise<readonly HandlerProcess[]> {
  const made = await processes(PROCESSES);
  await sendMany(ask('warm'), {
    at: made.map(({ baseUrl }) => baseUrl),
    count: 2 * CONCURRENCY,
    concurrency: 16,
  });
  return made;
}

const ask = (id: string, fault = 'openai-chat', headers: Readonly<Record<string, string>> = {}) =>
  nativeOn(gateway, id, 'openai/chat/completions', {
    headers: { authorization: 'Bearer sk-own', 'x-fault': fault, ...headers },
  });

/** The same with an answer that comes in pieces. */
const stream = (id: string, fault: string) => ({
  ...ask(id, fault),
  // Its tokenizer is known.
  body: JSON.stringify({ ...JSON.parse(STREAMED_CHAT), model: 'gpt-4o-mini' }),
});

describe.each(['fixed', 'sliding'])('a budget of $1.00, %s', (technique) => {
  test(`of ${REQUESTS} requests at $0.01, ${CONCURRENCY} at a time through ${PROCESSES} processes, serves exactly 100`, async () => {
    const id = `exact-${technique}`;
    await gateway.createGateway(id, limitedTo(1, { per_request: '0.01' }, { technique }));
    const at = (await warmProcesses()).map(({ baseUrl }) => baseUrl);
    gateway.upstream.requests.clear();
    const answers = await sendMany(ask(id), { at, count: REQUESTS, concurrency: CONCURRENCY });
    expect(tally(answers)).toEqual({ 200: 100, 429: REQUESTS - 100 });
    expect(gateway.upstream.requests.total).toBe(100);
    expect(await settledSpend(gateway, id)).toMatchObject([
      { rule: 'all', limit: 1, spent: 1, reserved: 0, remaining: 0 },
    ]);
    const left = answers
      .filter(({ status }) => status === 200)
      .map(({ headers }) => headers['weir-budget-remaining']);
    expect(left.toSorted()[0]).toBe('0.000000');
    for (const { headers, body } of answers.filter(({ status }) => status === 429)) {
      const { error, message } = JSON.parse(body.toString());
      expect([error[0].code, headers['x-should-retry']]).toEqual([2950, 'false']);
      for (const word of ['"all"', '$1']) expect(message).toContain(word);
      expect(headers['weir-budget-remaining']).toBe('0.000000');
      // While other requests are under way there may be room in a moment; afterwards only when the window has moved on.
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    }
  }, 120_000);
});

describe('under a limit', () => {
  test('the most that an answer can cost is reserved, what it did cost is spent, and the answer says what is left', async () => {
    // Input $10, output $100 a million: at most 8 tokens of output.
    await gateway.createGateway('counts', limitedTo(0.01, { input: '10', output: '100' }));
    const body = JSON.stringify({
      model: 'gpt-x',
      messages: [{ role: 'user', content: 'hello' }],
      max_tokens: 8,
    });
    for (const [request, spent] of [
      [{ ...ask('counts'), body }, 0.00099],
      [
        compatOn(gateway, 'counts', {
          body: body.replace('gpt-x', 'openai/gpt-x'),
          headers: { authorization: 'Bearer sk-own' },
        }),
        0.00198,
      ],
    ] as const) {
      const { status, headers } = await gateway.send(request);
      expect([status, headers['weir-cost']]).toEqual([200, '0.000990']);
      expect(Number(headers['weir-budget-remaining'])).toBeLessThan(0.01 - 0.0008);
      expect(await settledSpend(gateway, 'counts')).toMatchObject([{ spent, reserved: 0 }]);
    }
  });

  test('a request that can cost more than the whole limit is refused for good: no Retry-After, nobody asked', async () => {
    await gateway.createGateway('tiny', limitedTo(0.000001, { input: '10', output: '100' }));
    const answer = await gateway.send(ask('tiny'));
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, undefined]);
    expect(answer.headers['weir-budget-remaining']).toBe('0.000001');
    expect(gateway.upstream.requests.total).toBe(0);
    expect(await gateway.records.of(answer.eventId)).toMatchObject({
      refusedBy: 'spend_limits/all',
      statusCode: 429,
    });
  });

  test('a provider that says nothing of usage is counted, and charged for that', async () => {
    await gateway.createGateway('silent', limitedTo(100, { input: '10', output: '100' }));
    const { eventId } = await gateway.send(stream('silent', faultHeader('sse', { chunks: 20, text: 40 })));
    const log = await logOf(gateway, 'silent', eventId);
    expect(log.usage_source).toBe('counted');
    expect(log.cost).toBeGreaterThan(0);
    expect(log.tokens_out).toBeGreaterThan(20);
    expect(await settledSpend(gateway, 'silent')).toMatchObject([{ spent: log.cost, reserved: 0 }]);
  });

  test('a client that hangs up is charged once, for all that the provider went on to produce', async () => {
    await gateway.createGateway('hangs-up', limitedTo(100, { input: '10', output: '100' }));
    const eventId = 'hung-up-in-the-middle';
    const request = stream('hangs-up', faultHeader('sse', { chunks: 200, pace: 5, text: 40 }));
    const message = await openRaw(gateway.baseUrl, {
      ...request,
      headers: { ...request.headers, 'cf-aig-event-id': eventId },
    });
    for await (const _first of message) break;
    expect(gateway.upstream.requests.last().end).toBe('open');
    // As behind API Gateway, the function does not hear of it and the provider says all that it has to say.
    await gateway.upstream.requests.waitFor(({ end }) => end === 'answered');
    const log = await logOf(gateway, 'hangs-up', eventId);
    expect(log).toMatchObject({ usage_source: 'counted', streamed: true });
    expect(log.cost).toBeGreaterThan(0);
    const spent = await settledSpend(gateway, 'hangs-up');
    expect(spent).toMatchObject([{ spent: log.cost, reserved: 0 }]);
    await sweepLedger(watched.machine(), LONG_AFTER_MS);
    expect(await spendOf(gateway, 'hangs-up')).toMatchObject([{ spent: log.cost, reserved: 0 }]);
  });

  test('an answer that the provider breaks off is charged for what had come', async () => {
    await gateway.createGateway('cut', limitedTo(100, { input: '10', output: '100' }));
    const costs = [];
    for (const chunks of [10, 100]) {
      const { eventId } = await gateway.send(
        stream('cut', faultHeader('reset-mid-stream', { chunks, text: 40 })),
      );
      const log = await logOf(gateway, 'cut', eventId);
      expect(log).toMatchObject({ success: false, usage_source: 'counted' });
      costs.push(log.cost ?? 0);
    }
    const [short = 0, long = 0] = costs;
    expect(short).toBeGreaterThan(0);
    expect(long).toBeGreaterThan(5 * short);
    const [bucket] = await settledSpend(gateway, 'cut');
    expect(bucket?.spent).toBeCloseTo(short + long, 6);
  });

  test('what a cache answers costs nothing, also when the budget is empty', async () => {
    await gateway.createGateway('cached', { ...limitedTo(0.01, { per_request: '0.01' }), cache_ttl: 600 });
    expect((await gateway.send(ask('cached'))).headers['weir-cost']).toBe('0.010000');
    const hit = await eventually('the answer to be stored', async () => {
      const answer = await gateway.send(ask('cached'));
      return answer.status === 200 ? answer : null;
    });
    expect([hit.headers['cf-aig-cache-status'], hit.headers['weir-cost']]).toEqual(['HIT', '0.000000']);
    const other = await gateway.send({
      ...ask('cached'),
      body: JSON.stringify({ model: 'gpt-x', messages: [] }),
    });
    expect(other.status).toBe(429);
    expect(await settledSpend(gateway, 'cached')).toMatchObject([{ spent: 0.01, reserved: 0 }]);
  });

  test('a function that was killed leaves its reservation to the sweeper, which charges it whole and writes its record', async () => {
    await gateway.createGateway('killed', limitedTo(1, { per_request: '0.25' }));
    const [victim] = await processes(1);
    if (!victim) throw new Error('no process');
    const eventId = 'killed-in-the-middle';
    const request = ask('killed', 'hang', { 'cf-aig-event-id': eventId });
    const lost = openRaw(victim.baseUrl, request).catch(() => 'no answer');
    await gateway.upstream.requests.waitFor(({ end }) => end === 'open');
    victim.kill();
    expect(await lost).toBe('no answer');
    expect(await spendOf(gateway, 'killed')).toMatchObject([{ spent: 0, reserved: 0.25 }]);
    // Before its time nobody but the request itself may settle it.
    await sweepLedger(watched.machine(), 0);
    expect(await spendOf(gateway, 'killed')).toMatchObject([{ spent: 0, reserved: 0.25 }]);
    await sweepLedger(watched.machine(), LONG_AFTER_MS);
    expect(await spendOf(gateway, 'killed')).toMatchObject([{ spent: 0.25, reserved: 0 }]);
    const log = await eventually('the sweeper’s record', async () => {
      const records = await gateway.records.all();
      return records.find(({ gateway: of }) => of === 'killed') ?? null;
    });
    expect(log).toMatchObject({
      cost: { micros: 250_000 },
      usageSource: 'estimated',
      outcome: { kind: 'broken', blame: 'gateway' },
    });
    await sweepLedger(watched.machine(), 2 * LONG_AFTER_MS);
    expect(await spendOf(gateway, 'killed')).toMatchObject([{ spent: 0.25, reserved: 0 }]);
  }, 60_000);
});
