import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { faultHeader } from '@weir/testkit';
import { openRaw, sendRaw } from '@weir/testkit/http';
import { readLogs, settledLogs } from './__fixtures__/log-list.ts';
import {
  api,
  CHAT,
  compat,
  native,
  PROVIDER_KEY,
  STREAMED_CHAT,
  UNIFIED_CHAT,
} from './__fixtures__/requests.ts';
import { type RunningGateway, startGateway } from './__fixtures__/running-gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createGateway('main');
  await gateway.createGateway('silent', { collect_logs: false });
}, 60_000);
afterAll(() => gateway?.stop());
beforeEach(() => gateway.upstream.requests.clear());

const received = () => gateway.upstream.requests.last();
const receivedBody = () => JSON.parse(Buffer.from(received().body).toString());

describe('streams', () => {
  test('each chunk arrives before the next is sent', async () => {
    const request = native(gateway, 'openai/chat/completions', {
      body: STREAMED_CHAT,
      headers: { 'x-fault': faultHeader('sse-silence', { chunks: 6, silence: 600 }) },
    });
    const message = await openRaw(gateway.baseUrl, request);
    const [first] = await once(message, 'data');
    expect(first.toString()).toContain('data: ');
    // The provider is still in its silence: it has not sent the second half.
    expect(received().end).toBe('open');
    let rest = '';
    for await (const chunk of message) rest += chunk;
    expect(rest.trimEnd().endsWith('data: [DONE]')).toBe(true);
  });

  test('usage is read although the client did not ask for it, and the extra chunk is hidden', async () => {
    const answer = await gateway.send(native(gateway, 'openai/chat/completions', { body: STREAMED_CHAT }));
    expect(receivedBody().stream_options).toEqual({ include_usage: true });
    const direct = await sendRaw(gateway.upstream.url, {
      method: 'POST',
      path: '/v1/chat/completions',
      body: STREAMED_CHAT,
    });
    // A provider that is asked says in every other chunk that there is no usage yet; those pass untouched.
    expect(answer.body.toString().replaceAll(',"usage":null', '')).toBe(direct.body.toString());
    expect(await gateway.records.of(answer.eventId)).toMatchObject({
      streamed: true,
      usage: { input: 15, cacheRead: 4, output: 6, reasoning: 2 },
    });
  });

  test('a client that asked for usage gets its chunk', async () => {
    const body = JSON.stringify({ ...JSON.parse(STREAMED_CHAT), stream_options: { include_usage: true } });
    const answer = await gateway.send(native(gateway, 'openai/chat/completions', { body }));
    expect(answer.body.toString()).toContain('"total_tokens":27');
  });

  test.each([
    ['anthropic/v1/messages', STREAMED_CHAT],
    ['google-ai-studio/v1beta/models/gemini-x:streamGenerateContent?alt=sse', '{}'],
    ['google-ai-studio/v1beta/models/gemini-x:streamGenerateContent', '{}'],
  ])('%s passes byte for byte with its usage read', async (path, body) => {
    const answer = await gateway.send(native(gateway, path, { body }));
    const direct = await sendRaw(gateway.upstream.url, {
      method: 'POST',
      path: path.slice(path.indexOf('/')),
      body,
    });
    expect([answer.status, answer.body.toString()]).toEqual([200, direct.body.toString()]);
    const { usage } = await gateway.records.of(answer.eventId);
    expect(usage?.output).toBeGreaterThan(0);
  });
});

