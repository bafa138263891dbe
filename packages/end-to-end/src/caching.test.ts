import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { faultHeader, OPENAI_CHAT_TEXT } from '@weir/testkit';
import type { RawRequest } from '@weir/testkit/http';
import { eventually } from './__fixtures__/eventually.ts';
import { api, CHAT, compat, native, STREAMED_CHAT, UNIFIED_CHAT } from './__fixtures__/requests.ts';
import { type RunningGateway, type SentAnswer, startGateway } from './__fixtures__/running-gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createGateway('main', { cache_ttl: 3_600, cache_invalidate_on_update: true });
  await gateway.createGateway('plain');
  await gateway.createGateway('limited', {
    cache_ttl: 3_600,
    rate_limiting_limit: 2,
    rate_limiting_interval: 3_600,
    // A fixed window could end in the middle of a count.
    rate_limiting_technique: 'sliding',
  });
}, 60_000);
afterAll(() => gateway?.stop());
beforeEach(() => gateway.upstream.requests.clear());

let bodies = 0;
/** A body that no test sent before. */
const fresh = (body: string) => JSON.stringify({ ...JSON.parse(body), user: `u${bodies++}` });
const chat = (given: Partial<RawRequest> = {}) => native(gateway, 'openai/chat/completions', given);
const on = (id: string, request: RawRequest): RawRequest => ({
  ...request,
  path: request.path.replace('/main/', `/${id}/`),
});

const verdict = ({ headers }: SentAnswer) => headers['cf-aig-cache-status'];
const calls = () => gateway.upstream.requests.total;

/** Sends until the answer comes from the cache: storing happens beside the client's way. */
const hit = (request: RawRequest) =>
  eventually('a hit', async () => {
    const answer = await gateway.send(request);
    return verdict(answer) === 'HIT' ? answer : null;
  });

/** The hit may be of a call after the first, and a translated answer says in which second it was made. */
const timeless = ({ body }: SentAnswer) => body.toString().replace(/"created":\d+/g, '"created":0');

/** A miss that is stored, then a hit. */
async function twice(request: RawRequest, again: RawRequest = request) {
  const first = await gateway.send(request);
  expect(verdict(first)).toBe('MISS');
  return { first, second: await hit(again) };
}

/** Two requests, of which the second must not find the first’s answer. */
async function apart(one: RawRequest, other: RawRequest): Promise<void> {
  await twice(one);
  const answer = await gateway.send(other);
  expect([answer.status, verdict(answer)]).toEqual([200, 'MISS']);
}

