import { generateKeyPairSync } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CredentialRefused, type GoogleCredential, Secret, StoreUnavailable } from '@weir/core';
import { ManualClock } from '@weir/testkit/stores';
import { GoogleTokens } from './google-tokens.ts';
import { HttpsUpstream } from './https-upstream.ts';

const newKey = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey;
const KEY = newKey();
const HOUR = 3_600_000;

/** Google's token service on a real socket: each exchange gets the next token, unless the test answers otherwise. */
async function tokenService() {
  const forms: URLSearchParams[] = [];
  const state = {
    forms,
    answer: (response: ServerResponse) => {
      response.end(
        JSON.stringify({ access_token: `ya29.${forms.length}`, expires_in: 3600, token_type: 'Bearer' }),
      );
    },
  };
  const server = createServer(async (request, response) => {
    forms.push(new URLSearchParams(await text(request)));
    state.answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

let google: Awaited<ReturnType<typeof tokenService>>;
let clock: ManualClock;
let tokens: GoogleTokens;

beforeEach(async () => {
  google = await tokenService();
  clock = new ManualClock();
  tokens = new GoogleTokens({ upstream: new HttpsUpstream(), clock });
});
afterEach(() => google.stop());

/** A new object each time, as when the key was opened anew. */
const account = (changes: Partial<GoogleCredential> = {}): GoogleCredential => ({
  kind: 'google',
  clientEmail: 'weir@acme.iam.gserviceaccount.com',
  privateKey: new Secret(KEY),
  privateKeyId: 'k1',
  tokenUri: google.url,
  place: { project: 'acme' },
  ...changes,
});
const tokenFor = async (credential: GoogleCredential) => (await tokens.googleToken(credential)).reveal();

describe('the token of a service account', () => {
  it('is exchanged for a signed claim once, and a warm request asks nobody', async () => {
    expect(await tokenFor(account())).toBe('ya29.1');
    expect(await tokenFor(account())).toBe('ya29.1');
    clock.advance(HOUR - 60_001);
    expect(await tokenFor(account())).toBe('ya29.1');
    expect(google.forms).toHaveLength(1);
    expect(google.forms[0]?.get('assertion')?.split('.')).toHaveLength(3);
  });

  it('is exchanged anew a minute before it ends', async () => {
    await tokenFor(account());
    clock.advance(HOUR - 60_000);
    expect(await tokenFor(account())).toBe('ya29.2');
  });

  it('is exchanged once for all who wait', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => tokenFor(account())));
    expect(new Set(all)).toEqual(new Set(['ya29.1']));
    expect(google.forms).toHaveLength(1);
  });

  it('is nobody’s who has another key for the same name', async () => {
    await tokenFor(account());
    expect(await tokenFor(account({ privateKey: new Secret(newKey()) }))).toBe('ya29.2');
  });

  it('cannot be printed', async () => {
    expect(String(await tokens.googleToken(account()))).not.toContain('ya29');
  });
});

describe('an account that Google refuses', () => {
  beforeEach(() => {
    google.answer = (response) => response.writeHead(400).end('{"error":"invalid_grant"}');
  });

  it('is refused in Google’s word, without its key, and not asked for again for ten seconds', async () => {
    for (const _ of [1, 2]) {
      const failure = await tokens.googleToken(account()).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(CredentialRefused);
      expect(String(failure)).toContain('invalid_grant');
    }
    expect(google.forms).toHaveLength(1);
    clock.advance(10_000);
    await expect(tokens.googleToken(account())).rejects.toThrow(CredentialRefused);
    expect(google.forms).toHaveLength(2);
  });

  it('loses the token that it had', async () => {
    google.answer = (response) => response.end('{"access_token":"ya29.a","expires_in":100}');
    await tokenFor(account());
    google.answer = (response) => response.writeHead(401).end('{"error":"invalid_client"}');
    clock.advance(40_000);
    await expect(tokens.googleToken(account())).rejects.toThrow(CredentialRefused);
    clock.advance(1);
    await expect(tokens.googleToken(account())).rejects.toThrow(CredentialRefused);
  });
});

describe('a token service that cannot be asked', () => {
  it.each<[string, (response: ServerResponse) => void]>([
    ['answers 503', (response) => response.writeHead(503).end()],
    ['limits us', (response) => response.writeHead(429).end('{}')],
    ['breaks off', (response) => response.destroy()],
    [
      'breaks off in its answer',
      (response) => {
        response.writeHead(200, { 'content-length': '1000' }).write('{"access_token":"ya29.x"}');
        setTimeout(() => response.destroy(), 20);
      },
    ],
    ['sends no JSON', (response) => response.end('<html>')],
    ['never ends', (response) => response.end('x'.repeat(200_000))],
  ])('and %s is unavailable, not a refusal, and is asked again', async (_, answer) => {
    const good = google.answer;
    google.answer = answer;
    await expect(tokens.googleToken(account())).rejects.toThrow(StoreUnavailable);
    google.answer = good;
    expect(await tokenFor(account())).toMatch(/^ya29\./);
  });

  it('leaves the token that is there in use until it ends', async () => {
    await tokenFor(account());
    google.answer = (response) => response.writeHead(503).end();
    clock.advance(HOUR - 30_000);
    expect(await tokenFor(account())).toBe('ya29.1');
    clock.advance(30_000);
    await expect(tokens.googleToken(account())).rejects.toThrow(StoreUnavailable);
  });

  it('and hangs as the process freezes keeps nobody waiting after the thaw', async () => {
    const good = google.answer;
    const hung: ServerResponse[] = [];
    google.answer = (response) => void hung.push(response);
    const frozen = tokens.googleToken(account()).catch((error: unknown) => error);
    while (hung.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    clock.advance(60_000);
    google.answer = good;
    expect(await tokenFor(account())).toBe('ya29.2');
    for (const response of hung) response.destroy();
    expect(await frozen).toEqual(expect.anything());
    expect(await tokenFor(account())).toBe('ya29.2');
  });
});

it('the number of accounts in memory is bounded', async () => {
  google.answer = (response) => response.end('{"access_token":"ya29.x","expires_in":3600}');
  for (let index = 0; index <= 500; index++)
    await tokenFor(account({ clientEmail: `a${index}@acme.example` }));
  await tokenFor(account({ clientEmail: 'a500@acme.example' }));
  expect(google.forms).toHaveLength(501);
  await tokenFor(account({ clientEmail: 'a0@acme.example' }));
  expect(google.forms).toHaveLength(502);
});
