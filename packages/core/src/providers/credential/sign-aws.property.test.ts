import { createHash, createHmac } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { headerMap } from '../../http/header-map.ts';
import { Secret } from '../../secret.ts';
import { signAws } from './sign-aws.ts';

/** What the signer of the AWS SDK wants of a hash. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView) {
    this.#hash.update(bytesOf(data));
  }

  async digest() {
    return new Uint8Array(this.#hash.digest());
  }

  reset() {}
}

const bytesOf = (data: string | ArrayBuffer | ArrayBufferView) =>
  typeof data === 'string'
    ? Buffer.from(data)
    : ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : new Uint8Array(data);

const MODELS = [
  'anthropic.claude-sonnet-4-5-20250929-v1:0',
  'us.amazon.nova-pro-v1:0',
  'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-v1:0',
  "odd!'()*~-_. name",
];

const paths = fc.oneof(
  fc.constantFrom(...MODELS).map((model) => `/model/${encodeURIComponent(model)}/invoke`),
  // As some clients write it: not encoded.
  fc.constantFrom(...MODELS.slice(0, 3)).map((model) => `/model/${model}/converse-stream`),
  fc
    .array(fc.string({ unit: 'grapheme' }).map((text) => encodeURIComponent(text.toWellFormed())))
    .map((all) => `/${all.join('/')}`),
);
/** The SDK's object cannot hold a parameter of the one name that it leaves out. */
const queryNames = fc.string({ unit: 'grapheme' }).filter((name) => name !== '__proto__');
const queries = fc.dictionary(queryNames, fc.string({ unit: 'grapheme' }), { noNullPrototype: true });
const headerNames = fc.constantFrom(
  'content-type',
  'x-amz-a',
  'x-amz-b-c',
  'x-amz-target',
  'user-agent',
  'accept',
);
const headerValues = fc.string({ unit: fc.constantFrom(...'abZ09 /;,=+"') });

it('every request is signed as the AWS SDK signs it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
        path: paths,
        query: queries,
        headers: fc.dictionary(headerNames, headerValues, { noNullPrototype: true }),
        body: fc.option(fc.uint8Array()),
        at: fc.date({ min: new Date('2015-01-01'), max: new Date('2060-01-01'), noInvalidDate: true }),
        sessionToken: fc.option(fc.stringMatching(/^[\w/+=]{1,80}$/)),
        service: fc.constantFrom('bedrock', 'bedrock-mantle'),
      }),
      async ({ method, path, query, headers, body, at, sessionToken, service }) => {
        const search = Object.entries(query)
          .map(
            ([name, value]) =>
              `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`,
          )
          .join('&');
        const url = new URL(
          `https://bedrock-runtime.eu-west-1.amazonaws.com${path}${search && `?${search}`}`,
        );
        const credential = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPx' };
        const sdk = new SignatureV4({
          credentials: { ...credential, ...(sessionToken === null ? {} : { sessionToken }) },
          region: 'eu-west-1',
          service,
          sha256: Sha256,
          applyChecksum: false,
        });
        const theirs = await sdk.sign(
          {
            method,
            protocol: 'https:',
            hostname: url.hostname,
            path: url.pathname,
            query,
            headers: { ...headers, host: url.host },
            ...(body === null ? {} : { body }),
          },
          { signingDate: at, unsignableHeaders: new Set(['accept']) },
        );
        const ours = signAws(
          { method, url: url.href, headers: headerMap(Object.entries(headers)), body },
          {
            kind: 'aws',
            accessKeyId: credential.accessKeyId,
            secretAccessKey: new Secret(credential.secretAccessKey),
            sessionToken: sessionToken === null ? null : new Secret(sessionToken),
            place: { region: 'eu-west-1' },
          },
          { region: 'eu-west-1', service },
          at.getTime(),
        );
        expect(ours.get('authorization')).toEqual([theirs.headers.authorization]);
        expect(ours.get('x-amz-date')).toEqual([theirs.headers['x-amz-date']]);
        expect(ours.get('x-amz-security-token')?.[0]).toBe(theirs.headers['x-amz-security-token']);
      },
    ),
    { numRuns: 300 },
  );
});