describe('when answers are cached', () => {
  test('5.4-1: off by default, and a lifetime alone does not turn it on', async () => {
    for (const headers of [{}, { 'cf-aig-cache-ttl': '600' }]) {
      const request = on('plain', chat({ headers }));
      for (const answer of [await gateway.send(request), await gateway.send(request)]) {
        expect(verdict(answer)).toBeUndefined();
        expect(answer.headers['weir-cache-key']).toBeUndefined();
      }
    }
    expect(calls()).toBe(4);
  });

  test('5.4-1: on by the gateway’s cache_ttl; a hit says what a miss said, and calls nobody', async () => {
    const { first, second } = await twice(chat({ body: fresh(CHAT) }));
    expect(calls()).toBeGreaterThanOrEqual(1);
    expect([second.status, second.body.toString()]).toEqual([200, first.body.toString()]);
    expect(second.headers['content-type']).toBe(first.headers['content-type']);
    expect(second.headers['weir-cache-key']).toBe(first.headers['weir-cache-key']);
    expect(first.headers.age).toBeUndefined();
    expect(Number(second.headers.age)).toBeGreaterThanOrEqual(0);
    const before = calls();
    await hit(chat({ body: gateway.upstream.requests.last().body }));
    expect(calls()).toBe(before);
  });

  test('5.4-1, 5.4-3, 5.4-4: on by a key of the caller’s own, on any gateway', async () => {
    const request = (body: string) =>
      on('plain', chat({ body, headers: { 'cf-aig-cache-key': 'greeting' } }));
    const { second } = await twice(request(fresh(CHAT)), request(fresh(CHAT)));
    expect(second.status).toBe(200);
    const { settings } = await gateway.records.of(second.eventId);
    expect(settings).toMatchObject({ cacheKey: { value: true, source: 'request' } });
    expect(settings?.cacheTtl).toBeUndefined();
  });

  test('5.4-5: 0 turns it off, for the header and its old name', async () => {
    const body = fresh(CHAT);
    await twice(chat({ body }));
    for (const name of ['cf-aig-cache-ttl', 'cf-cache-ttl'])
      expect(verdict(await gateway.send(chat({ body, headers: { [name]: '0' } })))).toBeUndefined();
  });

  test.each([
    ['-1', 60, 'cf-aig-cache-ttl must be 60 to 2592000; 60 was used'],
    ['59', 60, 'cf-aig-cache-ttl must be 60 to 2592000; 60 was used'],
    ['1000000000', 2_592_000, 'cf-aig-cache-ttl must be 60 to 2592000; 2592000 was used'],
    ['abc', 3_600, 'cf-aig-cache-ttl must be a whole number and was ignored'],
  ])('5.4-5: a lifetime of %s is %d seconds, with a warning in the log', async (value, used, warning) => {
    const answer = await gateway.send(chat({ body: fresh(CHAT), headers: { 'cf-aig-cache-ttl': value } }));
    const { settings, warnings } = await gateway.records.of(answer.eventId);
    expect([answer.status, settings?.cacheTtl?.value, warnings.includes(warning)]).toEqual([200, used, true]);
  });

  test('a key that is too long is ignored with a warning; the headers in all have their own limit', async () => {
    const headers = { 'cf-aig-cache-key': 'k'.repeat(1_025) };
    const answer = await gateway.send(on('plain', chat({ headers })));
    expect([answer.status, verdict(answer)]).toEqual([200, undefined]);
    const { warnings } = await gateway.records.of(answer.eventId);
    expect(warnings).toContain('cf-aig-cache-key must be 1 to 1024 characters and was ignored');
    const huge = await gateway.send(chat({ headers: { 'cf-aig-cache-key': 'k'.repeat(12_000) } }));
    expect(huge.status).toBe(431);
  });
});

describe('what a key is made of', () => {
  test('5.4-2: another body, however little, is another entry', () => {
    const body = fresh(CHAT);
    return apart(chat({ body }), chat({ body: `${body} ` }));
  });

  test('5.4-2: so is another key of the caller’s', () => {
    const body = fresh(CHAT);
    return apart(chat({ body }), chat({ body, headers: { authorization: 'Bearer sk-another' } }));
  });

  test('5.4-2: so is another endpoint, another query, another version of the provider’s format', async () => {
    const body = fresh(CHAT);
    await apart(chat({ body }), native(gateway, 'openai/v1/other/chat/completions', { body }));
    const query = chat({ body });
    await apart({ ...query, path: `${query.path}?a=1` }, { ...query, path: `${query.path}?a=2` });
    const same = fresh(CHAT);
    const version = (name: string) => chat({ body: same, headers: { 'anthropic-version': name } });
    await apart(version('1'), version('2'));
  });

  test.each([
    'prefer',
    'x-http-method-override',
    'x-amzn-bedrock-guardrailidentifier',
    'x-tenant-token',
    'x-login-key',
  ])('so is another %s: it chooses the answer, or is somebody’s', (name) => {
    const body = fresh(CHAT);
    return apart(chat({ body, headers: { [name]: 'a' } }), chat({ body, headers: { [name]: 'b' } }));
  });

  test('but not another request id or idempotency key, nor headers in another order', async () => {
    const body = fresh(CHAT);
    const one = { 'x-request-id': '1', 'idempotency-key': '1', 'x-a-token': 'a', prefer: 'wait' };
    const other = { prefer: 'wait', 'x-a-token': 'a', 'x-request-id': '2', 'idempotency-key': '2' };
    await twice(chat({ body, headers: one }), chat({ body, headers: other }));
  });

  test('5.4-2: and another gateway', () => {
    const body = fresh(CHAT);
    return apart(chat({ body }), on('limited', chat({ body })));
  });

  test('5.4-3: an own key leaves body and credential out, but neither model nor provider, unless asked', async () => {
    const named = (model: string, more = {}) =>
      chat({
        body: fresh(JSON.stringify({ model, messages: [] })),
        headers: { 'cf-aig-cache-key': 'k1', ...more },
      });
    await twice(named('a'), named('a', { authorization: 'Bearer sk-another' }));
    expect(verdict(await gateway.send(named('b')))).toBe('MISS');
    const shared = { 'weir-cache-across-models': 'true' };
    await twice(named('c', shared), named('d', shared));
  });
});

