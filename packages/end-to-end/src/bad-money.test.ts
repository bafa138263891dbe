import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RawAnswer, sendRaw } from '@weir/testkit/http';
import { expectEnvelopeError, expectGatewayHostError } from './__fixtures__/error-shapes.ts';
import { type RunningGateway, startGateway } from './__fixtures__/running-gateway.ts';
import { listKeys, storeKey } from './__fixtures__/stored-keys.ts';
import { nativeOn } from './__fixtures__/through.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createGateway('main');
  await gateway.createGateway('other');
  await storeKey(gateway, 'other', 'openai', 'sk-of-the-other-gateway', { alias: 'theirs' });
  await gateway.manage('POST', 'ai-gateway/billing/topup', { amount: 1_000, id: 'paid-once' });
}, 60_000);
afterAll(() => gateway?.stop());

const call = (method: string, path: string, body: unknown): Promise<RawAnswer> =>
  sendRaw(gateway.baseUrl, {
    method,
    path: `/client/v4/accounts/${gateway.account}/ai-gateway/${path}`,
    headers: { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** Everything that a refused change could have left half written. */
const everything = async () =>
  JSON.stringify([
    await gateway.manage('GET', 'ai-gateway/gateways/main'),
    await listKeys(gateway, 'main'),
    await gateway.manage('GET', 'ai-gateway/custom-providers'),
    await gateway.manage('GET', 'ai-gateway/prices'),
    await gateway.manage('GET', 'ai-gateway/billing/credit-balance'),
    await gateway.manage('GET', 'ai-gateway/billing/invoice-history'),
  ]);

const key = (secret: string, provider_slug = 'openai') => ({
  provider_slug,
  alias: 'default',
  default_config: true,
  secret,
});
const provider = (base_url: string) => ({ name: 'mine', slug: 'mine', base_url, enable: true });
const rule = (changes: object) => ({ limit: 1, limitType: 'cost', window: 60, ...changes });
const limits = (...rules: readonly object[]) => ({ spend_limits: { enabled: true, rules } });
const price = (rates: object) => ({ prices: [{ provider: 'openai', model: '*', rates }] });

const KEYS = ['POST', 'gateways/main/provider_configs'] as const;
const PROVIDERS = ['POST', 'custom-providers'] as const;
const SETTINGS = ['PUT', 'gateways/main'] as const;
const PRICES = ['PUT', 'prices'] as const;
const TOP_UP = ['POST', 'billing/topup'] as const;

type Row = readonly [
  is: string,
  where: readonly [string, string],
  body: unknown,
  status: number,
  code: number,
];

const ROWS: readonly Row[] = [
  ['a key that is empty', KEYS, key(''), 400, 7001],
  ['a key of spaces', KEYS, key('   '), 400, 7001],
  ['a key of 100 KB', KEYS, key('k'.repeat(100_000)), 400, 7001],
  ['a key of 1 MB', KEYS, key('k'.repeat(1_000_000)), 413, 2924],
  ['a key with a line break', KEYS, key('sk-one\nsk-two'), 400, 7001],
  ['a key that is no text', KEYS, { ...key(''), secret: 7 }, 400, 7001],
  [
    'Bedrock’s key without a secret',
    KEYS,
    key('{"accessKeyId":"AKIA1","region":"us-east-1"}', 'aws-bedrock'),
    400,
    7001,
  ],
  [
    'Bedrock’s key without a region',
    KEYS,
    key('{"accessKeyId":"AKIA1","secretAccessKey":"s"}', 'aws-bedrock'),
    400,
    7001,
  ],
  [
    'Vertex’s key without its private key',
    KEYS,
    key('{"type":"service_account","project_id":"weir-a","client_email":"a@b.c"}', 'google-vertex-ai'),
    400,
    7001,
  ],
  ['JSON that breaks off', KEYS, key('{"api_key":'), 400, 7001],
  ['a key for nobody', KEYS, key('sk-good', 'nobody'), 400, 7001],
  ['a body that is no JSON', KEYS, '{"secret":', 400, 2920],
  ['a base URL of http', PROVIDERS, provider('http://models.example'), 400, 1002],
  ['the cloud’s metadata', PROVIDERS, provider('https://169.254.169.254'), 400, 1002],
  ['loopback in IPv6', PROVIDERS, provider('https://[::1]'), 400, 1002],
  ['credentials in the URL', PROVIDERS, provider('https://me:secret@models.example'), 400, 1002],
  ['a limit of −1', SETTINGS, limits(rule({ limit: -1 })), 400, 7001],
  ['a limit of 10^30', SETTINGS, limits(rule({ limit: 1e30 })), 400, 7001],
  [
    'a limit that is no number',
    SETTINGS,
    '{"spend_limits":{"enabled":true,"rules":[{"limit":NaN}]}}',
    400,
    2920,
  ],
  ['a window of 0', SETTINGS, limits(rule({ window: 0 })), 400, 7001],
  ['twenty-one rules', SETTINGS, limits(...Array.from({ length: 21 }, () => rule({}))), 400, 7001],
  ['two rules of one id', SETTINGS, limits(rule({ id: 'a' }), rule({ id: 'a' })), 400, 7001],
  ['a negative price', PRICES, price({ input: '-1' }), 400, 7001],
  ['a price of NaN', PRICES, price({ input: 'NaN' }), 400, 7001],
  ['a price of a gateway that is negative', SETTINGS, price({ output: '-0.1' }), 400, 7001],
  ['a top-up of nothing', TOP_UP, { amount: 0 }, 400, 7001],
  ['a top-up below the least', TOP_UP, { amount: 999 }, 400, 7001],
  ['a top-up of half a cent', TOP_UP, { amount: 1_000.5 }, 400, 7001],
  ['a top-up of 10^30', TOP_UP, { amount: 1e30 }, 400, 7001],
  ['a top-up of an id that was another amount’s', TOP_UP, { amount: 2_000, id: 'paid-once' }, 409, 7009],
];

test.each(ROWS)('%s is refused, and nothing is written', async (_, [method, path], body, status, code) => {
  const before = await everything();
  expectEnvelopeError(await call(method, path, body), status, code);
  expect(await everything()).toBe(before);
});

test('a top-up told again with the same id and amount is answered the same, and counts once', async () => {
  const before = await everything();
  const answer = await call('POST', 'billing/topup', { amount: 1_000, id: 'paid-once' });
  expect([answer.status, JSON.parse(answer.body.toString()).result.payment_intent_id]).toEqual([
    200,
    'paid-once',
  ]);
  expect(await everything()).toBe(before);
});

test('a limit of 0 is one: nothing may be spent', async () => {
  await gateway.createGateway('zero', {
    ...limits(rule({ id: 'none', limit: 0 })),
    ...price({ per_request: '0.01' }),
  });
  const headers = { authorization: 'Bearer sk-own' };
  const answer = await gateway.send(nativeOn(gateway, 'zero', 'openai/chat/completions', { headers }));
  expectGatewayHostError(answer, 429, 2950);
  expect(answer.headers['retry-after']).toBeUndefined();
});

test('an alias of another gateway is not there: 2040, and its name is not among those that there are', async () => {
  const headers = { 'cf-aig-byok-alias': 'theirs' };
  const answer = await gateway.send(nativeOn(gateway, 'main', 'openai/chat/completions', { headers }));
  expectGatewayHostError(answer, 400, 2040);
  expect(answer.body.toString()).not.toContain('other-gateway');
});

test('a key of another gateway can be neither rotated nor deleted from here', async () => {
  const [theirs] = await listKeys(gateway, 'other');
  const path = `gateways/main/provider_configs/${theirs?.id}`;
  expectEnvelopeError(await call('PUT', path, { secret: 'sk-mine-instead' }), 404, 7002);
  expectEnvelopeError(await call('DELETE', path, ''), 404, 7002);
  expect(await listKeys(gateway, 'other')).toEqual([theirs]);
});
