import { createPrivateKey, sign } from 'node:crypto';
import { child, isJson, numberAt, parseJson, textAt } from '../../form/json.ts';
import type { HeaderMap } from '../../http/header-map.ts';
import { Secret } from '../../secret.ts';
import type { GoogleCredential } from './credential.ts';

/** All of Google Cloud: what the account may do there is the account's own permissions. */
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** Google takes claims of at most an hour. Seconds. */
const CLAIM_LIFETIME = 3_600;
/** Of a token whose answer does not say how long it holds. Seconds. */
const SHORTEST_LIFETIME = 300;

export interface TokenRequest {
  readonly method: 'POST';
  readonly url: string;
  readonly headers: HeaderMap;
  readonly body: Uint8Array;
}

/**
 * Asks for a token in a service account's name, with a claim that its key signs
 * (developers.google.com/identity/protocols/oauth2/service-account, RFC 7523).
 *
 * @param at epoch milliseconds.
 */
export function googleTokenRequest(credential: GoogleCredential, at: number): TokenRequest {
  const assertion = googleAssertion(credential, at);
  return {
    method: 'POST',
    url: credential.tokenUri,
    headers: new Map([
      ['content-type', ['application/x-www-form-urlencoded']],
      ['accept', ['application/json']],
      ['accept-encoding', ['identity']],
    ]),
    body: Buffer.from(new URLSearchParams({ grant_type: GRANT, assertion }).toString()),
  };
}

function googleAssertion(
  { clientEmail, privateKey, privateKeyId, tokenUri }: GoogleCredential,
  at: number,
): string {
  const issued = Math.floor(at / 1000);
  const header = { alg: 'RS256', typ: 'JWT', ...(privateKeyId === null ? {} : { kid: privateKeyId }) };
  const claims = {
    iss: clientEmail,
    scope: SCOPE,
    aud: tokenUri,
    iat: issued,
    exp: issued + CLAIM_LIFETIME,
  };
  const signed = `${base64url(header)}.${base64url(claims)}`;
  const key = createPrivateKey({ key: privateKey.reveal(), format: 'pem' });
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
}

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What the token service said. */
export type TokenAnswer =
  /** `lifetime`: seconds. */
  | { readonly kind: 'token'; readonly token: Secret; readonly lifetime: number }
  /** The account, its key or its claim is not accepted. `reason`: Google's word for it. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It may be otherwise in a moment. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/** Nothing but a code of Google's own, which cannot hold what was sent. */
const ERROR_CODE = /^[A-Za-z_]{1,64}$/;
const HEADER_SAFE = /^[\x21-\x7e]+$/;

/** Never throws, whatever stands in the answer. */
export function readGoogleToken(status: number, text: string): TokenAnswer {
  const parsed = parseJson(text);
  const answer = isJson(parsed) ? parsed : null;
  if (status === 200) {
    const token = textAt(answer, 'access_token');
    if (token === null || !HEADER_SAFE.test(token))
      return { kind: 'unavailable', reason: 'an answer without an access token' };
    const lifetime = numberAt(answer, 'expires_in') ?? SHORTEST_LIFETIME;
    return { kind: 'token', token: new Secret(token), lifetime };
  }
  const code = textAt(answer, 'error') ?? textAt(child(answer, 'error'), 'status') ?? '';
  const reason = ERROR_CODE.test(code) ? code : `status ${status}`;
  const isFinal = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return { kind: isFinal ? 'refused' : 'unavailable', reason };
}
