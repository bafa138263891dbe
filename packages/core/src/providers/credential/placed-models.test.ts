import { beforeEach, describe, expect, it, test } from '@jest/globals';
import type { StoredKey } from '../../gateway/stored-key.ts';
import { ACCOUNT, GatewayForTest, TOKEN } from '../../pipeline/__fixtures__/gateway-for-test.ts';
import { parseBaseUrls } from '../base-urls.ts';
import { findProvider } from '../registry.ts';
import { placedModel } from '../unified-target.ts';
import { SERVICE_ACCOUNT } from './__fixtures__/service-account.ts';

const known = { 'cf-aig-authorization': `Bearer ${TOKEN}` };
const CLOUDFLARE = '0123456789abcdef0123456789abcdef';

let gateway: GatewayForTest;
beforeEach(() => {
  gateway = new GatewayForTest();
});

/** The gateway keeps one key for the provider. */
function keep(provider: string, secret: string | object) {
  const text = typeof secret === 'string' ? secret : JSON.stringify(secret);
  const key: StoredKey = {
    id: 'k1',
    provider,
    alias: 'default',
    defaultConfig: true,
    secret: {
      kind: 'sealed',
      sealed: { v: 1, wrapped: '', iv: '', data: Buffer.from(text).toString('base64') },
    },
    preview: '…',
    place: {},
    rateLimit: null,
    ratePeriod: 60,
    order: 0,
    weight: 1,
    createdAt: '2026-01-01T00:00:00.000Z',
    modifiedAt: '2026-01-01T00:00:00.000Z',
  };
  const snapshot = gateway.addGateway('main');
  gateway.gateways.set(snapshot.id, { ...snapshot, keys: [key] });
}

const ask = (rest: string, body: object, headers: Record<string, string> = known) =>
  gateway.request({ path: `/v1/${ACCOUNT}/main/${rest}`, headers, body: JSON.stringify(body) });
const chat = (model: string) =>
  ask('compat/chat/completions', { model, messages: [{ role: 'user', content: 'hi' }] });
const VERTEX = { ...SERVICE_ACCOUNT, region: 'europe-west4' };

describe('a short name on a unified endpoint goes where the stored key says (spec 5.9-5)', () => {
  it.each<[string, string | object, string, string]>([
    [
      'aws-bedrock/anthropic.claude-sonnet-4-v1:0',
      { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 's', region: 'eu-west-1' },
      'https://bedrock-runtime.eu-west-1.amazonaws.com/model/anthropic.claude-sonnet-4-v1%3A0/converse',
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20',
    ],
    [
      'aws-bedrock/amazon.nova-pro-v1:0',
      { api_key: 'ABSK', region: 'ap-south-1' },
      'https://bedrock-runtime.ap-south-1.amazonaws.com/model/amazon.nova-pro-v1%3A0/converse',
      'Bearer ABSK',
    ],
    [
      'google-vertex-ai/gemini-2.5-pro',
      VERTEX,
      'https://europe-west4-aiplatform.googleapis.com/v1/projects/acme-prod/locations/europe-west4/publishers/google/models/gemini-2.5-pro:generateContent',
      `Bearer token-of-${SERVICE_ACCOUNT.client_email}`,
    ],
    [
      'google-vertex-ai/anthropic/claude-sonnet-4@20250514',
      SERVICE_ACCOUNT,
      'https://aiplatform.googleapis.com/v1/projects/acme-prod/locations/global/publishers/anthropic/models/claude-sonnet-4%4020250514:rawPredict',
      `Bearer token-of-${SERVICE_ACCOUNT.client_email}`,
    ],
    [
      'workers-ai/@cf/meta/llama-3.1-8b-instruct',
      { account_id: CLOUDFLARE, api_token: 'cf-token' },
      `https://api.cloudflare.com/client/v4/accounts/${CLOUDFLARE}/ai/v1/chat/completions`,
      'Bearer cf-token',
    ],
  ])('%s', async (model, secret, url, authorization) => {
    keep(model.slice(0, model.indexOf('/')), secret);
    await chat(model);
    expect(gateway.sent.map((request) => request.url)).toEqual([url]);
    expect(gateway.lastSent().headers.get('authorization')).toEqual([expect.stringContaining(authorization)]);
  });

  it('azure-openai/{deployment}', async () => {
    keep('azure-openai', { api_key: 'az', resource: 'acme-sweden' });
    expect((await chat('azure-openai/gpt-5-prod')).status).toBe(200);
    const { url, headers, body } = gateway.lastSent();
    expect(url).toBe('https://acme-sweden.openai.azure.com/openai/v1/chat/completions');
    expect(headers.get('api-key')).toEqual(['az']);
    expect(JSON.parse(Buffer.from(body ?? []).toString())).toMatchObject({ model: 'gpt-5-prod' });
    expect(gateway.record().model).toBe('gpt-5-prod');
  });

  it('and behind the operator’s own base URL by its short name', async () => {
    gateway.baseUrls = parseBaseUrls('{"azure-openai":"https://azure.internal"}');
    keep('azure-openai', { api_key: 'az', resource: 'acme-sweden' });
    await chat('azure-openai/gpt-5-prod');
    const { url, body } = gateway.lastSent();
    expect(url).toBe('https://azure.internal/openai/v1/chat/completions');
    expect(JSON.parse(Buffer.from(body ?? []).toString())).toMatchObject({ model: 'gpt-5-prod' });
  });

  it('and a full name where it says itself', async () => {
    keep('azure-openai', { api_key: 'az', resource: 'acme-sweden' });
    await chat('azure-openai/acme-us/gpt-5-prod');
    expect(gateway.lastSent().url).toContain('https://acme-us.openai.azure.com/');
  });

  it.each([
    ['azure-openai', 'az', 'azure-openai/gpt-5-prod', 400, 2921],
    ['google-vertex-ai', 'AIzaKey', 'google-vertex-ai/gemini-2.5-pro', 400, 2921],
    ['workers-ai', 'cf-token', 'workers-ai/@cf/meta/llama-3.1-8b-instruct', 400, 2008],
  ])('and nowhere where nobody says it: %s', async (provider, secret, model, status, code) => {
    keep(provider, secret);
    const answer = await chat(model);
    expect([answer.status, answer.json().internalCode]).toEqual([status, code]);
    expect(gateway.sent).toEqual([]);
  });
});

