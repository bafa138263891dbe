import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CustomProvider } from '../account/custom-provider.ts';
import { UpstreamFailure } from '../ports/upstream.ts';
import { ACCOUNT, GatewayForTest, jsonAnswer, NOW, TOKEN } from './__fixtures__/gateway-for-test.ts';

const OURS: CustomProvider = {
  id: '5c5f0a4e-0000-4000-8000-000000000001',
  slug: 'in-house',
  name: 'In-house',
  base_url: 'https://models.example/api/',
  enable: true,
  beta: false,
  description: null,
  link: null,
  curl_example: null,
  js_example: null,
  headers: { 'x-team': 'search' },
  position: 0,
  created_at: '2026-01-01T00:00:00.000Z',
  modified_at: '2026-01-01T00:00:00.000Z',
};
const AUTHORISED = { 'cf-aig-authorization': `Bearer ${TOKEN}` };
const CHAT = JSON.stringify({
  model: 'custom-in-house/llama/70b',
  messages: [{ role: 'user', content: 'hi' }],
});

let gateway: GatewayForTest;
let version = 0;

/** Each its own version, as every change of one is. */
function has(...changes: readonly Partial<CustomProvider>[]): void {
  version += 1;
  const modified_at = new Date(NOW + version).toISOString();
  const customProviders = changes.map((change, index) => ({
    ...OURS,
    id: `${OURS.id}${index}`,
    modified_at,
    ...change,
  }));
  gateway.account = { id: ACCOUNT, version, customProviders, prices: [] };
}

beforeEach(() => {
  gateway = new GatewayForTest();
  has({});
});

const native = (path: string, rest: Parameters<GatewayForTest['request']>[0] = {}) =>
  gateway.request({ headers: AUTHORISED, body: '{}', ...rest, path: `/v1/${ACCOUNT}/main/${path}` });
const unified = (body: string, path = 'compat/chat/completions') =>
  gateway.request({
    headers: { ...AUTHORISED, authorization: 'Bearer sk-theirs' },
    body,
    path: `/v1/${ACCOUNT}/main/${path}`,
  });

