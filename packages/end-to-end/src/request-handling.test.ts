import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { faultHeader } from '@weir/testkit';
import { eventually } from './__fixtures__/eventually.ts';
import { native, PROVIDER_KEY } from './__fixtures__/requests.ts';
import { type RunningGateway, type SentAnswer, startGateway } from './__fixtures__/running-gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createGateway('main');
  await gateway.createGateway('patient', { retry_max_attempts: 2 });
}, 60_000);
afterAll(() => gateway?.stop());
beforeEach(() => gateway.upstream.requests.clear());

const HANGS = faultHeader('hang');
const fails = (status: number) => faultHeader('provider-error', { status });
/** Its head is complete after half a second. */
const SLOW = faultHeader('slow-headers', { delay: 500 });
const query = { model: 'gpt-x', messages: [{ role: 'user', content: 'hello' }] };

/** A step for OpenAI that meets `fault`. */
const step = (fault?: string, more: object = {}) => ({
  provider: 'openai',
  endpoint: 'chat/completions',
  authorization: `Bearer ${PROVIDER_KEY}`,
  headers: fault === undefined ? {} : { 'x-fault': fault },
  query,
  ...more,
});
const anthropic = {
  provider: 'anthropic',
  endpoint: 'v1/messages',
  headers: { 'x-api-key': 'sk-2' },
  query: { ...query, max_tokens: 9 },
};

/** A request to OpenAI's own API. */
const ask = (fault: string, headers: Readonly<Record<string, string>> = {}, body: object = query) =>
  gateway.send(
    native(gateway, 'openai/chat/completions', {
      body: JSON.stringify(body),
      headers: { 'x-fault': fault, ...headers },
    }),
  );
const steps = (body: object, headers: Readonly<Record<string, string>> = {}, id = 'main') =>
  gateway.send({
    ...native(gateway, '', { body: JSON.stringify(body), headers }),
    path: `/v1/${gateway.account}/${id}`,
  });

const calls = () => gateway.upstream.requests.total;
const last = () => gateway.upstream.requests.last();
const told = ({ status, headers }: SentAnswer) => [status, headers['cf-aig-step']];
const codeOf = ({ body }: SentAnswer) => JSON.parse(body.toString()).internalCode;
const attempts = (count: number) => ({ 'cf-aig-max-attempts': String(count) });

describe('time limits and attempts', () => {
  test('5.6-1: the clock stops at the first byte: a stream that began in time goes on', async () => {
    const silent = faultHeader('sse-silence', { silence: 800 });
    const answer = await ask(silent, { 'cf-aig-request-timeout': '600' }, { ...query, stream: true });
    expect([answer.status, answer.body.toString().includes('[DONE]')]).toEqual([200, true]);
  });

  test('5.6-2: beyond it a native request is a 504, a step gives way to the next, and an attempt to another', async () => {
    const timeout = { 'cf-aig-request-timeout': '200' };
    const alone = await ask(HANGS, timeout);
    expect([alone.status, codeOf(alone), calls()]).toEqual([504, 2931, 1]);
    const hanging = step(HANGS, { config: { requestTimeout: 200 } });
    expect(told(await steps([hanging, step()]))).toEqual([200, '1']);
    await ask(HANGS, { ...timeout, ...attempts(2), 'weir-total-timeout': '500' });
    expect(calls()).toBe(5);
  });

  test('5.6-3: five attempts at most, the pauses between them as asked for', async () => {
    const began = Date.now();
    await ask(fails(503), { ...attempts(99), 'cf-aig-retry-delay': '40', 'cf-aig-backoff': 'linear' });
    expect(calls()).toBe(5);
    // 40 + 80 + 120 + 160 ms, each less up to a quarter; a timer may run a little early.
    expect(Date.now() - began).toBeGreaterThanOrEqual(280);
  });

  test('5.6-4: the last attempt may take its time', async () => {
    const answer = await ask(SLOW, { 'cf-aig-request-timeout': '250', ...attempts(2) });
    expect([answer.status, calls()]).toEqual([200, 2]);
  });

  test('5.6-5: attempts are used up before the next step', async () => {
    const answer = await steps([step(fails(500), { config: { maxAttempts: 3 } }), anthropic]);
    expect(told(answer)).toEqual([200, '1']);
    expect(gateway.upstream.requests.latest.map(({ url }) => url)).toEqual([
      ...Array.from({ length: 3 }, () => '/v1/chat/completions'),
      '/v1/messages',
    ]);
  });

  test.each([
    [408, 2],
    [409, 2],
    [500, 2],
    [529, 2],
    [400, 1],
    [401, 1],
    [404, 1],
    [422, 1],
  ])('5.6-6: with two attempts a %d is called %d times', async (status, times) => {
    const answer = await ask(fails(status), attempts(2));
    expect([answer.status, calls()]).toEqual([status, times]);
  });

  test('5.6-7: the gateway’s settings hold for every request, headers go before them, a step’s config before both', async () => {
    const made: number[] = [];
    for (const [config, headers] of [
      [{}, {}],
      [{}, attempts(3)],
      [{ maxAttempts: 1 }, attempts(3)],
    ] as const) {
      gateway.upstream.requests.clear();
      await steps([step(fails(500), { config })], headers, 'patient');
      made.push(calls());
    }
    expect(made).toEqual([2, 3, 1]);
  });

  test('5.6-8: nothing is tried again once the client has bytes', async () => {
    const answer = await ask(faultHeader('reset-mid-stream'), attempts(3), { ...query, stream: true });
    expect([answer.status, calls()]).toEqual([200, 1]);
    expect(answer.body.toString()).toContain('"error"');
  });
});