describe('which answers are stored (5.4-6)', () => {
  test.each([
    ['an error', faultHeader('provider-error', { status: 400 })],
    ['a rate limit of the provider', faultHeader('provider-error', { status: 429 })],
    ['an error inside a 200', faultHeader('error-inside')],
    ['a stream that ends in the middle of an event', faultHeader('sse-half-event')],
    ['a stream with an error inside', faultHeader('sse-error-inside')],
  ])('%s is not', async (_, fault) => {
    const request = chat({ body: fresh(STREAMED_CHAT), headers: { 'x-fault': fault } });
    for (let time = 1; time <= 3; time += 1) {
      expect(verdict(await gateway.send(request))).toBe('MISS');
      expect(calls()).toBe(time);
    }
  });

  test('a GET is neither looked for nor stored', async () => {
    const answer = await gateway.send(native(gateway, 'openai/models', { method: 'GET', body: '' }));
    expect([answer.status, verdict(answer)]).toEqual([200, undefined]);
  });

  test('a stream is, and comes again as the same events', async () => {
    const { first, second } = await twice(chat({ body: fresh(STREAMED_CHAT) }));
    expect(second.body.toString()).toBe(first.body.toString());
    expect(second.headers['content-type']).toMatch(/^text\/event-stream/);
    expect(await gateway.records.of(second.eventId)).toMatchObject({ cached: true, streamed: true });
  });

  test('so is a large answer', async () => {
    const fault = faultHeader('sse', { chunks: 320, text: 10_000 });
    const request = chat({ body: fresh(STREAMED_CHAT), headers: { 'x-fault': fault } });
    const { first, second } = await twice(request);
    expect(second.body.length).toBeGreaterThan(3_000_000);
    expect(second.body.equals(first.body)).toBe(true);
  });

  test('so are answers that were translated, in the client’s format', async () => {
    for (const stream of [false, true]) {
      const body = fresh(
        JSON.stringify({ ...JSON.parse(UNIFIED_CHAT), model: 'anthropic/claude-x', stream }),
      );
      for (const request of [compat(gateway, { body }), api(gateway, { body })]) {
        const { first, second } = await twice(request);
        expect([second.status, timeless(second)]).toEqual([200, timeless(first)]);
        expect(second.headers['content-type']).toBe(first.headers['content-type']);
      }
    }
  });

  test('under an own key a stream comes as a whole answer and the other way round, in each client format', async () => {
    const formats = [
      ['compat/chat/completions', { messages: [{ role: 'user', content: 'hi' }] }],
      ['compat/responses', { input: 'hi' }],
      ['compat/messages', { max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] }],
    ] as const;
    for (const [path, body] of formats)
      for (const stored of [true, false]) {
        const headers = { 'cf-aig-cache-key': `shape-${path}-${stored}` };
        const asked = (stream: boolean) =>
          native(gateway, path, {
            body: JSON.stringify({ model: 'openai/gpt-x', stream, ...body }),
            headers: { ...headers, 'anthropic-version': '2023-06-01' },
          });
        const { first, second } = await twice(asked(stored), asked(!stored));
        const [stream, whole] = stored ? [first, second] : [second, first];
        expect([path, stream.headers['content-type']]).toEqual([path, expect.stringMatching(/event-stream/)]);
        expect([path, whole.headers['content-type']]).toEqual([path, expect.stringMatching(/json/)]);
        expect(JSON.stringify(JSON.parse(whole.body.toString()))).toContain(OPENAI_CHAT_TEXT);
        for (const word of OPENAI_CHAT_TEXT.split(' ')) expect(stream.body.toString()).toContain(word);
      }
  });

  test('a run’s input says what it asks for, and its answer is shared with requests in that format', async () => {
    const messages = [{ role: 'user', content: 'hi' }];
    const headers = { 'cf-aig-cache-key': 'runs' };
    const run = (input: object) =>
      api(gateway, { path: 'ai/run', body: JSON.stringify({ model: 'openai/gpt-x', input }), headers });
    const { first, second } = await twice(run({ messages, stream: true }), run({ messages }));
    expect(first.headers['content-type']).toMatch(/event-stream/);
    expect(JSON.parse(second.body.toString())).toMatchObject({
      state: 'Completed',
      result: { object: 'chat.completion', choices: [{ message: { content: OPENAI_CHAT_TEXT } }] },
    });
    const inPath = api(gateway, {
      path: 'ai/run/openai/gpt-x',
      body: JSON.stringify({ messages, stream: true }),
      headers,
    });
    const streamed = await gateway.send(inPath);
    expect(verdict(streamed)).toBe('HIT');
    expect(streamed.headers['content-type']).toMatch(/event-stream/);
    expect(verdict(await gateway.send(compat(gateway, { headers })))).toBe('HIT');
    expect(verdict(await gateway.send(run({ input: 'hi' })))).toBe('MISS');
  });
});

