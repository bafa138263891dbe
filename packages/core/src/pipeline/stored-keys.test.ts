import { generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { StoredKey } from '../gateway/stored-key.ts';
import { durationMs } from '../ids.ts';
import { StoreUnavailable } from '../ports/config-source.ts';
import { Secret } from '../secret.ts';
import { ACCOUNT, GatewayForTest, jsonAnswer, streamAnswer, TOKEN } from './__fixtures__/gateway-for-test.ts';
import { ScriptedBody } from './__fixtures__/scripted-body.ts';

const known = { 'cf-aig-authorization': `Bearer ${TOKEN}` };
const base64 = (text: string) => Buffer.from(text).toString('base64');

const storedKey = (id: string, changes: Partial<StoredKey> = {}): StoredKey => ({
  id,
  provider: 'openai',
  alias: 'default',
  defaultConfig: false,
  secret: { kind: 'sealed', sealed: { v: 1, wrapped: '', iv: '', data: base64(`sk-${id}`) } },
  preview: 'sk-…',
  place: {},
  rateLimit: null,
  ratePeriod: 60,
  order: 0,
  weight: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
  modifiedAt: '2026-01-01T00:00:00.000Z',
  ...changes,
});

let gateway: GatewayForTest;
beforeEach(() => {
  gateway = new GatewayForTest();
});

const keep = (keys: readonly StoredKey[], settings = {}) => {
  const snapshot = gateway.addGateway('main', settings);
  gateway.gateways.set(snapshot.id, { ...snapshot, keys });
};
const sentKeys = () => gateway.sent.map(({ headers }) => headers.get('authorization')?.[0]);

describe('a stored key (spec 5.2)', () => {
  it('serves a caller whom we know, before the operator’s does; the record says which', async () => {
    gateway.platformKeys.set('openai', 'operators');
    keep([storedKey('a')]);
    expect((await gateway.request({ headers: known })).status).toBe(200);
    expect(sentKeys()).toEqual(['Bearer sk-a']);
    expect(gateway.record()).toMatchObject({ keySource: 'stored', keyId: 'a', wholesale: false });
  });

  it('never serves an unauthenticated caller (spec 5.2-6)', async () => {
    keep([storedKey('a')], { authentication: false });
    await gateway.request({});
    expect(sentKeys()).toEqual([undefined]);
    const named = await gateway.request({ headers: { 'cf-aig-byok-alias': 'default' } });
    expect([named.status, named.json().internalCode]).toEqual([401, 2009]);
  });

  it('is not looked at when the caller brings a key', async () => {
    keep([storedKey('a')]);
    await gateway.request({ headers: { ...known, authorization: 'Bearer mine' } });
    expect(sentKeys()).toEqual(['Bearer mine']);
    expect(gateway.record().keySource).toBe('request');
  });

  it('serves where the operator’s must not: byok_only and cf-aig-no-wholesale', async () => {
    keep([storedKey('a')], { byok_only: true });
    const answer = await gateway.request({ headers: { ...known, 'cf-aig-no-wholesale': 'true' } });
    expect(answer.status).toBe(200);
  });

  it.each([
    ['the native path', {}],
    [
      'the unified endpoint',
      { path: `/v1/${ACCOUNT}/main/compat/chat/completions`, body: '{"model":"openai/m"}' },
    ],
    [
      'the API host',
      {
        path: `/client/v4/accounts/${ACCOUNT}/ai/v1/chat/completions`,
        headers: { authorization: `Bearer ${TOKEN}`, 'cf-aig-gateway-id': 'main' },
        body: '{"model":"openai/m"}',
      },
    ],
  ])('is chosen by its alias on %s', async (_, request) => {
    keep([storedKey('a'), storedKey('b', { alias: 'team' })]);
    const headers = {
      ...known,
      ...('headers' in request ? request.headers : {}),
      'cf-aig-byok-alias': 'team',
    };
    await gateway.request({ ...request, headers });
    expect(sentKeys()).toEqual(['Bearer sk-b']);
  });

  it('that is not there: 2040 names the provider, the alias and those that there are (spec 5.2-1)', async () => {
    gateway.platformKeys.set('openai', 'operators');
    keep([storedKey('a'), storedKey('b', { alias: 'team' })]);
    const answer = await gateway.request({ headers: { ...known, 'cf-aig-byok-alias': 'other' } });
    expect([answer.status, answer.json().internalCode]).toEqual([400, 2040]);
    for (const word of ['OpenAI', '"other"', 'default, team']) expect(answer.json().message).toContain(word);
    expect(gateway.sent).toHaveLength(0);
  });

  it('that names a secret of the operator’s is read from there', async () => {
    keep([storedKey('a', { secret: { kind: 'named', secretId: 'openai-prod' } })]);
    await gateway.request({ headers: known });
    expect(sentKeys()).toEqual(['Bearer named-openai-prod']);
  });

  it('that names none is looked for under gateway, provider and alias (spec 5.2-4)', async () => {
    gateway.absentSecrets.add('absent');
    keep([storedKey('a', { secret: { kind: 'named', secretId: 'absent' } })]);
    await gateway.request({ headers: known });
    expect(sentKeys()).toEqual(['Bearer named-main_openai_default']);
  });

  it.each([
    ['an operator’s secret that is not there', { kind: 'named', secretId: 'absent' } as const],
    [
      'what the provider does not take',
      { kind: 'sealed', sealed: { v: 1, wrapped: '', iv: '', data: base64('two words') } } as const,
    ],
  ])('that holds %s is told without showing it', async (_, secret) => {
    for (const name of ['absent', 'main_openai_default']) gateway.absentSecrets.add(name);
    keep([storedKey('a', { secret })]);
    const answer = await gateway.request({ headers: known });
    expect([answer.status, answer.json().internalCode]).toEqual([400, 2915]);
    expect(answer.body).not.toContain('two words');
  });

  it('that cannot be opened: 503, and nobody is called', async () => {
    keep([storedKey('a')]);
    gateway.keyRingError = new StoreUnavailable('the master key cannot be asked');
    const answer = await gateway.request({ headers: known });
    expect([answer.status, answer.header('retry-after')]).toEqual([503, '1']);
    expect(gateway.sent).toHaveLength(0);
  });
});

describe('a credential of several parts (spec 5.2-8)', () => {
  const sealed = (json: object) =>
    ({
      kind: 'sealed',
      sealed: { v: 1, wrapped: '', iv: '', data: base64(JSON.stringify(json)) },
    }) as const;
  const pair = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI', region: 'eu-west-1' };
  const path = `/v1/${ACCOUNT}/main/aws-bedrock/bedrock-runtime/eu-west-1/model/m/converse`;

  it('an AWS pair signs each attempt at its own time', async () => {
    keep([storedKey('a', { provider: 'aws-bedrock', secret: sealed(pair) })], { retry_max_attempts: 2 });
    gateway.provider = () => {
      gateway.advance(1000);
      return jsonAnswer('{}', 503);
    };
    await gateway.request({ headers: known, path, body: '{}' });
    const times = gateway.sent.map(({ headers }) => headers.get('x-amz-date')?.[0]);
    expect(times).toEqual(['20260102T030405Z', '20260102T030406Z']);
    for (const { headers } of gateway.sent)
      expect(headers.get('authorization')?.[0]).toMatch(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20260102\/eu-west-1\/bedrock\/aws4_request, SignedHeaders=/,
      );
    expect(JSON.stringify(gateway.record())).not.toContain(pair.secretAccessKey);
  });

  it('the function’s own role signs where the operator allows it, and no key is needed', async () => {
    gateway.role.set('aws-bedrock', {
      kind: 'aws',
      accessKeyId: 'ASIAROLE',
      secretAccessKey: new Secret('role-secret'),
      sessionToken: new Secret('session'),
      place: { region: 'eu-west-1' },
    });
    await gateway.request({ headers: known, path, body: '{}' });
    expect(gateway.lastSent().headers.get('x-amz-security-token')).toEqual(['session']);
    expect(gateway.record()).toMatchObject({ keySource: 'role' });
  });

  it('a service account sends the token that it was given', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const account = {
      client_email: 'robot@p.iam.gserviceaccount.com',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      project_id: 'my-project',
      region: 'us-central1',
    };
    keep([storedKey('a', { provider: 'google-vertex-ai', secret: sealed(account) })]);
    const at = `/v1/${ACCOUNT}/main/google-vertex-ai/v1/projects/p/locations/us-central1/publishers/google/models/g:generateContent`;
    expect((await gateway.request({ headers: known, path: at, body: '{}' })).status).toBe(200);
    expect(gateway.lastSent().headers.get('authorization')).toEqual([
      'Bearer token-of-robot@p.iam.gserviceaccount.com',
    ]);
  });
});

