import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isFault } from '../../form/fault.ts';
import { findProvider } from '../registry.ts';
import { SERVICE_ACCOUNT } from './__fixtures__/service-account.ts';
import { parseCredential } from './parse-credential.ts';

const providers = ['openai', 'aws-bedrock', 'google-vertex-ai', 'azure-openai', 'workers-ai', 'demo'].map(
  (slug) => {
    const provider = findProvider(slug);
    if (!provider) throw new Error(`no provider ${slug}`);
    return provider;
  },
);

const MARK = 'S3CR3T';
const names = fc.constantFrom(
  ...Object.keys(SERVICE_ACCOUNT),
  ...[
    'accessKeyId',
    'secretAccessKey',
    'region',
    'sessionToken',
    'api_key',
    'resource',
    'account_id',
    'api_token',
  ],
  ...['__proto__', 'constructor', 'toString'],
);
const values = fc.oneof(
  fc.constantFrom(
    `${MARK}-1`,
    `-----BEGIN PRIVATE KEY-----\n${MARK}\n-----END PRIVATE KEY-----`,
    SERVICE_ACCOUNT.private_key,
  ),
  fc.string().map((text) => `${text}${MARK}`),
  fc.constant({ [MARK]: MARK }),
  fc.constantFrom(null, 1, true, 'us-east-1', 'global', ''),
);
const objects = fc.dictionary(names, values, { noNullPrototype: true });
const texts = fc.oneof(
  objects.map((value) => JSON.stringify(value)),
  objects.map((value) => JSON.stringify({ ...SERVICE_ACCOUNT, ...value })),
  objects.map((value) => JSON.stringify(value).slice(0, -3)),
  objects.map((value) => Buffer.from(JSON.stringify(value)).toString('base64')),
  fc.string({ unit: 'binary' }).map((text) => `${text}${MARK}`),
  fc.string().map((text) => `${text}${MARK}`),
);

it('whatever the text, it is read or refused, and no secret shows in what is printed of it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...providers), texts, (provider, text) => {
      const parsed = parseCredential(provider, text);
      if (isFault(parsed)) expect(parsed.message).not.toContain(MARK);
      // What is no secret may hold the mark: who the account is and where it is.
      const secrets = isFault(parsed)
        ? {}
        : parsed.kind === 'key'
          ? { key: parsed.key }
          : parsed.kind === 'aws'
            ? { secretAccessKey: parsed.secretAccessKey, sessionToken: parsed.sessionToken }
            : { privateKey: parsed.privateKey };
      expect(JSON.stringify(secrets)).not.toContain(MARK);
      expect(String(Object.values(secrets))).not.toContain(MARK);
    }),
  );
});

it('a fault names a member by the name that the documentation gives it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...providers), texts, (provider, text) => {
      const parsed = parseCredential(provider, text);
      if (!isFault(parsed)) return;
      expect(parsed.path.length).toBeLessThanOrEqual(1);
      for (const name of parsed.path) expect(name).not.toContain(MARK);
    }),
  );
});
