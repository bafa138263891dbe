import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { faultHeader, type ReceivedRequest } from '@weir/testkit';
import { type RawRequest, sendRaw } from '@weir/testkit/http';
import { isLive } from './__fixtures__/changes.ts';
import { expectGatewayHostError } from './__fixtures__/error-shapes.ts';
import { eventually } from './__fixtures__/eventually.ts';
import { type RunningGateway, startGateway } from './__fixtures__/running-gateway.ts';
import { deleteKey, listKeys, rotateKey, storeKey } from './__fixtures__/stored-keys.ts';
import { apiOn, compatOn, nativeOn } from './__fixtures__/through.ts';

const KEY = 'sk-stored-0123456789-of-the-gateway';
const TEAM_KEY = 'sk-stored-9876543210-of-one-team';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway();
}, 60_000);
afterAll(() => gateway?.stop());
beforeEach(() => gateway.upstream.requests.clear());

const keyOf = (request: ReceivedRequest) => request.headers.get('authorization')?.[0];

/** Sends, and says with which key the provider was asked; its status where nobody asked it. */
async function keySeen(request: RawRequest): Promise<string | number | undefined> {
  gateway.upstream.requests.clear();
  const { status } = await gateway.send(request);
  return gateway.upstream.requests.total === 0 ? status : keyOf(gateway.upstream.requests.last());
}

/** A gateway whose stored keys the data plane knows. */
async function gatewayWithKeys(id: string): Promise<void> {
  await gateway.createGateway(id);
  await storeKey(gateway, id, 'openai', KEY);
  await storeKey(gateway, id, 'openai', TEAM_KEY, { alias: 'team-a' });
}

const SURFACES = [
  [
    'a provider’s own API',
    (id: string, headers = {}) => nativeOn(gateway, id, 'openai/chat/completions', { headers }),
  ],
  [
    'the unified endpoint of the gateway host',
    (id: string, headers = {}) => compatOn(gateway, id, { headers }),
  ],
  ['the unified endpoint of the API host', (id: string, headers = {}) => apiOn(gateway, id, { headers })],
] as const;

describe('a key stored through the API', () => {
  beforeAll(() => gatewayWithKeys('keeps'));

  test.each(SURFACES)(
    'serves on %s, by default and by its alias; 2040 names those that there are',
    async (_, request) => {
      expect(await keySeen(request('keeps'))).toBe(`Bearer ${KEY}`);
      expect(await keySeen(request('keeps', { 'cf-aig-byok-alias': 'team-a' }))).toBe(`Bearer ${TEAM_KEY}`);
      const { status, body } = await gateway.send(request('keeps', { 'cf-aig-byok-alias': 'nobody' }));
      expect(status).toBe(400);
      const { errors, error, message } = JSON.parse(body.toString());
      expect((errors ?? error)[0].code).toBe(2040);
      for (const word of ['OpenAI', 'nobody', 'default', 'team-a']) expect(message).toContain(word);
    },
  );

  test('is passed over where the caller brings a key of its own', async () => {
    const request = nativeOn(gateway, 'keeps', 'openai/chat/completions', {
      headers: { authorization: 'Bearer sk-of-the-caller' },
    });
    expect(await keySeen(request)).toBe('Bearer sk-of-the-caller');
  });

  test('never serves who has no token, though the gateway is open', async () => {
    await gateway.createGateway('open', { authentication: false });
    await storeKey(gateway, 'open', 'openai', KEY);
    const request = nativeOn(gateway, 'open', 'openai/chat/completions');
    expect(await keySeen(request)).toBe(`Bearer ${KEY}`);
    const { 'cf-aig-authorization': _, ...unknown } = request.headers ?? {};
    expect(await keySeen({ ...request, headers: unknown })).toBeUndefined();
    const named = await gateway.send({ ...request, headers: { ...unknown, 'cf-aig-byok-alias': 'team-a' } });
    expectGatewayHostError(named, 401, 2009);
  });

  test('says in the log whose it was and, within a minute, when it was last used; nobody can read it back', async () => {
    const { eventId } = await gateway.send(nativeOn(gateway, 'keeps', 'openai/chat/completions'));
    const record = await gateway.records.of(eventId);
    const [listed] = await listKeys(gateway, 'keeps');
    expect(record).toMatchObject({ keySource: 'stored', keyId: listed?.id, wholesale: false });
    const used = await eventually('the last use', async () => {
      const [key] = await listKeys(gateway, 'keeps');
      return key?.last_used ?? null;
    });
    expect(Date.now() - Date.parse(used)).toBeLessThan(120_000);
    const paths = [
      'ai-gateway/gateways/keeps/provider_configs',
      'ai-gateway/gateways/keeps',
      'ai-gateway/gateways',
      'ai-gateway/gateways/keeps/logs',
      `ai-gateway/gateways/keeps/logs/${record.id}`,
    ];
    for (const path of paths) {
      const text = JSON.stringify(await gateway.manage('GET', path));
      for (const secret of [KEY, TEAM_KEY]) expect(text).not.toContain(secret.slice(8, 24));
    }
  });
});

