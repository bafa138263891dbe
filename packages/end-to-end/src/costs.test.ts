import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { closeConnections, type RawAnswer, sendRaw } from '@weir/testkit/http';
import type { Script } from '@weir/testkit/simulators';
import { type SimulatedGateway, startSimulatedGateway } from './__fixtures__/conformance-gateway.ts';
import { type ListedLog, logOf } from './__fixtures__/log-list.ts';
import { apiOn, compatOn, nativeOn } from './__fixtures__/through.ts';

const USAGE = { input: 20_000, cached: 8_000, output: 3_000, reasoning: 0 };
const ANSWER: Script = {
  steps: [{ kind: 'text', pieces: ['The weir holds ', 'the river back.'] }],
  finish: 'done',
  usage: USAGE,
};

let gateway: SimulatedGateway;
let reader: { readonly baseUrl: string; readonly account: string; readonly token: string };
let prompt: string;
beforeAll(async () => {
  gateway = await startSimulatedGateway({
    OPENAI_API_KEY: 'sk-o',
    ANTHROPIC_API_KEY: 'sk-a',
    GEMINI_API_KEY: 'sk-g',
  });
  reader = { baseUrl: gateway.origin, account: gateway.account, token: gateway.token };
  prompt = gateway.simulators.script('costs', ANSWER);
}, 60_000);
afterAll(async () => {
  closeConnections();
  await gateway?.stop();
});

interface Answered {
  readonly answer: RawAnswer;
  readonly log: ListedLog;
}

async function ask(
  request: Parameters<typeof sendRaw>[1],
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const eventId = randomUUID();
  const answer = await sendRaw(gateway.origin, {
    ...request,
    headers: { ...request.headers, 'cf-aig-event-id': eventId, ...headers },
  });
  return { answer, log: await logOf(reader, 'default', eventId) };
}

/** What the answer cost by the rates that the API shows for the model: dollars, from whole millionths of a cent. */
async function byTheBook(provider: string, model: string): Promise<number> {
  const { body } = await sendRaw(gateway.origin, {
    path: `/client/v4/accounts/${gateway.account}/ai-gateway/prices?provider=${provider}&model=${model}`,
    headers: { authorization: `Bearer ${gateway.token}` },
  });
  const { rates } = JSON.parse(body.toString()).result.effective.tiers[0];
  const { input, cache_read, output } = rates;
  const dollars = (tokens: number, rate: string) => tokens * Math.round(Number(rate) * 1e6);
  const sum =
    dollars(USAGE.input - USAGE.cached, input) +
    dollars(USAGE.cached, cache_read) +
    dollars(USAGE.output, output);
  expect(sum).toBeGreaterThan(0);
  return Math.round(sum / 1e6) / 1e6;
}

const messages = () => [{ role: 'user', content: prompt }];
const openai = (stream: boolean) => JSON.stringify({ model: 'gpt-4o-mini', messages: messages(), stream });
const unified = (model: string, stream: boolean) => JSON.stringify({ model, messages: messages(), stream });

