import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { faultHeader } from '@weir/testkit';
import { type RawRequest, sendRaw } from '@weir/testkit/http';
import { eventually } from './__fixtures__/eventually.ts';
import { everythingKept, type Found } from './__fixtures__/everything-kept.ts';
import { CHAT, STREAMED_CHAT } from './__fixtures__/requests.ts';
import { type RunningGateway, startGateway } from './__fixtures__/running-gateway.ts';
import { rotateKey, storeKey } from './__fixtures__/stored-keys.ts';

/** Long enough that no other text is it by chance. */
const canary = (kind: string) => `${kind}${randomBytes(20).toString('hex')}`;

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

/** One of its own for every kind of secret; the gateway's token joins when it is made. */
const SECRETS: Record<string, string> = {
  'caller’s key in a header': canary('sk-caller-'),
  'caller’s key in a query': canary('AIza'),
  'caller’s key on a refused request': canary('sk-refused-'),
  'caller’s key in a step that is tried': canary('sk-step-'),
  'caller’s key in a step of a refused request': canary('sk-unstepped-'),
  'stored key': canary('sk-stored-'),
  'stored key after its rotation': canary('sk-rotated-'),
  'stored key of a custom provider': canary('sk-custom-'),
  'stored key that was refused': canary('sk-invalid-'),
  'AWS secret access key': canary('wJalr'),
  'AWS session token': canary('IQoJ'),
  'Vertex private key': privateKey.split('\n')[5] ?? '',
  'Azure key': canary('azure'),
  'Workers AI token': canary('cf'),
  'operator’s key of a provider that answers': canary('sk-ant-operator-'),
  'operator’s key of a provider that does not': canary('gsk-operator-'),
  'made-up gateway token': canary('weir_'),
  cookie: canary('cookie'),
};
const of = (kind: string) => SECRETS[kind] ?? '';

/** No secret: in what is kept and said by contract, so that the search can be seen to find things. */
const MARKER = canary('marker');
/** Kept in the bucket: too large for an item, also without what compresses. */
const LARGE = JSON.stringify({ ...JSON.parse(CHAT), user: MARKER + randomBytes(400_000).toString('base64') });
/** A custom provider's extra headers are shown to who may read it, by contract; nobody else may see them. */
const CUSTOM_HEADER = canary('header');

let gateway: RunningGateway;
const printed: string[] = [];
const said: Found[] = [];
const writes = [process.stdout, process.stderr].map((stream) => ({ stream, write: stream.write }));

beforeAll(async () => {
  for (const { stream, write } of writes)
    stream.write = ((chunk: string | Uint8Array, ...rest: []) => {
      printed.push(Buffer.from(chunk as Uint8Array).toString());
      return Reflect.apply(write, stream, [chunk, ...rest]);
    }) as typeof stream.write;
  gateway = await startGateway({
    settingsFor: (upstream) => ({
      WEIR_PROVIDER_BASE_URLS: JSON.stringify({
        openai: `${upstream.url}/v1`,
        anthropic: upstream.url,
        'google-ai-studio': upstream.at('gemini'),
        // What has no scenario is echoed by the upstream, headers and all: a provider's own words, which nobody changes.
        'aws-bedrock': upstream.at('provider-error', { status: 403 }),
        'workers-ai': upstream.at('invalid-http'),
        'azure-openai': upstream.at('reset-mid-body'),
        'google-vertex-ai': upstream.at('hang'),
        groq: 'http://127.0.0.1:1',
      }),
      WEIR_PRIVATE_ENDPOINTS: JSON.stringify([new URL(upstream.url).host]),
      ANTHROPIC_API_KEY: of('operator’s key of a provider that answers'),
      GROQ_API_KEY: of('operator’s key of a provider that does not'),
    }),
  });
}, 60_000);
afterAll(async () => {
  for (const { stream, write } of writes) stream.write = write;
  await gateway?.stop();
});

