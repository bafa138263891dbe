import { describe, expect, it } from '@jest/globals';
import { headerMap } from '../../http/header-map.ts';
import { Secret } from '../../secret.ts';
import type { AwsScope } from './aws-signature.ts';
import type { AwsCredential } from './credential.ts';
import { bedrockScope, signAws } from './sign-aws.ts';

/** The credentials, scope and moment of AWS's published test suite for signature version 4. */
const CREDENTIAL: AwsCredential = {
  kind: 'aws',
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: new Secret('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'),
  sessionToken: null,
  place: { region: 'us-east-1' },
};
const SCOPE = { region: 'us-east-1', service: 'service' };
const AT = Date.UTC(2015, 7, 30, 12, 36, 0);
const TOKEN =
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==';

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
}

const signed = ({ method = 'GET', path = '/', headers = [], body }: Sent, credential = CREDENTIAL) =>
  signAws(
    {
      method,
      url: `https://example.amazonaws.com${path}`,
      headers: headerMap(headers),
      body: body === undefined ? null : Buffer.from(body),
    },
    credential,
    SCOPE,
    AT,
  );

describe("AWS's published vectors", () => {
  it.each<[string, Sent, string]>([
    ['get-vanilla', {}, '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    [
      'get-vanilla-query-order-key-case',
      { path: '/?Param2=value2&Param1=value1' },
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'get-vanilla-utf8-query',
      { path: '/?ሴ=bar' },
      '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
    ],
    ['post-vanilla', { method: 'POST' }, '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
    [
      'post-x-www-form-urlencoded',
      {
        method: 'POST',
        headers: [['Content-Type', 'application/x-www-form-urlencoded']],
        body: 'Param1=value1',
      },
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
  ])('%s', (_, sent, signature) => {
    expect(signed(sent).get('authorization')).toEqual([
      expect.stringMatching(new RegExp(`Signature=${signature}$`)),
    ]);
  });

  it('post-sts-header-before: the session token is signed', () => {
    const headers = signed({ method: 'POST' }, { ...CREDENTIAL, sessionToken: new Secret(TOKEN) });
    expect(headers.get('x-amz-security-token')).toEqual([TOKEN]);
    expect(headers.get('authorization')).toEqual([
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead',
    ]);
  });
});

describe('a request that is signed', () => {
  it('is signed for its own day, region and service, whatever was signed with the credential before', () => {
    const sign = (credential: AwsCredential, scope: AwsScope, at: number) =>
      signAws(
        { method: 'GET', url: 'https://a.example/', headers: new Map(), body: null },
        credential,
        scope,
        at,
      ).get('authorization')?.[0];
    const used = { ...CREDENTIAL };
    for (const scope of [SCOPE, { ...SCOPE, region: 'eu-west-1' }, { ...SCOPE, service: 'bedrock' }, SCOPE])
      for (const at of [AT, AT + 86_400_000, AT])
        expect(sign(used, scope, at)).toBe(sign({ ...CREDENTIAL }, scope, at));
  });

  it('has one signature: what another one left is gone', () => {
    const clean = signed({});
    const again = signed({
      headers: [
        ['authorization', 'AWS4-HMAC-SHA256 Credential=…'],
        ['x-amz-date', '20000101T000000Z'],
        ['x-amz-security-token', 'old'],
        ['x-amz-content-sha256', 'old'],
      ],
    });
    expect([...again].sort()).toEqual([...clean].sort());
  });

  it('keeps its other headers, of which those that may change on the way are not signed', () => {
    const headers = signed({
      headers: [
        ['user-agent', 'x'],
        ['x-amzn-bedrock-guardrailidentifier', 'g'],
        ['x-amz-a', 'b'],
      ],
    });
    expect(headers.get('user-agent')).toEqual(['x']);
    expect(headers.get('authorization')?.[0]).toContain('SignedHeaders=host;x-amz-a;x-amz-date,');
  });
});

describe('what a request to Bedrock is signed for', () => {
  it.each([
    ['https://bedrock-runtime.eu-west-1.amazonaws.com/model/x', 'eu-west-1', 'bedrock'],
    ['https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com/model/x', 'us-gov-west-1', 'bedrock'],
    ['https://bedrock-mantle.us-west-2.api.aws/v1/responses', 'us-west-2', 'bedrock-mantle'],
    ['https://vpce-0a.bedrock-runtime.eu-central-1.vpce.amazonaws.com/x', 'eu-central-1', 'bedrock'],
    ['http://127.0.0.1:4010/model/x', 'us-east-1', 'bedrock'],
    ['https://notbedrock-runtime.eu-west-1.example.com/', 'us-east-1', 'bedrock'],
  ])('%s', (url, region, service) => {
    expect(bedrockScope(url, CREDENTIAL)).toEqual({ region, service });
  });
});