const REQUESTS = {
  'openai on its own API': (stream: boolean) =>
    nativeOn(gateway, 'default', 'openai/chat/completions', { body: openai(stream) }),
  'anthropic on its own API': (stream: boolean) =>
    nativeOn(gateway, 'default', 'anthropic/v1/messages', {
      headers: { 'anthropic-version': '2023-06-01' },
      body: JSON.stringify({ model: 'claude-haiku-4-5', max_tokens: 4_000, messages: messages(), stream }),
    }),
  'google-ai-studio on its own API': (stream: boolean) =>
    nativeOn(
      gateway,
      'default',
      `google-ai-studio/v1beta/models/gemini-2.5-flash:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
      { body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: prompt }] }] }) },
    ),
  'openai on the unified endpoint': (stream: boolean) =>
    compatOn(gateway, 'default', { body: unified('openai/gpt-4o-mini', stream) }),
  'anthropic on the unified endpoint': (stream: boolean) =>
    compatOn(gateway, 'default', { body: unified('anthropic/claude-haiku-4-5', stream) }),
  'google-ai-studio on the API host': (stream: boolean) =>
    apiOn(gateway, 'default', { body: unified('google-ai-studio/gemini-2.5-flash', stream) }),
};
const MODELS: Readonly<Record<string, string>> = {
  openai: 'gpt-4o-mini',
  anthropic: 'claude-haiku-4-5',
  'google-ai-studio': 'gemini-2.5-flash',
};

describe.each(Object.entries(REQUESTS))('%s', (name, request) => {
  const [provider = ''] = name.split(' ');

  test('a whole answer says what it cost, and its log the same, by the provider’s count and the book', async () => {
    const { answer, log } = await ask(request(false));
    const cost = await byTheBook(provider, MODELS[provider] ?? '');
    expect([answer.status, answer.headers['weir-cost']]).toEqual([200, cost.toFixed(6)]);
    expect(log).toMatchObject({
      cost,
      custom_cost: false,
      usage_source: 'reported',
      tokens_in: USAGE.input,
      tokens_out: USAGE.output,
      price_book: expect.stringMatching(/^genai-prices-/),
    });
  });

  test('a streamed answer costs as much, in its log', async () => {
    const { answer, log } = await ask(request(true));
    const cost = await byTheBook(provider, MODELS[provider] ?? '');
    expect([answer.status, answer.headers['weir-cost']]).toEqual([200, undefined]);
    expect(log).toMatchObject({
      cost,
      usage_source: 'reported',
      tokens_in: USAGE.input,
      tokens_out: USAGE.output,
    });
  });
});

test('cf-aig-custom-cost beats every price, and the log says so', async () => {
  const rates = { per_token_in: 0.000001, per_token_out: '0.00001', per_cache_read_token: 1e-7 };
  const header = { 'cf-aig-custom-cost': JSON.stringify(rates) };
  // 12,000 × 1 + 8,000 × 0.1 + 3,000 × 10 micro-dollars.
  for (const stream of [false, true]) {
    const { answer, log } = await ask(REQUESTS['openai on its own API'](stream), header);
    expect(answer.headers['weir-cost']).toBe(stream ? undefined : '0.042800');
    expect(log).toMatchObject({ cost: 0.0428, custom_cost: true });
  }
});

test.each([
  '{"per_token_in":-1}',
  '{"per_token_in":NaN}',
  '{"per_token_in":"NaN"}',
  '{"per_token_in":1e400}',
  '{"price":1}',
  '[]',
  'free',
])('a custom cost of %s is none: the book’s price counts, with a warning', async (header) => {
  const { answer, log } = await ask(REQUESTS['openai on its own API'](false), {
    'cf-aig-custom-cost': header,
  });
  expect(answer.status).toBe(200);
  expect(log).toMatchObject({
    cost: await byTheBook('openai', 'gpt-4o-mini'),
    custom_cost: false,
    warnings: [expect.stringContaining('cf-aig-custom-cost')],
  });
});

test('a model without a price has no cost, and a warning instead of 0', async () => {
  const body = JSON.stringify({ model: 'nobody-knows-me', messages: messages() });
  const { answer, log } = await ask(nativeOn(gateway, 'default', 'openai/chat/completions', { body }));
  expect([answer.status, answer.headers['weir-cost']]).toEqual([200, undefined]);
  expect(log).not.toHaveProperty('cost');
  expect(log.warnings).toEqual([expect.stringContaining('nobody-knows-me')]);
});

test('an answer from the cache costs nothing', async () => {
  const header = { 'cf-aig-cache-key': 'costs', 'cf-aig-cache-ttl': '60' };
  const request = REQUESTS['openai on its own API'](false);
  expect((await ask(request, header)).answer.headers['cf-aig-cache-status']).toBe('MISS');
  const { answer, log } = await ask(request, header);
  expect([answer.headers['cf-aig-cache-status'], answer.headers['weir-cost']]).toEqual(['HIT', '0.000000']);
  expect(log.cost).toBe(0);
});
