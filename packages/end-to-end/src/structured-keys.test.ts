import { createVerify, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { faultHeader } from '@weir/testkit';
import { verifyAws } from './__fixtures__/aws-verifier.ts';
import { leadTheWorldHere } from './__fixtures__/public-internet.ts';
import { type RunningGateway, startGateway } from './__fixtures__/running-gateway.ts';
import { storeKey } from './__fixtures__/stored-keys.ts';
import { apiOn, compatOn, nativeOn } from './__fixtures__/through.ts';

const TOKEN_SERVICE = 'oauth2.googleapis.com';
const AWS = {
  accessKeyId: 'AKIAWEIREXAMPLE00001',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: 'IQoJb3JpZ2luX2VjEXAMPLE==',
};
const CLOUDFLARE_ACCOUNT = '0123456789abcdef0123456789abcdef';
const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const SERVICE_ACCOUNT = {
  type: 'service_account',
  project_id: 'weir-example',
  private_key_id: 'key-1',
  private_key: privateKey,
  client_email: 'weir@weir-example.iam.gserviceaccount.com',
  token_uri: `https://${TOKEN_SERVICE}/token`,
  region: 'europe-west1',
};

let gateway: RunningGateway;
let google: Awaited<ReturnType<typeof startTokenService>>;
let putBack = () => {};

beforeAll(async () => {
  google = await startTokenService();
  // Providers are called at their own addresses: where they are to be found is what these keys say.
  gateway = await startGateway({ environment: { WEIR_PROVIDER_BASE_URLS: '{}' } });
  putBack = leadTheWorldHere((hostname) => (hostname === TOKEN_SERVICE ? google.url : gateway.upstream.url));
  await gateway.createGateway('main');
  await storeKey(gateway, 'main', 'aws-bedrock', JSON.stringify({ ...AWS, region: 'eu-central-1' }));
  await storeKey(gateway, 'main', 'google-vertex-ai', JSON.stringify(SERVICE_ACCOUNT));
  const azure = { api_key: 'azure-stored-key', resource: 'weir-sweden' };
  await storeKey(gateway, 'main', 'azure-openai', JSON.stringify(azure));
  const workersAi = { api_token: 'workers-ai-stored-token', account_id: CLOUDFLARE_ACCOUNT };
  await storeKey(gateway, 'main', 'workers-ai', JSON.stringify(workersAi));
}, 60_000);
afterAll(async () => {
  putBack();
  await gateway?.stop();
  await google?.stop();
});
beforeEach(() => gateway.upstream.requests.clear());

/** Google's: checks each claim's signature, and hands out one token after another. */
async function startTokenService() {
  const subjects: string[] = [];
  const server = createServer(async (request, response) => {
    const assertion = new URLSearchParams(await text(request)).get('assertion') ?? '';
    const [header = '', claims = '', signature = ''] = assertion.split('.');
    const isValid = createVerify('RSA-SHA256')
      .update(`${header}.${claims}`)
      .verify(publicKey, signature, 'base64url');
    subjects.push(JSON.parse(Buffer.from(claims, 'base64url').toString()).iss);
    response.writeHead(isValid ? 200 : 400, { 'content-type': 'application/json' });
    const token = { access_token: `ya29.token-${subjects.length}`, expires_in: 3600, token_type: 'Bearer' };
    response.end(JSON.stringify(isValid ? token : { error: 'invalid_grant' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    subjects,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const chat = (model: string) =>
  JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }], max_tokens: 5 });

/** Where the last request went and what it carried. */
function seen(...names: readonly string[]): Readonly<Record<string, string | undefined>> {
  const { url, headers } = gateway.upstream.requests.last();
  const entries = ['host', ...names].map((name) => [name, headers.get(name)?.[0]]);
  return { url, ...Object.fromEntries(entries) };
}

test('Bedrock’s key pair signs what leaves, on its own API and on the unified endpoints, with the session’s token', async () => {
  const path = 'aws-bedrock/bedrock-runtime/us-east-1/model/anthropic.claude-3%3A0/converse';
  const native = await gateway.send(nativeOn(gateway, 'main', path));
  expect(native.status).toBe(200);
  expect(verifyAws(gateway.upstream.requests.last(), AWS)).toBe('us-east-1/bedrock');
  const another = { ...AWS, secretAccessKey: 'another' };
  expect(() => verifyAws(gateway.upstream.requests.last(), another)).toThrow('not over this request');
  expect(seen('x-amz-security-token')).toEqual({
    url: '/model/anthropic.claude-3%3A0/converse',
    host: 'bedrock-runtime.us-east-1.amazonaws.com',
    'x-amz-security-token': AWS.sessionToken,
  });
  // The key's own region serves a model that names none.
  await gateway.send(
    compatOn(gateway, 'main', {
      body: chat('aws-bedrock/anthropic.claude-3-haiku-20240307-v1:0'),
      headers: { 'x-fault': faultHeader('aws-events') },
    }),
  );
  expect(verifyAws(gateway.upstream.requests.last(), AWS)).toBe('eu-central-1/bedrock');
  expect(JSON.stringify([...gateway.upstream.requests.last().headers])).not.toContain(AWS.secretAccessKey);
});

test('each attempt has a signature of its own', async () => {
  const path = 'aws-bedrock/bedrock-runtime/us-east-1/model/m/converse';
  const headers = { 'cf-aig-max-attempts': '2', 'x-fault': faultHeader('provider-error', { status: 503 }) };
  await gateway.send(nativeOn(gateway, 'main', path, { headers }));
  const attempts = gateway.upstream.requests.latest;
  expect(attempts.map((attempt) => verifyAws(attempt, AWS))).toEqual(Array(2).fill('us-east-1/bedrock'));
});

test('Vertex’s service account is exchanged for a token once, for all requests of a function', async () => {
  const vertex = nativeOn(
    gateway,
    'main',
    'google-vertex-ai/v1/projects/weir-example/locations/europe-west1/publishers/google/models/gemini-x:generateContent',
    { body: '{"contents":[{"role":"user","parts":[{"text":"hello"}]}]}' },
  );
  const answers = await Promise.all(Array.from({ length: 12 }, () => gateway.send(vertex)));
  expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200));
  expect(google.subjects).toEqual([SERVICE_ACCOUNT.client_email]);
  const carried = gateway.upstream.requests.latest.map(({ headers }) => headers.get('authorization')?.[0]);
  expect(carried).toEqual(Array(12).fill('Bearer ya29.token-1'));
  expect(seen()).toMatchObject({ host: 'europe-west1-aiplatform.googleapis.com' });
  // Project and region of the key find the model on the unified endpoint, which is another function.
  const unified = compatOn(gateway, 'main', { body: chat('google-vertex-ai/gemini-2.5-flash') });
  for (let index = 0; index < 3; index += 1) expect((await gateway.send(unified)).status).toBe(200);
  expect(google.subjects).toHaveLength(2);
  expect(seen('authorization')).toEqual({
    url: '/v1/projects/weir-example/locations/europe-west1/publishers/google/models/gemini-2.5-flash:generateContent',
    host: 'europe-west1-aiplatform.googleapis.com',
    authorization: 'Bearer ya29.token-2',
  });
});

test('Azure’s resource stands in the key, so the model’s name is the deployment’s alone', async () => {
  expect((await gateway.send(apiOn(gateway, 'main', { body: chat('azure-openai/gpt-prod') }))).status).toBe(
    200,
  );
  expect(seen('api-key', 'authorization')).toEqual({
    url: '/openai/v1/chat/completions',
    host: 'weir-sweden.openai.azure.com',
    'api-key': 'azure-stored-key',
    authorization: undefined,
  });
});

test('Workers AI is called in the account that the key names', async () => {
  const body = chat('workers-ai/@cf/meta/llama-3.1-8b-instruct');
  expect((await gateway.send(compatOn(gateway, 'main', { body }))).status).toBe(200);
  expect(seen('authorization')).toEqual({
    url: `/client/v4/accounts/${CLOUDFLARE_ACCOUNT}/ai/v1/chat/completions`,
    host: 'api.cloudflare.com',
    authorization: 'Bearer workers-ai-stored-token',
  });
});