describe('reading past the cache', () => {
  test.each(['cf-aig-skip-cache', 'cf-skip-cache'])(
    '5.4-7: %s goes to the provider and stores its answer',
    async (name) => {
      const body = fresh(CHAT);
      await twice(chat({ body }));
      const before = calls();
      const skipped = await gateway.send(chat({ body, headers: { [name]: 'true' } }));
      expect([verdict(skipped), calls()]).toEqual(['MISS', before + 1]);
      const only = fresh(CHAT);
      await gateway.send(chat({ body: only, headers: { [name]: 'true' } }));
      await hit(chat({ body: only }));
    },
  );
});

describe('a hit is a request like any other', () => {
  test('5.4-8: it is logged as cached, with no usage and no attempt', async () => {
    const { first, second } = await twice(chat({ body: fresh(CHAT) }));
    expect(await gateway.records.of(first.eventId)).toMatchObject({
      cached: false,
      attempts: [{ status: 200 }],
    });
    expect(await gateway.records.of(second.eventId)).toMatchObject({
      cached: true,
      usage: null,
      attempts: [],
      provider: 'openai',
      model: 'gpt-x',
      statusCode: 200,
      success: true,
    });
  });

  test('it needs a valid token', async () => {
    const body = fresh(CHAT);
    await twice(chat({ body }));
    const answer = await gateway.send(chat({ body, headers: { 'cf-aig-authorization': 'Bearer no' } }));
    expect([answer.status, verdict(answer)]).toEqual([401, undefined]);
  });

  test('5.4-9, 5.5-4: it counts against the rate limit, which goes before it', async () => {
    const request = on('limited', chat({ body: fresh(CHAT) }));
    const statuses = [];
    for (let time = 0; time < 4; time += 1) statuses.push((await gateway.send(request)).status);
    expect(statuses).toContain(429);
    expect((await gateway.send(request)).headers['cf-aig-cache-status']).toBeUndefined();
  });
});

