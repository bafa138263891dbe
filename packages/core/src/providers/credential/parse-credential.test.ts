import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { isFault } from '../../form/fault.ts';
import { findProvider } from '../registry.ts';
import { SERVICE_ACCOUNT } from './__fixtures__/service-account.ts';
import type { Credential } from './credential.ts';
import { MAX_CREDENTIAL_LENGTH, parseCredential } from './parse-credential.ts';

function parse(slug: string, value: unknown) {
  const provider = findProvider(slug);
  if (!provider) throw new Error(`no provider ${slug}`);
  return parseCredential(provider, typeof value === 'string' ? value : JSON.stringify(value));
}

function faultOf(slug: string, value: unknown) {
  const parsed = parse(slug, value);
  if (!isFault(parsed)) throw new Error('expected a fault');
  return parsed;
}

/** With its secrets in clear. */
function shown(credential: Credential | { readonly kind: 'fault' }) {
  switch (credential.kind) {
    case 'key':
      return { ...credential, key: credential.key.reveal() };
    case 'aws':
      return {
        ...credential,
        secretAccessKey: credential.secretAccessKey.reveal(),
        sessionToken: credential.sessionToken?.reveal() ?? null,
      };
    case 'google':
      return { ...credential, privateKey: credential.privateKey.reveal() };
    case 'fault':
      return credential;
  }
}

const AWS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalr/secret+key', region: 'eu-west-1' };
const ACCOUNT = '0123456789abcdef0123456789abcdef';

describe('a plain text is the key itself', () => {
  it.each(['openai', 'anthropic', 'aws-bedrock', 'azure-openai', 'workers-ai', 'google-vertex-ai'])(
    'of %s',
    (slug) => {
      expect(shown(parse(slug, 'sk-abc:/+=._~'))).toEqual({ kind: 'key', key: 'sk-abc:/+=._~', place: {} });
    },
  );

  it.each([
    ['empty', ''],
    ['only spaces', ' \n '],
    ['with a line break at its end', 'sk-abc\n'],
    ['with a header of its own', 'sk-abc\r\nx-admin: 1'],
    ['with a space', 'Bearer sk-abc'],
    ['with a control character', 'sk-\u0000abc'],
    ['outside ASCII', 'sk-äbc'],
    ['longer than any key', 'k'.repeat(MAX_CREDENTIAL_LENGTH + 1)],
    ['of a megabyte', 'k'.repeat(1_048_576)],
  ])('that is %s is refused', (_, text) => {
    expect(faultOf('openai', text).path).toEqual([]);
  });

  it('of the longest length stands', () => {
    expect(parse('openai', 'k'.repeat(MAX_CREDENTIAL_LENGTH)).kind).toBe('key');
  });

  it('is refused for a provider that takes no key', () => {
    expect(faultOf('demo', 'sk-abc').message).toContain('no key');
  });
});

describe('JSON', () => {
  it.each(['{', '{"api_key":', '["sk"]', '"sk"', ' {"a":1} x'])(
    'that is no object is refused: %s',
    (text) => {
      expect(faultOf('openai', text).message).toContain('JSON');
    },
  );

  it('of a provider with one key names it "api_key"; members that nobody knows are ignored', () => {
    expect(shown(parse('openai', { api_key: 'sk-1', note: 'x', org: 1 }))).toEqual({
      kind: 'key',
      key: 'sk-1',
      place: {},
    });
    expect(faultOf('openai', { apiKey: 'sk-1' }).path).toEqual(['api_key']);
    expect(faultOf('openai', { api_key: 'sk 1' }).path).toEqual(['api_key']);
    expect(faultOf('openai', { api_key: ['sk'] }).path).toEqual(['api_key']);
  });

  it('with a member called like what every object inherits has no such member', () => {
    expect(faultOf('openai', '{"__proto__":{"api_key":"sk"}}').path).toEqual(['api_key']);
  });
});

describe('Amazon Bedrock (spec 5.2-8)', () => {
  it('signs with an access key in its region', () => {
    expect(shown(parse('aws-bedrock', AWS))).toEqual({
      kind: 'aws',
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'wJalr/secret+key',
      sessionToken: null,
      place: { region: 'eu-west-1' },
    });
    expect(shown(parse('aws-bedrock', { ...AWS, sessionToken: 'FwoG//' }))).toMatchObject({
      sessionToken: 'FwoG//',
    });
    expect(shown(parse('aws-bedrock', { ...AWS, sessionToken: null }))).toMatchObject({ sessionToken: null });
  });

  it.each(['accessKeyId', 'secretAccessKey', 'region'])('needs %s', (name) => {
    for (const value of [undefined, null, '', 7, {}, 'two words'])
      expect(faultOf('aws-bedrock', { ...AWS, [name]: value }).path).toEqual([name]);
  });

  it.each(['us-east-1.evil.example', 'us-east-1/', 'evil', 'us-east-1#', 'US-EAST-1', 'us-east-1\n'])(
    'has no region that would be another host: %j',
    (region) => {
      expect(faultOf('aws-bedrock', { ...AWS, region }).path).toEqual(['region']);
      expect(faultOf('aws-bedrock', { api_key: 'k', region }).path).toEqual(['region']);
    },
  );

  it('refuses a session token that is none', () => {
    expect(faultOf('aws-bedrock', { ...AWS, sessionToken: '' }).path).toEqual(['sessionToken']);
  });

  it('takes an API key of its own, with or without a region', () => {
    expect(shown(parse('aws-bedrock', { api_key: 'ABSK', region: 'us-gov-west-1' }))).toEqual({
      kind: 'key',
      key: 'ABSK',
      place: { region: 'us-gov-west-1' },
    });
    expect(parse('aws-bedrock', { api_key: 'ABSK' })).toMatchObject({ kind: 'key', place: {} });
  });
});