describe('fallbacks', () => {
  test.each([
    ['400', fails(400)],
    ['401', fails(401)],
    ['500', fails(500)],
    ['connection that is reset', faultHeader('reset')],
    ['silence', HANGS],
  ])('5.7-1, 5.7-2: after a %s the next step runs, which is step 1', async (_, fault) => {
    expect(told(await steps([step(fault), step()]))).toEqual([200, '1']);
    expect(told(await steps([step(), step(fault)]))).toEqual([200, '0']);
  });

  test('5.7-3: each step that was tried has a log of its own', async () => {
    const { eventId } = await steps([step(fails(500)), anthropic, step()]);
    const records = await eventually('a record of each step', async () => {
      const found = (await gateway.records.all()).filter((record) => record.eventId === eventId);
      return found.length >= 2 ? found : null;
    });
    const stories = records.map(({ step, provider, statusCode }) => [step, provider, statusCode]);
    expect(stories.toSorted()).toEqual([
      [0, 'openai', 500],
      [1, 'anthropic', 200],
    ]);
    expect(new Set(records.map(({ requestId }) => requestId)).size).toBe(1);
  });

  test('5.7-4: when all fail, the last one’s status and body are the answer', async () => {
    const answer = await steps([step(fails(500)), step(fails(418))]);
    expect(told(answer)).toEqual([418, '1']);
    expect(JSON.parse(answer.body.toString()).error.message).toContain('too many requests');
  });
});

describe('the universal endpoint', () => {
  test.each(['OpenAI', 'openai'])('5.8-1: the name of a provider has no case: %s', async (provider) => {
    expect(told(await steps([step(undefined, { provider })]))).toEqual([200, '0']);
  });

  test.each(['chat/completions?a=1', '/v1/chat/completions?a=1'])(
    '5.8-2, 1.6-12: an endpoint with or without its version, and with a query: %s',
    async (endpoint) => {
      await steps([step(undefined, { endpoint })]);
      expect(last().url).toBe('/v1/chat/completions?a=1');
    },
  );

  test('5.8-3, 5.8-4: the step’s "authorization" and its query, byte for byte, are what the provider gets', async () => {
    const body = '{"model":"gpt-x", "n":1.0e0,"messages":[]}';
    await gateway.send({
      ...native(gateway, '', {
        body: `[{"provider":"openai","endpoint":"chat/completions","authorization":"Bearer sk-step","query":${body}}]`,
        headers: { authorization: 'Bearer sk-nobodys' },
      }),
      path: `/v1/${gateway.account}/main`,
    });
    expect(last().headers.get('authorization')).toEqual(['Bearer sk-step']);
    expect(Buffer.from(last().body).toString()).toBe(body);
  });

  test('5.8-5: steps of the pseudo-provider compat answer in one format', async () => {
    const compat = { provider: 'compat', query: { ...query, model: 'anthropic/claude-x' } };
    const answer = await steps([step(fails(500)), step(undefined, compat)]);
    expect(told(answer)).toEqual([200, '1']);
    expect(JSON.parse(answer.body.toString()).object).toBe('chat.completion');
  });

  test('5.8-6, 5.8-7: one step needs no array, and its answer comes with its number', async () => {
    const answer = await steps(step());
    expect(told(answer)).toEqual([200, '0']);
    expect(JSON.parse(answer.body.toString()).object).toBe('chat.completion');
  });
});
