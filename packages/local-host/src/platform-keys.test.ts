import { describe, expect, it } from '@jest/globals';
import { findProvider, parseCredential } from '@weir/core';
import { platformKeys } from './platform-keys.ts';

describe('provider keys of the environment', () => {
  it('are found by the provider’s slug and by the name that the vendor’s own SDK reads', () => {
    expect(
      platformKeys({
        OPENAI_API_KEY: 'o',
        GROK_API_KEY: 'g',
        XAI_API_KEY: 'x',
        HF_TOKEN: 'h',
        COHERE_API_KEY: '',
      }),
    ).toEqual({ openai: 'o', grok: 'g', huggingface: 'h' });
  });

  it('under which a provider keeps nothing have a name of their own, where there is such a thing', () => {
    expect(
      platformKeys({
        OPENAI_API_KEY: 'o',
        OPENAI_ZDR_API_KEY: 'z',
        ANTHROPIC_ZDR_API_KEY: '',
        GROQ_ZDR_API_KEY: 'g',
      }),
    ).toEqual({ openai: 'o', 'openai@zdr': 'z' });
  });

  it('are never the machine’s own identities', () => {
    expect(
      platformKeys({
        AWS_ACCESS_KEY_ID: 'AKIA',
        AWS_SECRET_ACCESS_KEY: 's',
        AWS_SESSION_TOKEN: 't',
        AWS_PROFILE: 'admin',
        AWS_REGION: 'eu-west-1',
        CLOUDFLARE_API_TOKEN: 'c',
        CLOUDFLARE_ACCOUNT_ID: 'a',
        GOOGLE_APPLICATION_CREDENTIALS: '/home/dev/key.json',
      }),
    ).toEqual({});
  });

  it.each<[string, Record<string, string>, object]>([
    [
      'aws-bedrock',
      { AWS_BEARER_TOKEN_BEDROCK: 'ABSK', AWS_REGION: 'eu-west-1' },
      { kind: 'key', place: { region: 'eu-west-1' } },
    ],
    ['aws-bedrock', { AWS_BEARER_TOKEN_BEDROCK: 'ABSK' }, { kind: 'key', place: {} }],
    [
      'aws-bedrock',
      {
        AWS_BEDROCK_API_KEY: '{"accessKeyId":"AKIA","secretAccessKey":"s","region":"us-west-2"}',
        AWS_REGION: 'eu-west-1',
      },
      { kind: 'aws', place: { region: 'us-west-2' } },
    ],
    [
      'azure-openai',
      { AZURE_OPENAI_API_KEY: 'k', AZURE_OPENAI_RESOURCE: 'acme' },
      { kind: 'key', place: { resource: 'acme' } },
    ],
    [
      'workers-ai',
      { WORKERS_AI_API_KEY: 't', CLOUDFLARE_ACCOUNT_ID: '0123456789abcdef0123456789abcdef' },
      { kind: 'key', place: { account: '0123456789abcdef0123456789abcdef' } },
    ],
    ['google-vertex-ai', { GOOGLE_VERTEX_AI_API_KEY: 'AIza' }, { kind: 'key', place: {} }],
    [
      'google-vertex-ai',
      { GOOGLE_VERTEX_AI_API_KEY: 'AIza', GOOGLE_CLOUD_LOCATION: 'us-east5' },
      { kind: 'key', place: {} },
    ],
  ])('are what %s takes, with their place: %j', (slug, environment, expected) => {
    const provider = findProvider(slug);
    const key = platformKeys(environment)[slug];
    if (!provider || key === undefined) throw new Error('no key');
    const text = typeof key === 'string' ? key : JSON.stringify(key);
    expect(parseCredential(provider, text)).toMatchObject(expected);
  });

  it('a service account is its JSON with the location', () => {
    const file = { type: 'service_account', project_id: 'acme' };
    expect(
      platformKeys({
        GOOGLE_APPLICATION_CREDENTIALS_JSON: JSON.stringify(file),
        GOOGLE_CLOUD_LOCATION: 'europe-west4',
      }),
    ).toEqual({ 'google-vertex-ai': { ...file, region: 'europe-west4' } });
  });
});