test('a rotation is live within five seconds, and so is a deletion', async () => {
  await gateway.createGateway('rotates', { byok_only: true });
  const { id } = await storeKey(gateway, 'rotates', 'openai', KEY);
  const ask = () => keySeen(nativeOn(gateway, 'rotates', 'openai/chat/completions'));
  expect(await ask()).toBe(`Bearer ${KEY}`);
  await rotateKey(gateway, 'rotates', id, TEAM_KEY);
  await isLive('the new key', async () => (await ask()) === `Bearer ${TEAM_KEY}`);
  await deleteKey(gateway, 'rotates', id);
  await isLive('no key', async () => (await ask()) === 400);
  expect(await listKeys(gateway, 'rotates')).toEqual([]);
}, 30_000);

describe('several keys under one alias', () => {
  beforeAll(async () => {
    await gateway.createGateway('several');
    await storeKey(gateway, 'several', 'openai', 'sk-first-key-of-three', { order: 0 });
    await storeKey(gateway, 'several', 'openai', 'sk-second-key-of-three', {
      default_config: false,
      order: 1,
    });
    await storeKey(gateway, 'several', 'openai', 'sk-third-key-of-three', {
      default_config: false,
      order: 2,
    });
  });

  const send = (fault: string) =>
    gateway.send(nativeOn(gateway, 'several', 'openai/chat/completions', { headers: { 'x-fault': fault } }));
  const keysTried = () => gateway.upstream.requests.latest.map(keyOf);

  test.each([401, 403, 429])(
    'are tried in turn when the provider answers %d, and the client gets the last answer',
    async (status) => {
      const answer = await send(faultHeader('provider-error', { status }));
      expect(answer.status).toBe(status);
      expect(keysTried()).toEqual(
        ['first', 'second', 'third'].map((name) => `Bearer sk-${name}-key-of-three`),
      );
      const { attempts } = await gateway.records.of(answer.eventId);
      expect(attempts.map((attempt) => attempt.status)).toEqual([status, status, status]);
    },
  );

  test('of which the first serves: nobody asks with another', async () => {
    expect((await send('openai-chat')).status).toBe(200);
    expect(keysTried()).toEqual(['Bearer sk-first-key-of-three']);
    gateway.upstream.requests.clear();
    // The provider's own trouble is not the key's.
    expect((await send(faultHeader('provider-error', { status: 500 }))).status).toBe(500);
    expect(keysTried()).toEqual(['Bearer sk-first-key-of-three']);
  });

  test('of which one has a rate of its own: the next steps in, and the last one’s rate is a 429 with code 2003', async () => {
    await gateway.createGateway('rated');
    await storeKey(gateway, 'rated', 'openai', 'sk-rated-key-number-one', {
      order: 0,
      rate_limit: 2,
      rate_limit_period: 86_400,
    });
    await storeKey(gateway, 'rated', 'openai', 'sk-rated-key-number-two', {
      default_config: false,
      order: 1,
      rate_limit: 1,
      rate_limit_period: 86_400,
    });
    const request = nativeOn(gateway, 'rated', 'openai/chat/completions');
    const seen = [];
    for (let index = 0; index < 3; index += 1) seen.push(await keySeen(request));
    const [one, two] = ['Bearer sk-rated-key-number-one', 'Bearer sk-rated-key-number-two'];
    expect(seen).toEqual([one, one, two]);
    const refused = await gateway.send(request);
    expectGatewayHostError(refused, 429, 2003);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });
});

test('of a body that is refused no word is kept or sent back', async () => {
  const secret = 'sk-with a space and so refused';
  const answer = await sendRaw(gateway.baseUrl, {
    method: 'POST',
    path: `/client/v4/accounts/${gateway.account}/ai-gateway/gateways/keeps/provider_configs`,
    headers: { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ provider_slug: 'openai', alias: 'odd', default_config: false, secret }),
  });
  expect([answer.status, JSON.parse(answer.body.toString()).errors[0].code]).toEqual([400, 7001]);
  expect(answer.body.toString()).not.toContain('with a space');
  expect((await listKeys(gateway, 'keeps')).map(({ alias }) => alias)).not.toContain('odd');
});
