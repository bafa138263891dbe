import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import {
  ANTHROPIC_TEXT,
  type FaultUpstream,
  GEMINI_TEXT,
  OPENAI_CHAT_TEXT,
  type ReceivedRequest,
  refusingUrl,
  startFaultUpstream,
} from '@weir/testkit';
import { earlyInWindow } from '@weir/testkit/limits';
import { type RunningHost, runningHost } from './__fixtures__/running-host.ts';

/** What the caller of an example holds, and what the operator of the gateway holds. */
const CALLERS = {
  OPENAI_API_KEY: 'sk-of-the-caller',
  ANTHROPIC_API_KEY: 'sk-ant-of-the-caller',
  GEMINI_API_KEY: 'gemini-of-the-caller',
};
const OPERATORS = {
  OPENAI_API_KEY: 'sk-of-the-operator',
  ANTHROPIC_API_KEY: 'sk-ant-of-the-operator',
  GEMINI_API_KEY: 'gemini-of-the-operator',
};

let upstream: FaultUpstream;
let host: RunningHost;

beforeAll(async () => {
  upstream = await startFaultUpstream();
  const bases = {
    openai: `${upstream.url}/v1`,
    anthropic: upstream.url,
    'google-ai-studio': upstream.url,
    groq: await refusingUrl(),
  };
  host = await runningHost({
    ...OPERATORS,
    WEIR_PROVIDER_BASE_URLS: JSON.stringify(bases),
    WEIR_PRIVATE_ENDPOINTS: JSON.stringify([new URL(upstream.url).host]),
  });
}, 60_000);

afterAll(async () => {
  await host?.[Symbol.asyncDispose]();
  await upstream?.stop();
});

beforeEach(() => upstream.requests.clear());

const source = (file: string) => readFile(new URL(file, import.meta.url), 'utf8');
const headerOf = (request: ReceivedRequest, name: string) => request.headers.get(name);
const isOurs = (name: string) => name.startsWith('cf-') || name.startsWith('weir-');

/** What the upstream saw of every call: where, and with which key. */
const received = (slot: string) =>
  upstream.requests.latest.map((request) => {
    expect([...request.headers.keys()].filter(isOurs)).toEqual([]);
    expect(JSON.stringify([...request.headers])).not.toContain(host.apiToken);
    return [request.url, ...(headerOf(request, slot) ?? ['no key'])];
  });