/** Sends, and remembers every byte of what came back. */
async function say(request: RawRequest): Promise<number> {
  const { status, headers, body } = await sendRaw(gateway.baseUrl, request);
  said.push({ where: `answer to ${request.path}`, text: `${JSON.stringify(headers)}\n${body}` });
  return status;
}

const manage = (method: string, path: string, body?: unknown) =>
  say({
    method,
    path: `/client/v4/accounts/${gateway.account}/ai-gateway/${path}`,
    headers: { authorization: `Bearer ${of('first token')}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });

async function configure(): Promise<void> {
  SECRETS['first token'] = gateway.token;
  const token = await gateway.createToken({ permissions: ['gateway:run'] });
  SECRETS['gateway token'] = token.value;
  await gateway.createGateway('main', {
    prices: [{ provider: 'openai', model: '*', rates: { per_request: '0.01' } }],
    spend_limits: { enabled: true, rules: [{ id: 'all', limit: 1_000, limitType: 'cost', window: 60 }] },
  });
  const { id } = await storeKey(gateway, 'main', 'openai', of('stored key'));
  await storeKey(gateway, 'main', 'openai', of('stored key'), { alias: 'kept' });
  await rotateKey(gateway, 'main', id, of('stored key after its rotation'));
  const aws = {
    accessKeyId: 'AKIAWEIREXAMPLE00001',
    secretAccessKey: of('AWS secret access key'),
    sessionToken: of('AWS session token'),
    region: 'us-east-1',
  };
  await storeKey(gateway, 'main', 'aws-bedrock', JSON.stringify(aws));
  const google = { project_id: 'weir-example', client_email: 'weir@example.com', private_key: privateKey };
  await storeKey(gateway, 'main', 'google-vertex-ai', JSON.stringify({ type: 'service_account', ...google }));
  const azure = { api_key: of('Azure key'), resource: 'weir' };
  await storeKey(gateway, 'main', 'azure-openai', JSON.stringify(azure));
  const workersAi = { api_token: of('Workers AI token'), account_id: 'a'.repeat(32) };
  await storeKey(gateway, 'main', 'workers-ai', JSON.stringify(workersAi));
  await gateway.manage('POST', 'ai-gateway/custom-providers', {
    name: 'own',
    slug: 'own',
    base_url: gateway.upstream.url,
    enable: true,
    headers: JSON.stringify({ 'x-team': CUSTOM_HEADER }),
  });
  await storeKey(gateway, 'main', 'custom-own', of('stored key of a custom provider'));
}

const FAULTS = [
  'openai-chat',
  faultHeader('sse', { chunks: 3 }),
  faultHeader('provider-error', { status: 401 }),
  faultHeader('provider-error', { status: 500 }),
  'error-inside',
  'broken-json',
  'reset',
  'reset-mid-body',
  'reset-mid-stream',
  'invalid-http',
  'huge-headers',
  'redirect',
  'gzip',
];

/** Requests of every kind to every surface, and whatever can go wrong with them. */
function* requests(): Generator<RawRequest> {
  const token = { 'cf-aig-authorization': `Bearer ${of('gateway token')}` };
  const common = {
    'content-type': 'application/json',
    cookie: `session=${of('cookie')}`,
    'cf-aig-metadata': JSON.stringify({ marker: MARKER }),
  };
  const post = (path: string, body: string, headers: Readonly<Record<string, string>>): RawRequest => ({
    method: 'POST',
    path,
    body,
    headers: { ...common, ...headers },
  });
  const host = `/v1/${gateway.account}/main`;
  const api = `/client/v4/accounts/${gateway.account}/ai/v1`;
  const onApi = { authorization: `Bearer ${of('gateway token')}`, 'cf-aig-gateway-id': 'main' };
  const chat = (model: string) => CHAT.replace('gpt-x', model);
  const caller = { authorization: `Bearer ${of('caller’s key in a header')}` };
  for (const fault of FAULTS) {
    const faulty = { 'x-fault': fault, 'cf-aig-max-attempts': '2' };
    for (const body of [CHAT, STREAMED_CHAT]) {
      yield post(`${host}/openai/chat/completions`, body, { ...token, ...caller, ...faulty });
      yield post(`${host}/openai/chat/completions`, body, { ...token, ...faulty });
    }
    yield post(
      `${host}/google-ai-studio/v1beta/models/m:generateContent?key=${of('caller’s key in a query')}`,
      '{}',
      {
        ...token,
        ...faulty,
      },
    );
    yield post(`${host}/aws-bedrock/bedrock-runtime/us-east-1/model/m/converse`, '{}', {
      ...token,
      ...faulty,
    });
    yield post(`${host}/anthropic/v1/messages`, CHAT, { ...token, ...faulty });
    yield post(`${host}/custom-own/v1/chat/completions`, CHAT, { ...token, ...faulty });
    for (const model of ['openai/gpt-x', 'anthropic/claude-x', 'aws-bedrock/m', 'custom-own/m']) {
      yield post(`${host}/compat/chat/completions`, chat(model), { ...token, ...faulty });
      yield post(`${api}/chat/completions`, chat(model), { ...onApi, ...faulty });
    }
    const step = {
      provider: 'openai',
      endpoint: 'chat/completions',
      headers: caller,
      query: JSON.parse(CHAT),
    };
    yield post(host, JSON.stringify([step]), { ...token, ...faulty });
  }
  yield post(`${host}/openai/chat/completions`, LARGE, { ...token, ...caller });
  const alias = (name: string) => ({ ...token, 'cf-aig-byok-alias': name });
  const refused = { authorization: `Bearer ${of('caller’s key on a refused request')}` };
  yield post(`${host}/openai/chat/completions`, CHAT, alias('kept'));
  yield post(`${host}/openai/chat/completions`, CHAT, alias('absent'));
  yield post(`${host}/openai/chat/completions`, CHAT, { ...refused });
  yield post(`${host}/openai/chat/completions`, '{"model":', { ...token, ...refused });
  yield post(`${host}/compat/chat/completions`, '{"model":', { ...token, ...refused });
  const steps = (kind: string, ...providers: readonly string[]) =>
    JSON.stringify(
      providers.map((provider) => ({
        provider,
        endpoint: `chat/completions?key=${of(kind)}`,
        authorization: `Bearer ${of(kind)}`,
        headers: { 'x-api-key': of(kind), 'cf-aig-authorization': of('made-up gateway token') },
        query: JSON.parse(CHAT),
      })),
    );
  yield post(host, steps('caller’s key in a step that is tried', 'groq', 'openai'), token);
  yield post(host, steps('caller’s key in a step of a refused request', 'openai', 'nobody'), token);
  yield post(host, steps('caller’s key in a step of a refused request', 'openai'), {});
  yield post(host, `[{"authorization":"${of('caller’s key in a step of a refused request')}`, token);
  yield post(`${host}/groq/chat/completions`, CHAT, token);
  yield post(`${host}/azure-openai/weir/deployment/chat/completions`, CHAT, token);
  yield post(`${host}/workers-ai/@cf/meta/llama`, CHAT, token);
  yield post(
    `${host}/google-vertex-ai/v1/projects/p/locations/global/publishers/google/models/m:generateContent`,
    '{}',
    token,
  );
  yield post(`${host}/nobody/chat/completions`, CHAT, { ...token, ...refused });
  yield post(`/v1/${gateway.account}/absent/openai/chat/completions`, CHAT, { ...token, ...refused });
  for (const name of ['cf-aig-authorization', 'authorization'])
    yield post(`${host}/openai/chat/completions`, CHAT, { [name]: `Bearer ${of('made-up gateway token')}` });
  yield post(`${api}/chat/completions`, CHAT, { authorization: `Bearer ${of('made-up gateway token')}` });
  yield post(`${host}/openai/chat/completions`, CHAT, {
    ...token,
    ...refused,
    'cf-aig-custom-cost': of('cookie'),
  });
}

async function misconfigure(): Promise<void> {
  const invalid = of('stored key that was refused');
  const config = { provider_slug: 'openai', alias: 'bad', default_config: false };
  const bodies = [
    { ...config, secret: `${invalid}\n` },
    { ...config, secret: `{"api_key": 7, "x": "${invalid}"` },
    { ...config, secret: JSON.stringify({ [invalid]: invalid }), provider_slug: 'aws-bedrock' },
    { ...config, secret: invalid, alias: 'kept' },
    { ...config, secret: invalid, provider_slug: 'nobody' },
    { ...config, secret: invalid, rate_limit: -1 },
    { ...config, secret: invalid.repeat(10_000) },
    `{"secret": "${invalid}"`,
  ];
  for (const body of bodies)
    expect(await manage('POST', 'gateways/main/provider_configs', body)).toBeGreaterThan(399);
  await manage('PUT', 'gateways/main/provider_configs/absent', { secret: invalid });
}

const holding = (text: string, places: readonly Found[]) => {
  const forms = [text, encodeURIComponent(text), Buffer.from(text).toString('base64').replace(/=+$/, '')];
  return places.filter((place) => forms.some((form) => place.text.includes(form))).map(({ where }) => where);
};

test('of every secret that requests and settings hold, nothing is in any log, record, item, object, message or answer', async () => {
  await configure();
  const sent: number[] = [];
  const left = requests();
  const client = async () => {
    for (const request of left) sent.push(await say(request));
  };
  await Promise.all(Array.from({ length: 8 }, client));
  expect(sent).toEqual(expect.arrayContaining([200, 302, 400, 401, 500, 502]));
  await misconfigure();
  for (const path of [
    'gateways',
    'gateways/main',
    'gateways/main/provider_configs',
    'gateways/main/spend',
    'prices',
  ])
    expect(await manage('GET', path)).toBe(200);
  await say({
    path: `/client/v4/accounts/${gateway.account}/tokens`,
    headers: { authorization: `Bearer ${gateway.token}` },
  });
  const records = await eventually(
    'every record',
    async () => {
      const all = await gateway.records.all();
      // What names no gateway that exists has a record, too.
      return all.length >= sent.length ? all : null;
    },
    30_000,
  );
  for (const { id, gateway: name } of records.filter((record) => record.gateway === 'main'))
    for (const part of ['', '/request', '/response'])
      await manage('GET', `gateways/${name}/logs/${id}${part}`);
  await manage('GET', 'gateways/main/logs?per_page=50');

  process.stderr.write(`${MARKER}\n`);
  const kept = await everythingKept();
  const places = [
    ...kept,
    ...said,
    { where: 'log', text: gateway.logged.join('\n') },
    { where: 'output', text: printed.join('') },
  ];
  // The search finds what is there: in items as they are and compressed, and in answers.
  const found = holding(MARKER, places);
  for (const kind of [/^table .*Logs/, /^object bodies/, /^answer to .*logs\//])
    expect(found).toContainEqual(expect.stringMatching(kind));
  expect(holding('hello', kept)).toContainEqual(expect.stringMatching(/^table .*Logs/));
  // A good run may print nothing at all.
  expect(found).toContain('output');

  for (const [kind, secret] of Object.entries(SECRETS)) {
    expect(secret.length).toBeGreaterThan(20);
    expect({ [kind]: holding(secret, places) }).toEqual({ [kind]: [] });
  }
  // Shown by contract where the provider is read, and kept with the account; nowhere else.
  expect(holding(CUSTOM_HEADER, places)).toEqual([expect.stringMatching(/^table .*Config.* A#\w+ ACCOUNT$/)]);
}, 120_000);