describe('Google Vertex AI (spec 5.2-8)', () => {
  it('takes the file of a service account with a region, plain or as base64', () => {
    const expected = {
      kind: 'google',
      clientEmail: SERVICE_ACCOUNT.client_email,
      privateKey: SERVICE_ACCOUNT.private_key,
      privateKeyId: '0123456789abcdef',
      tokenUri: 'https://oauth2.googleapis.com/token',
      place: { project: 'acme-prod', region: 'europe-west4' },
    };
    const file = { ...SERVICE_ACCOUNT, region: 'europe-west4' };
    expect(shown(parse('google-vertex-ai', JSON.stringify(file, null, 2)))).toEqual(expected);
    for (const encoding of ['base64', 'base64url'] as const)
      for (const indent of [0, 2]) {
        const text = Buffer.from(JSON.stringify(file, null, indent)).toString(encoding);
        expect(shown(parse('google-vertex-ai', text))).toEqual(expected);
      }
  });

  it('leaves the region open where the file has none, and knows the address of tokens itself', () => {
    const { token_uri: _, private_key_id: __, ...file } = SERVICE_ACCOUNT;
    expect(parse('google-vertex-ai', file)).toMatchObject({
      place: { project: 'acme-prod' },
      tokenUri: 'https://oauth2.googleapis.com/token',
      privateKeyId: null,
    });
  });

  it.each(['project_id', 'client_email', 'private_key'])('needs %s', (name) => {
    for (const value of [undefined, null, '', 7, {}, 'a/../b c'])
      expect(faultOf('google-vertex-ai', { ...SERVICE_ACCOUNT, [name]: value }).path).toEqual([name]);
  });

  it('wants an RSA key: cut text and other kinds of key are refused', () => {
    const { privateKey } = generateKeyPairSync('ed25519', {
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    for (const private_key of [privateKey, SERVICE_ACCOUNT.private_key.slice(0, 500)])
      expect(faultOf('google-vertex-ai', { ...SERVICE_ACCOUNT, private_key }).path).toEqual(['private_key']);
  });

  it.each([
    'http://oauth2.googleapis.com/token',
    'https://oauth2.googleapis.com.evil.example/token',
    'https://evilgoogleapis.com/token',
    'https://user:pass@oauth2.googleapis.com/token',
    'https://oauth2.googleapis.com:8443/token',
    'https://169.254.169.254/token',
    'token',
  ])('sends its claim to Google alone: %s', (token_uri) => {
    expect(faultOf('google-vertex-ai', { ...SERVICE_ACCOUNT, token_uri }).path).toEqual(['token_uri']);
  });

  it.each(['global.evil.example', 'Europe', 'eu/west', ''])('has no region %j', (region) => {
    expect(faultOf('google-vertex-ai', { ...SERVICE_ACCOUNT, region }).path).toEqual(['region']);
  });

  it('is no user and no federated account', () => {
    expect(faultOf('google-vertex-ai', { ...SERVICE_ACCOUNT, type: 'authorized_user' }).path).toEqual([
      'type',
    ]);
  });

  it('takes an access token and an API key as they are', () => {
    expect(shown(parse('google-vertex-ai', 'ya29.a0Af'))).toMatchObject({ kind: 'key', key: 'ya29.a0Af' });
    expect(shown(parse('google-vertex-ai', { api_key: 'AIza' }))).toMatchObject({ kind: 'key', key: 'AIza' });
    expect(parse('google-vertex-ai', 'eyJhbGciOiJSUzI1NiJ9.eyJ9.x')).toMatchObject({ kind: 'key' });
  });
});

describe('Azure OpenAI', () => {
  it.each(['resource_name', 'resource'])('takes its key with the resource as %s', (name) => {
    expect(shown(parse('azure-openai', { api_key: 'k1', [name]: 'acme-sweden' }))).toEqual({
      kind: 'key',
      key: 'k1',
      place: { resource: 'acme-sweden' },
    });
    expect(faultOf('azure-openai', { api_key: 'k1', [name]: 'acme.evil/' }).path).toEqual([name]);
  });

  it('needs the key', () => {
    expect(faultOf('azure-openai', { resource: 'acme' }).path).toEqual(['api_key']);
  });
});

describe('Workers AI', () => {
  it('takes its token with the account', () => {
    expect(shown(parse('workers-ai', { account_id: ACCOUNT, api_token: 't1' }))).toEqual({
      kind: 'key',
      key: 't1',
      place: { account: ACCOUNT },
    });
  });

  it.each([
    ['account_id', { account_id: '../../user', api_token: 't1' }],
    ['account_id', { account_id: 1, api_token: 't1' }],
    ['api_token', { account_id: ACCOUNT }],
  ])('says what is wrong with %s', (name, value) => {
    expect(faultOf('workers-ai', value).path).toEqual([name]);
  });
});