test('the command that the host prints works as printed, and is the one in the README', async () => {
  const printed = host.message.slice(host.message.indexOf('curl ')).trim();
  const { choices } = JSON.parse(await host.shell(printed));
  expect(choices[0].message.content).toMatch(/simulated answer.*Hello, Weir/);
  const filled = (await source('chat.sh'))
    .replaceAll('$WEIR_BASE_URL', host.baseUrl)
    .replaceAll('$WEIR_ACCOUNT_ID', host.accountId)
    .replaceAll('$WEIR_API_TOKEN', host.apiToken);
  const words = (command: string) => command.replaceAll(/["']/g, '').split(/\s+/).filter(Boolean);
  expect(words(filled)).toEqual(words(printed));
});

test('environment.sh finds the local host, so that chat.sh works', async () => {
  const answer = await host.shell(`${await source('environment.sh')}\n${await source('chat.sh')}`);
  expect(JSON.parse(answer)).toMatchObject({ object: 'chat.completion', model: 'any-model' });
});

test('universal.sh falls back to the second step when nobody answers at the first', async () => {
  const command = `${await source('environment.sh')}\n${await source('universal.sh')}`;
  const { choices } = JSON.parse(await host.shell(command));
  expect(choices[0].message.content).toMatch(/simulated answer.*Hello, Weir/);
});

test('openai on the unified endpoint: whole and streamed', async () => {
  const answer =
    'This is a simulated answer from the demo provider; no model was called. You asked "any-model": What does a weir do?';
  expect(await host.example('openai-unified.ts')).toBe(`${answer}\n${answer}`);
});

test.each(['anthropic-unified.ts', 'responses-unified.ts'])(
  '%s: whole and streamed, over a provider that speaks another format',
  async (file) => {
    const answer =
      'This is a simulated answer from the demo provider; no model was called. You asked "any-model": What does a weir do?';
    expect(await host.example(file)).toBe(`${answer}\n${answer}`);
  },
);

test('openai on its native endpoint: whole and streamed, with the caller’s own key', async () => {
  expect(await host.example('openai-native.ts', CALLERS)).toBe(`${OPENAI_CHAT_TEXT}\n${OPENAI_CHAT_TEXT}`);
  expect(received('authorization')).toEqual([
    ['/v1/chat/completions', 'Bearer sk-of-the-caller'],
    ['/v1/chat/completions', 'Bearer sk-of-the-caller'],
  ]);
});

test('@anthropic-ai/sdk on its native endpoint: whole and streamed, with the caller’s own key', async () => {
  expect(await host.example('anthropic-native.ts', CALLERS)).toBe(`${ANTHROPIC_TEXT}\n${ANTHROPIC_TEXT}`);
  expect(received('authorization')).toEqual([
    ['/v1/messages', 'Bearer sk-ant-of-the-caller'],
    ['/v1/messages', 'Bearer sk-ant-of-the-caller'],
  ]);
});

test('@google/genai on its native endpoint: whole and streamed, with the caller’s own key', async () => {
  expect(await host.example('google-native.ts', CALLERS)).toBe(`${GEMINI_TEXT}\n${GEMINI_TEXT}`);
  expect(received('x-goog-api-key')).toEqual([
    ['/v1/models/gemini-2.5-flash:generateContent', 'gemini-of-the-caller'],
    ['/v1/models/gemini-2.5-flash:streamGenerateContent?alt=sse', 'gemini-of-the-caller'],
  ]);
});

test('a token in the place of the provider’s key: the operator’s key goes on instead', async () => {
  expect(await host.example('token-as-key.ts')).toBe(
    `${OPENAI_CHAT_TEXT}\n${ANTHROPIC_TEXT}\n${GEMINI_TEXT}\n`,
  );
  const slots = ['authorization', 'x-api-key', 'x-goog-api-key'];
  const keys = upstream.requests.latest.map((request) =>
    slots.flatMap((slot) => headerOf(request, slot) ?? []),
  );
  expect(keys).toEqual([
    ['Bearer sk-of-the-operator'],
    ['sk-ant-of-the-operator'],
    ['gemini-of-the-operator'],
  ]);
  received('authorization');
});

test('cloudflare: a gateway, and a token that is good for it alone', async () => {
  expect(await host.example('gateway-and-token.ts')).toBe(
    [
      'gateway team-a, authentication on',
      'token team-a service: active',
      'on team-a: 200',
      'on default: 403',
      '',
    ].join('\n'),
  );
});

test('a custom provider: made, and asked for a model of its own', async () => {
  const models = { MODELS_URL: `${upstream.url}/v1`, MODELS_KEY: 'sk-of-the-models' };
  expect(await host.example('custom-provider.ts', models)).toBe(
    `In-house models: custom-in-house\n${OPENAI_CHAT_TEXT}\n`,
  );
  expect(received('authorization')).toEqual([['/v1/chat/completions', 'Bearer sk-of-the-models']]);
  expect(headerOf(upstream.requests.last(), 'x-team')).toEqual(['search']);
});

test('rate limits: two for each team, and a hundred for all', async () => {
  expect(await host.example('rate-limits.ts')).toBe(
    [
      'search: 200, 1 of 2 left',
      'search: 200, 0 of 2 left',
      'search: 429, 0 of 2 left',
      'ads: 200, 1 of 2 left',
      '',
    ].join('\n'),
  );
});

test('price.sh tells what a request would be charged', async () => {
  const command = `${await source('environment.sh')}\n${await source('price.sh')}`;
  const { result } = JSON.parse(await host.shell(command));
  expect(result.effective).toMatchObject({
    source: 'book',
    price: 'anthropic/claude-haiku-4-5',
    book: result.book.name,
  });
});

test('a price of one’s own takes the place of the book’s', async () => {
  expect(await host.example('own-prices.ts')).toBe('book: 1 in, 5 out\noverride: 0.9 in, 4.5 out\n');
});

test('spend limits: one team spends its cent, and the other still has its own', async () => {
  const lines = (await host.example('spend-limits.ts')).trimEnd().split('\n');
  expect(lines.slice(0, 2)).toEqual([
    'search: 429, The spend limit "each-team" (metadata.team=search) cannot carry this request',
    'ads: 200',
  ]);
  const buckets = lines
    .slice(2)
    .map((line) => /^metadata\.team=(\w+): \$([\d.]+) of \$0\.01 spent/.exec(line));
  expect(buckets.map((found) => found?.[1])).toEqual(['ads', 'search']);
  for (const found of buckets) expect(Number(found?.[2])).toBeLessThanOrEqual(0.01);
});

test('a route by plan: who pays gets the large model', async () => {
  expect(await host.example('route-by-plan.ts')).toBe('free: demo/small\npro: demo/large\n');
});

test('a route of two arms: both are met, and nobody changes', async () => {
  expect(await host.example('route-a-b.ts')).toBe('arms: new and proven\nchanged: 0 of 40\n');
});

test('a route with a budget: each team’s large model, until its cent is spent', async () => {
  await earlyInWindow(3_600_000);
  const lines = (await host.example('route-budget.ts')).trimEnd().split('\n');
  expect(lines.slice(0, 3)).toEqual([
    'search begins with large',
    'search goes on with small',
    'ads begins with large',
  ]);
  const [, left] = /^budget → fallback: \$([\d.]+) of \$0\.01 left$/.exec(lines[3] ?? '') ?? [];
  expect(Number(left)).toBeLessThan(0.01);
}, 60_000);

test('totals: three requests by model, at the cost that their answers said', async () => {
  expect(await host.example('totals.ts')).toBe(
    ['large: 1 requests', 'small: 2 requests', 'cost: what the answers said', ''].join('\n'),
  );
});

test('cloudflare: an operator tops up, and what is told twice counts once', async () => {
  expect(await host.example('top-up.ts')).toBe(
    [
      'balance: 2500 cents',
      'invoice-2026-117: 2500 cents, paid',
      'used in the last 30 days: 0 cents',
      '',
    ].join('\n'),
  );
});

test('a circuit breaker: nobody listens at the first choice, so that its circuit opens', async () => {
  expect(await host.example('circuit-breaker.ts')).toBe('groq: open, 100 % of 10 calls failed\n');
});

test('caching: ten together make one call, an own key, and what is purged', async () => {
  expect(await host.example('caching.ts')).toBe(
    ['together: 1 call', 'again: HIT', 'one purged: MISS', 'all purged: MISS', ''].join('\n'),
  );
});

test('cloudflare: the log of the call just made, its bodies, and feedback on it', async () => {
  const [line, request, response] = (await host.example('read-the-log.ts')).split('\n');
  expect(line).toBe('demo any-model 200 {"team":"a"}');
  expect(JSON.parse(request ?? '')).toMatchObject({ messages: [{ content: 'Will this be logged?' }] });
  expect(JSON.parse(response ?? '')).toMatchObject({ object: 'chat.completion' });
  const logs = `${host.baseUrl}/client/v4/accounts/${host.accountId}/ai-gateway/gateways/default/logs?per_page=1`;
  const list = await fetch(logs, { headers: { authorization: `Bearer ${host.apiToken}` } });
  expect(await list.json()).toMatchObject({
    result: [{ feedback: 1, score: 90, tokens_in: expect.any(Number) }],
  });
});