describe('on a native endpoint the path says where a request goes', () => {
  it('and the key signs for that region', async () => {
    keep('aws-bedrock', { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 's', region: 'eu-west-1' });
    await ask('aws-bedrock/bedrock-runtime/us-west-2/model/x/invoke', {});
    expect(gateway.lastSent().url).toBe('https://bedrock-runtime.us-west-2.amazonaws.com/model/x/invoke');
    expect(gateway.lastSent().headers.get('authorization')?.[0]).toContain('/us-west-2/bedrock/aws4_request');
  });

  it('but where it cannot, the key does: an account of Workers AI', async () => {
    keep('workers-ai', { account_id: CLOUDFLARE, api_token: 'cf-token' });
    await ask('workers-ai/@cf/meta/llama-3.1-8b-instruct', { prompt: 'hi' });
    expect(gateway.lastSent().url).toBe(
      `https://api.cloudflare.com/client/v4/accounts/${CLOUDFLARE}/ai/run/@cf/meta/llama-3.1-8b-instruct`,
    );
  });

  it('an API key of Vertex AI goes where Google looks for one', async () => {
    keep('google-vertex-ai', 'AIzaKey');
    await ask('google-vertex-ai/v1/publishers/google/models/gemini-2.5-pro:generateContent', {});
    expect(gateway.lastSent().headers.get('x-goog-api-key')).toEqual(['AIzaKey']);
    expect(gateway.lastSent().headers.has('authorization')).toBe(false);
  });
});

describe('a service account that the caller sends as base64 (spec 7)', () => {
  const sent = (file: object) => ({
    ...known,
    authorization: `Bearer ${Buffer.from(JSON.stringify(file)).toString('base64')}`,
  });
  const path = 'compat/chat/completions';
  const body = { model: 'google-vertex-ai/gemini-2.5-pro', messages: [{ role: 'user', content: 'hi' }] };

  it('becomes a token, and its project and region complete the model’s name', async () => {
    await ask(path, body, sent(VERTEX));
    const { url, headers } = gateway.lastSent();
    expect(url).toContain(
      '/v1/projects/acme-prod/locations/europe-west4/publishers/google/models/gemini-2.5-pro:',
    );
    expect(headers.get('authorization')).toEqual([`Bearer token-of-${SERVICE_ACCOUNT.client_email}`]);
    expect(gateway.record().keySource).toBe('request');
  });

  it('is refused by part, and goes to nobody', async () => {
    const answer = await ask(path, body, sent({ ...VERTEX, private_key: 'none' }));
    expect([answer.status, answer.json().internalCode]).toEqual([400, 2921]);
    expect(answer.body).toContain('private_key');
    expect(gateway.sent).toEqual([]);
  });

  it('and an access token goes on as it is', async () => {
    await ask(
      'google-vertex-ai/v1/projects/p/locations/global/publishers/google/models/m:generateContent',
      {},
      {
        ...known,
        authorization: 'Bearer ya29.a0Af',
      },
    );
    expect(gateway.lastSent().headers.get('authorization')).toEqual(['Bearer ya29.a0Af']);
  });
});

test.each([
  ['gemini-2.5-pro', 'locations/us-east5/publishers/google/models/gemini-2.5-pro'],
  ['claude-sonnet-4@20250514', 'locations/us-east5/publishers/anthropic/models/claude-sonnet-4@20250514'],
  ['mistral-large-2411', 'locations/us-east5/publishers/mistralai/models/mistral-large-2411'],
  ['google/gemini-2.5-pro', 'locations/us-east5/publishers/google/models/gemini-2.5-pro'],
  ['global/gemini-2.5-pro', 'locations/global/publishers/google/models/gemini-2.5-pro'],
  ['asia-southeast1/anthropic/claude-x', 'locations/asia-southeast1/publishers/anthropic/models/claude-x'],
])('Vertex AI: %s is %s of the key’s project', (name, rest) => {
  const provider = findProvider('google-vertex-ai');
  if (!provider) throw new Error('no provider');
  expect(placedModel({ provider, model: name }, { project: 'acme', region: 'us-east5' })).toBe(
    `projects/acme/${rest}`,
  );
});

test.each([
  'projects/p/locations/l/publishers/google/models/m',
  'publishers/google/models/m',
  'a/b/c',
  'a/b/c/d',
])('Vertex AI: %s stays as it is', (model) => {
  const provider = findProvider('google-vertex-ai');
  if (!provider) throw new Error('no provider');
  expect(placedModel({ provider, model }, { project: 'acme', region: 'us-east5' })).toBe(model);
  expect(placedModel({ provider, model: 'gemini' }, {})).toBe('gemini');
});