describe('what the provider gets', () => {
  test('nothing that is ours, the platform’s or about the caller’s network', async () => {
    const secret = 'session=secret';
    await gateway.send(
      native(gateway, 'openai/chat/completions', {
        headers: {
          cookie: secret,
          'x-forwarded-for': '10.1.2.3',
          'x-forwarded-host': 'inside.example',
          'cf-aig-metadata': '{"a":1}',
          'cf-connecting-ip': '10.1.2.3',
          'x-kept': 'yes',
        },
      }),
    );
    const { headers } = received();
    const names = [...headers.keys()];
    expect(names.filter((name) => /^cf-|^x-forwarded|^x-amz|^weir-|^cookie$/.test(name))).toEqual([]);
    expect([...headers.values()].flat().join('\n')).not.toContain(gateway.token);
    expect(headers.get('x-kept')).toEqual(['yes']);
    expect(headers.get('authorization')).toEqual([`Bearer ${PROVIDER_KEY}`]);
  });

  test('path, query and body as the caller wrote them', async () => {
    const path = 'openai/files/a%20b?order=desc&tag=x&tag=y%26z&empty=';
    const body = '{ "odd" :  [1,2 ],"n":1.0 }';
    await gateway.send(native(gateway, path, { method: 'PATCH', body }));
    expect(received()).toMatchObject({
      method: 'PATCH',
      url: '/v1/files/a%20b?order=desc&tag=x&tag=y%26z&empty=',
    });
    expect(Buffer.from(received().body).toString()).toBe(body);
  });

  test('on the unified endpoints only the model is another', async () => {
    for (const request of [
      compat(gateway),
      api(gateway, { headers: { authorization: `Bearer ${gateway.token}` } }),
    ]) {
      expect((await gateway.send(request)).status).toBe(200);
      expect(received().url).toBe('/v1/chat/completions');
      expect(Buffer.from(received().body).toString()).toBe(UNIFIED_CHAT.replace('openai/gpt-x', 'gpt-x'));
      expect([...received().headers.values()].flat().join()).not.toContain(gateway.token);
    }
  });

  test.each<[string, string, string]>([
    ['Authorization', 'openai/chat/completions', 'authorization'],
    ['x-api-key', 'anthropic/v1/messages', 'x-api-key'],
    ['x-goog-api-key', 'google-ai-studio/v1beta/models/g:generateContent', 'x-goog-api-key'],
  ])('a gateway token in %s authenticates and is dropped', async (_, path, slot) => {
    const value = slot === 'authorization' ? `Bearer ${gateway.token}` : gateway.token;
    const answer = await gateway.send({
      method: 'POST',
      path: native(gateway, path).path,
      headers: { [slot]: value, 'content-type': 'application/json' },
      body: CHAT,
    });
    expect(answer.status).toBe(200);
    expect(received().headers.has(slot)).toBe(false);
    expect(await gateway.records.of(answer.eventId)).toMatchObject({ authenticated: true });
  });

  test('a gateway token in ?key= authenticates and is dropped; the rest of the query stays', async () => {
    const answer = await gateway.send({
      method: 'POST',
      path: native(
        gateway,
        `google-ai-studio/v1beta/models/g:streamGenerateContent?alt=sse&key=${gateway.token}`,
      ).path,
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(answer.status).toBe(200);
    expect(received().url).toBe('/v1beta/models/g:streamGenerateContent?alt=sse');
    expect(await gateway.records.of(answer.eventId)).toMatchObject({ authenticated: true });
  });
});

describe('what is recorded', () => {
  const ask = (headers: Readonly<Record<string, string>>, id = 'main') =>
    gateway.send({
      ...native(gateway, '', { headers }),
      path: `/v1/${gateway.account}/${id}/openai/chat/completions`,
    });

  test('nothing where the caller or the gateway says so, and the caller’s word goes first', async () => {
    const [off, kept, unkept, on] = await Promise.all([
      ask({ 'cf-aig-collect-log': 'false' }),
      ask({}),
      ask({}, 'silent'),
      ask({ 'cf-aig-collect-log': 'true' }, 'silent'),
    ]);
    expect([off, unkept].map(({ headers }) => headers['cf-aig-log-id'])).toEqual([undefined, undefined]);
    expect(kept.headers['cf-aig-log-id']).toBeDefined();
    const logs = [
      ...(await settledLogs(gateway, 'main', 500)),
      ...(await settledLogs(gateway, 'silent', 500)),
    ].map(({ event_id }) => event_id);
    expect(logs).toEqual(expect.arrayContaining([kept.eventId, on.eventId]));
    expect(logs).not.toContain(off.eventId);
    expect(logs).not.toContain(unkept.eventId);
  });

  test('bodies as they were, unless the caller keeps them back', async () => {
    const kept = await ask({});
    const bare = await ask({ 'cf-aig-collect-log-payload': 'false' });
    const bodies = async ({ eventId }: { eventId: string }) => {
      const { id } = await gateway.records.of(eventId);
      return Promise.all(
        ['request', 'response'].map((which) => readLogs(gateway, 'main', `/${id}/${which}`)),
      );
    };
    const [request, response] = await bodies(kept);
    expect([request?.status, request?.body.toString()]).toEqual([200, CHAT]);
    expect([response?.status, response?.body.toString()]).toEqual([200, kept.body.toString()]);
    expect((await bodies(bare)).map(({ status }) => status)).toEqual([404, 404]);
  });

  test.each<[string, string, object, number]>([
    [
      'five entries of six',
      '{"a":1,"b":"x","c":true,"d":null,"e":2,"f":3}',
      { a: 1, b: 'x', c: true, d: null, e: 2 },
      1,
    ],
    ['no key that we vouch for', '{"cf.user":"me","a":1}', { a: 1 }, 0],
    ['no nested value', '{"a":{"b":1},"c":2}', { c: 2 }, 1],
    ['nothing of what is no object', '[1]', {}, 1],
    ['nothing of what is no JSON', '{a', {}, 1],
  ])('of metadata: %s', async (_, text, metadata, warnings) => {
    const answer = await ask({ 'cf-aig-metadata': text });
    expect(answer.status).toBe(200);
    const record = await gateway.records.of(answer.eventId);
    const own = record.warnings.filter((warning) => warning.includes('cf-aig-metadata'));
    expect([record.metadata, own.length]).toEqual([metadata, warnings]);
  });
});