describe('several keys of one alias', () => {
  beforeEach(() => keep([storedKey('a'), storedKey('b', { order: 1 }), storedKey('c', { order: 2 })]));

  it.each([401, 403, 429])('the next one is taken at once after a %d', async (status) => {
    gateway.provider = () => jsonAnswer('{}', gateway.sent.length === 1 ? status : 200);
    const answer = await gateway.request({ headers: known });
    expect(answer.status).toBe(200);
    expect(sentKeys()).toEqual(['Bearer sk-a', 'Bearer sk-b']);
    expect(gateway.record()).toMatchObject({ keyId: 'b', attempts: [{ status }, { status: 200 }] });
  });

  it('also when that stands in the first event of a stream', async () => {
    const full = 'data: {"error":{"message":"slow down","code":429}}\n\n';
    const word = 'data: {"choices":[{"delta":{"content":"hi"}}]}\n\n';
    gateway.provider = () => {
      const text = gateway.sent.length === 1 ? full : word;
      return streamAnswer(new ScriptedBody((it) => it.send(text).end()));
    };
    const answer = await gateway.request({ headers: known });
    expect([answer.status, answer.body]).toEqual([200, word]);
    expect(sentKeys()).toEqual(['Bearer sk-a', 'Bearer sk-b']);
  });

  it('the last one’s refusal is the answer', async () => {
    gateway.provider = () => jsonAnswer(`{"n":${gateway.sent.length}}`, 401);
    const answer = await gateway.request({ headers: known });
    expect([answer.status, answer.body]).toEqual([401, '{"n":3}']);
  });

  it('an error that no key could mend is the answer', async () => {
    gateway.provider = () => jsonAnswer('{}', 400);
    await gateway.request({ headers: known });
    expect(sentKeys()).toEqual(['Bearer sk-a']);
  });
});

