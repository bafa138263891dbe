import { verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Secret } from '../../secret.ts';
import { PRIVATE_KEY, PUBLIC_KEY } from './__fixtures__/service-account.ts';
import type { GoogleCredential } from './credential.ts';
import { googleTokenRequest, readGoogleToken } from './google-token.ts';

const CREDENTIAL: GoogleCredential = {
  kind: 'google',
  clientEmail: 'weir@acme-prod.iam.gserviceaccount.com',
  privateKey: new Secret(PRIVATE_KEY),
  privateKeyId: 'kid-1',
  tokenUri: 'https://oauth2.googleapis.com/token',
  place: { project: 'acme-prod' },
};
const AT = 1_760_000_000_900;

/** The parts of the claim that a request carries. */
function claimOf(credential: GoogleCredential) {
  const { body } = googleTokenRequest(credential, AT);
  const form = new URLSearchParams(Buffer.from(body).toString());
  const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
  const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
  return { form, header: read(header), claims: read(claims), signed: `${header}.${claims}`, signature };
}

describe('the claim of a service account', () => {
  it('is signed by its key and says who asks for what, whom, and for how long', () => {
    const { form, header, claims, signed, signature } = claimOf(CREDENTIAL);
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    expect(header).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'kid-1' });
    expect(claims).toEqual({
      iss: 'weir@acme-prod.iam.gserviceaccount.com',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      aud: 'https://oauth2.googleapis.com/token',
      iat: 1_760_000_000,
      exp: 1_760_003_600,
    });
    expect(verify('RSA-SHA256', Buffer.from(signed), PUBLIC_KEY, Buffer.from(signature, 'base64url'))).toBe(
      true,
    );
  });

  it('goes to the account’s token address as a form', () => {
    const { method, url, headers } = googleTokenRequest(CREDENTIAL, AT);
    expect([method, url]).toEqual(['POST', 'https://oauth2.googleapis.com/token']);
    expect(headers.get('content-type')).toEqual(['application/x-www-form-urlencoded']);
  });

  it('names no key where the file names none', () => {
    expect(claimOf({ ...CREDENTIAL, privateKeyId: null }).header).toEqual({ alg: 'RS256', typ: 'JWT' });
  });
});

describe('the answer of the token service', () => {
  it('is a token and its lifetime in seconds', () => {
    const text = '{"access_token":"ya29.c.b0A","expires_in":3599,"token_type":"Bearer"}';
    const answer = readGoogleToken(200, text);
    if (answer.kind !== 'token') throw new Error('expected a token');
    expect([answer.token.reveal(), answer.lifetime]).toEqual(['ya29.c.b0A', 3599]);
  });

  it.each([
    [
      400,
      '{"error":"invalid_grant","error_description":"Invalid JWT Signature."}',
      'refused',
      'invalid_grant',
    ],
    [401, '{"error":"invalid_client"}', 'refused', 'invalid_client'],
    [403, '{"error":{"code":403,"status":"PERMISSION_DENIED"}}', 'refused', 'PERMISSION_DENIED'],
    [404, '<html>', 'refused', 'status 404'],
    [429, '{"error":"rate_limit_exceeded"}', 'unavailable', 'rate_limit_exceeded'],
    [500, '{"error":"internal_failure"}', 'unavailable', 'internal_failure'],
    [503, '', 'unavailable', 'status 503'],
    [302, '', 'unavailable', 'status 302'],
    [200, '{"id_token":"x"}', 'unavailable', 'an answer without an access token'],
    [200, '{"access_token":"a\\r\\nb"}', 'unavailable', 'an answer without an access token'],
    [400, '{"error":"the claim eyJhbGci was wrong"}', 'refused', 'status 400'],
  ])('of status %d with %s is %s: %s', (status, text, kind, reason) => {
    expect(readGoogleToken(status, text)).toEqual({ kind, reason });
  });

  it('is read whatever it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), fc.oneof(fc.json(), fc.string()), (status, text) => {
        expect(['token', 'refused', 'unavailable']).toContain(readGoogleToken(status, text).kind);
      }),
    );
  });
});