describe('the universal endpoint', () => {
  test('each step is looked for and stored under its own settings', async () => {
    const step = (provider: string, more = {}) => ({
      provider,
      endpoint: 'chat/completions',
      authorization: 'Bearer sk-step',
      query: JSON.parse(CHAT),
      ...more,
    });
    const body = JSON.stringify([
      step('groq'),
      step('openai', { headers: { 'cf-aig-cache-key': 'universal-step' } }),
    ]);
    const request = { ...on('plain', chat({ body })), path: `/v1/${gateway.account}/plain` };
    const { second } = await twice(request);
    expect([second.status, second.headers['cf-aig-step']]).toEqual([200, '1']);
    const direct = on('plain', chat({ headers: { 'cf-aig-cache-key': 'universal-step' } }));
    expect(verdict(await gateway.send(direct))).toBe('HIT');
  });
});

describe('forgetting', () => {
  const purge = (body?: unknown) => gateway.manage('POST', 'ai-gateway/gateways/main/cache/purge', body);
  /** Design 6: a change applies everywhere within this time, give or take one question of ours. */
  const PROPAGATION_MS = 5_000;

  async function isGoneWithin(milliseconds: number, request: RawRequest, change: () => Promise<unknown>) {
    await twice(request);
    await change();
    const changed = Date.now();
    await eventually('a miss', async () => (verdict(await gateway.send(request)) === 'MISS' ? true : null));
    expect(Date.now() - changed).toBeLessThan(milliseconds + 500);
  }

  test(
    'a purge of everything leaves no old answer after 5 s',
    () => isGoneWithin(PROPAGATION_MS, chat({ body: fresh(CHAT) }), () => purge()),
    20_000,
  );

  test(
    '5.4-11: so does a change of a gateway with cache_invalidate_on_update',
    () =>
      isGoneWithin(PROPAGATION_MS, chat({ body: fresh(CHAT) }), () =>
        gateway.manage('PUT', 'ai-gateway/gateways/main', { retry_delay: 1 }),
      ),
    20_000,
  );

  test('one entry is purged at once, by the key that its answer names or by the caller’s own', async () => {
    await eventually('the last change', async () => {
      const probe = chat({ body: fresh(CHAT) });
      await gateway.send(probe);
      return verdict(await gateway.send(probe)) === 'HIT' ? true : null;
    });
    const { first } = await twice(chat({ body: fresh(CHAT) }));
    const key = first.headers['weir-cache-key'];
    expect((await purge({ key })).result).toEqual({ purged: 'key', key, found: true });
    expect((await purge({ key })).result).toEqual({ purged: 'key', key, found: false });
    const named = chat({ headers: { 'cf-aig-cache-key': 'to-purge' } });
    await twice(named);
    const own = { cache_key: 'to-purge', provider: 'openai', model: 'gpt-x' };
    expect((await purge(own)).result).toMatchObject({ purged: 'key', found: true });
    expect(verdict(await gateway.send(named))).toBe('MISS');
  }, 20_000);
});

describe('what is never cached', () => {
  test('5.4-12: /run on the gateway host; on the API host a run is', async () => {
    const input = { messages: [{ role: 'user', content: `hi ${bodies++}` }] };
    const run = JSON.stringify({ model: 'openai/gpt-x', input });
    for (let time = 0; time < 2; time += 1) {
      const answer = await gateway.send(native(gateway, 'run', { body: run }));
      expect([answer.status, verdict(answer)]).toEqual([200, undefined]);
    }
    const { first, second } = await twice(api(gateway, { path: 'ai/run', body: run }));
    expect(second.body.toString()).toBe(first.body.toString());
    expect(JSON.parse(second.body.toString())).toMatchObject({ success: true, state: 'Completed' });
  });
});