describe('a custom provider’s own endpoint', () => {
  it.each([
    ['https://models.example', 'v1/x', 'https://models.example/v1/x'],
    ['https://models.example/', '', 'https://models.example'],
    ['https://models.example/v1', 'v1/x', 'https://models.example/v1/v1/x'],
    ['https://models.example/v1/', 'x%2Fy/', 'https://models.example/v1/x%2Fy/'],
    ['https://models.example:8443/a/b', 'c', 'https://models.example:8443/a/b/c'],
  ])('is %s, and everything after its name (%j): %s (spec 5.15-2)', async (base_url, path, url) => {
    has({ base_url });
    await native(`custom-in-house/${path}`);
    expect(gateway.lastSent().url).toBe(url);
  });

  it('keeps method, query, body and headers, sets its own headers, and is guarded', async () => {
    await native('custom-in-house/thing', {
      method: 'PUT',
      query: 'a=1&b=%20',
      headers: { ...AUTHORISED, 'x-api-key': 'sk-theirs', 'x-team': 'another', 'x-other': 'stays' },
      body: 'plain',
    });
    const { method, url, headers, body, guard } = gateway.lastSent();
    expect([method, url, guard]).toEqual(['PUT', 'https://models.example/api/thing?a=1&b=%20', 'public']);
    expect(Buffer.from(body ?? '').toString()).toBe('plain');
    expect(headers.get('x-team')).toEqual(['search']);
    expect(headers.get('x-other')).toEqual(['stays']);
    expect(headers.get('x-api-key')).toEqual(['sk-theirs']);
    expect(headers.has('cf-aig-authorization')).toBe(false);
    expect(gateway.record()).toMatchObject({ provider: 'custom-in-house', keySource: 'request' });
  });

  it('is found in any case, with the gateway left out too', async () => {
    await native('Custom-IN-house/x');
    expect(gateway.lastSent().url).toBe('https://models.example/api/x');
    gateway.addGateway('default');
    await gateway.request({ headers: AUTHORISED, path: `/v1/${ACCOUNT}/custom-in-house/x` });
    expect(gateway.sent).toHaveLength(2);
  });

  it('is always prefixed, also when its slug is', async () => {
    has({ slug: 'custom-x' });
    expect((await native('custom-custom-x/y')).status).toBe(200);
    expect((await native('custom-x/y')).json()).toMatchObject({ error: [{ code: 2008 }] });
  });

  it.each(['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'])(
    'takes our token in %s for who calls, and does not send it on',
    async (name) => {
      await gateway.request({
        headers: { [name]: name === 'authorization' ? `Bearer ${TOKEN}` : TOKEN },
        path: `/v1/${ACCOUNT}/main/custom-in-house/x`,
      });
      expect(gateway.record()).toMatchObject({ authenticated: true });
      expect(gateway.lastSent().headers.has(name)).toBe(false);
    },
  );

  it.each([
    ['unknown', 'custom-nobody'],
    ['of another name without its prefix', 'in-house'],
  ])('that is %s is 2008', async (_, name) => {
    expect((await native(`${name}/x`)).json()).toMatchObject({ httpCode: 400, error: [{ code: 2008 }] });
    expect(gateway.sent).toEqual([]);
  });

  it('that is disabled is unknown, wherever it is named (spec 5.15-4)', async () => {
    has({ enable: false });
    const step = [{ provider: 'custom-in-house', endpoint: 'x', query: {} }];
    const answers = [
      await native('custom-in-house/x'),
      await unified(CHAT),
      await unified(JSON.stringify({ model: 'custom-in-house/m', input: { messages: [] } }), 'run'),
      await native('', { body: JSON.stringify(step) }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
    for (const { body } of answers) expect(body).toContain('2008');
    expect(gateway.sent).toEqual([]);
  });

  it('does not exist for an account that has no item', async () => {
    gateway.account = null;
    expect((await native('custom-in-house/x')).json()).toMatchObject({ error: [{ code: 2008 }] });
  });

  it('that its guard does not let be called is a refusal that names the way out, and is not tried again', async () => {
    gateway.addGateway('main', { retry_max_attempts: 5, retry_delay: 0 });
    gateway.provider = () =>
      new UpstreamFailure('forbidden', 'its name leads to an address that is not public');
    const answer = await native('custom-in-house/x');
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('private endpoints');
    expect(gateway.sent).toHaveLength(1);
    expect(gateway.record()).toMatchObject({ attempts: [{ failure: 'forbidden' }] });
  });

  it('a redirect passes to the caller as it is', async () => {
    gateway.provider = () => jsonAnswer('', 302, { location: 'http://169.254.169.254/' });
    const answer = await native('custom-in-house/x');
    expect([answer.status, answer.header('location')]).toEqual([302, 'http://169.254.169.254/']);
    expect(gateway.sent).toHaveLength(1);
  });
});

describe('a custom provider on the unified endpoints', () => {
  it.each([
    ['https://models.example', 'https://models.example/v1/chat/completions'],
    ['https://models.example/', 'https://models.example/v1/chat/completions'],
    ['https://models.example/v1', 'https://models.example/v1/chat/completions'],
    ['https://models.example/api', 'https://models.example/api/chat/completions'],
  ])('%s takes chat at %s (spec 5.15-3)', async (base_url, url) => {
    has({ base_url });
    await unified(CHAT);
    const { headers, body, ...sent } = gateway.lastSent();
    expect([sent.url, sent.guard]).toEqual([url, 'public']);
    expect(JSON.parse(Buffer.from(body ?? '').toString())).toMatchObject({ model: 'llama/70b' });
    expect([headers.get('authorization'), headers.get('x-team')]).toEqual([['Bearer sk-theirs'], ['search']]);
    expect(gateway.record()).toMatchObject({ provider: 'custom-in-house', model: 'llama/70b' });
  });

  it('takes embeddings beside them', async () => {
    await unified('{"model":"custom-in-house/e5","input":"hi"}', 'compat/embeddings');
    expect(gateway.lastSent().url).toBe('https://models.example/api/embeddings');
  });

  it('adds no field to a stream that its server may not know', async () => {
    await unified(CHAT.replace('{', '{"stream":true,'));
    expect(Buffer.from(gateway.lastSent().body ?? '').toString()).not.toContain('stream_options');
  });

  it.each([
    ['https://models.example', 'https://models.example/v1/chat/completions'],
    ['https://models.example/api', 'https://models.example/api/chat/completions'],
  ])('is spoken to in chat for a client of another format, with its headers: %s', async (base_url, url) => {
    has({ base_url });
    gateway.provider = () =>
      jsonAnswer(
        '{"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"yes"}}]}',
      );
    const answer = await gateway.request({
      headers: { ...AUTHORISED, 'x-api-key': 'sk-theirs' },
      path: `/v1/${ACCOUNT}/main/compat/messages`,
      body: CHAT.replace('{', '{"max_tokens":7,'),
    });
    expect(answer.json()).toMatchObject({ type: 'message', content: [{ type: 'text', text: 'yes' }] });
    const { headers, body, ...sent } = gateway.lastSent();
    expect(sent.url).toBe(url);
    expect([headers.get('authorization'), headers.get('x-team')]).toEqual([['Bearer sk-theirs'], ['search']]);
    expect(JSON.parse(Buffer.from(body ?? '').toString())).toMatchObject({
      model: 'llama/70b',
      max_tokens: 7,
    });
  });

  it('is run, pinned, and a step of the universal endpoint', async () => {
    await unified(JSON.stringify({ model: 'custom-in-house/m', input: { messages: [] } }), 'run');
    await unified(CHAT.replace('"custom-in-house/llama/70b"', '"m","provider":"custom-in-house"'));
    await native('', {
      body: JSON.stringify([{ provider: 'custom-in-house', endpoint: 'x?y=1', query: {} }]),
    });
    expect(gateway.sent.map(({ url, guard }) => [url, guard])).toEqual([
      ['https://models.example/api/chat/completions', 'public'],
      ['https://models.example/api/chat/completions', 'public'],
      ['https://models.example/api/x?y=1', 'public'],
    ]);
    const [, pinned] = gateway.sent;
    expect(JSON.parse(Buffer.from(pinned?.body ?? '').toString())).toMatchObject({ model: 'm' });
  });
});

it('a provider of our own is not guarded: its address is the operator’s choice', async () => {
  await native('openai/v1/models');
  expect(gateway.lastSent().guard).toBe('none');
});