describe('a key’s own request cap (spec 5.2-9)', () => {
  const full = { admitted: false, retryAfter: durationMs(7_000) } as const;

  it('429 / 2003 when it is reached, with Retry-After; nobody is called', async () => {
    keep([storedKey('a', { rateLimit: 5, ratePeriod: 30 })]);
    gateway.limiter = () => full;
    const answer = await gateway.request({ headers: known });
    expect([answer.status, answer.json().internalCode, answer.header('retry-after')]).toEqual([
      429,
      2003,
      '7',
    ]);
    expect(gateway.taken).toMatchObject([{ limit: 5, interval: 30_000, technique: 'fixed' }]);
    expect(gateway.sent).toHaveLength(0);
  });

  it('another key takes over', async () => {
    keep([storedKey('a', { rateLimit: 5 }), storedKey('b', { order: 1 })]);
    gateway.limiter = () => full;
    expect((await gateway.request({ headers: known })).status).toBe(200);
    expect(sentKeys()).toEqual(['Bearer sk-b']);
  });

  it('does not stop anybody while the store is down', async () => {
    keep([storedKey('a', { rateLimit: 5 })]);
    gateway.limiter = () => {
      throw new StoreUnavailable('down');
    };
    expect((await gateway.request({ headers: known })).status).toBe(200);
  });
});
