import { hash } from 'node:crypto';
import {
  type AccessTokens,
  type ByteStream,
  type Clock,
  CredentialRefused,
  durationMs,
  type GoogleCredential,
  googleTokenRequest,
  readGoogleToken,
  type Secret,
  StoreUnavailable,
  type TokenAnswer,
  type Upstream,
} from '@weir/core';

/** A token is replaced before it ends, so that none ends on its way. Milliseconds. */
const MARGIN = 60_000;
/** An account that was refused is not asked for again at once. Milliseconds. */
const REFUSED_FOR = 10_000;
/** Google answers in a tenth of a second. Milliseconds. */
const PATIENCE = durationMs(5_000);
/** An exchange that began longer ago froze with the process: nobody waits for it. Milliseconds. */
const OLDEST_EXCHANGE = 3 * PATIENCE;
/** Of service accounts with a token in memory. */
const MOST_ACCOUNTS = 500;
/** Of an answer: a token has some hundred characters. Bytes. */
const LARGEST_ANSWER = 65_536;

interface Account {
  token: { readonly secret: Secret; readonly expiresAt: number } | null;
  refused: { readonly reason: string; readonly since: number } | null;
  running: { readonly token: Promise<Secret>; readonly began: number } | null;
}

/**
 * Access tokens of service accounts, in memory until a minute before they end. Requests that need the same token wait for
 * one exchange; a warm request asks nobody. While Google cannot be asked, a token serves to its very end.
 */
export class GoogleTokens implements AccessTokens {
  readonly #upstream: Upstream;
  readonly #clock: Clock;
  /** In order of their exchanges, by a hash of the whole account: who has not its key gets no token of it. */
  readonly #accounts = new Map<string, Account>();
  readonly #names = new WeakMap<GoogleCredential, string>();

  constructor({ upstream, clock }: { readonly upstream: Upstream; readonly clock: Clock }) {
    this.#upstream = upstream;
    this.#clock = clock;
  }

  async googleToken(credential: GoogleCredential): Promise<Secret> {
    const now = this.#clock.now();
    const name = this.#nameOf(credential);
    const known = this.#accounts.get(name);
    if (known?.token && now < known.token.expiresAt - MARGIN) return known.token.secret;
    if (known?.refused && isYoung(known.refused.since, now, REFUSED_FOR)) throw refusal(known.refused.reason);
    if (known?.running && isYoung(known.running.began, now, OLDEST_EXCHANGE)) return known.running.token;
    return this.#begin(this.#place(name, known), credential, now);
  }

  /** At the end of the line, where what was exchanged last stands. */
  #place(name: string, known: Account | undefined): Account {
    const account = known ?? { token: null, refused: null, running: null };
    this.#accounts.delete(name);
    this.#accounts.set(name, account);
    if (this.#accounts.size > MOST_ACCOUNTS) {
      const [oldest] = this.#accounts.keys();
      if (oldest !== undefined) this.#accounts.delete(oldest);
    }
    return account;
  }

  #begin(account: Account, credential: GoogleCredential, began: number): Promise<Secret> {
    const running = { token: this.#exchange(account, credential, began), began };
    account.running = running;
    const end = () => {
      if (account.running === running) account.running = null;
    };
    running.token.then(end, end);
    return running.token;
  }

  async #exchange(account: Account, credential: GoogleCredential, began: number): Promise<Secret> {
    const answer = await this.#ask(credential, began);
    switch (answer.kind) {
      case 'token':
        account.token = { secret: answer.token, expiresAt: began + answer.lifetime * 1_000 };
        account.refused = null;
        return answer.token;
      case 'refused':
        account.token = null;
        account.refused = { reason: answer.reason, since: began };
        throw refusal(answer.reason);
      case 'unavailable':
        if (account.token && this.#clock.now() < account.token.expiresAt) return account.token.secret;
        throw new StoreUnavailable(`Google gave no access token: ${answer.reason}`);
    }
  }

  async #ask(credential: GoogleCredential, at: number): Promise<TokenAnswer> {
    try {
      const { status, body } = await this.#upstream.send({
        ...googleTokenRequest(credential, at),
        // The address was checked when the credential was read: it is Google's.
        guard: 'none',
        firstByteTimeout: PATIENCE,
        idleTimeout: PATIENCE,
      });
      const text = await textOf(body);
      return text === null
        ? { kind: 'unavailable', reason: 'an answer that broke off' }
        : readGoogleToken(status, text);
    } catch (cause) {
      return { kind: 'unavailable', reason: cause instanceof Error ? cause.message : 'no answer' };
    }
  }

  /** A credential stays the same object while its key is in memory, so it is hashed once. */
  #nameOf(credential: GoogleCredential): string {
    const known = this.#names.get(credential);
    if (known !== undefined) return known;
    const { clientEmail, tokenUri, privateKeyId, privateKey } = credential;
    const name = hash('sha256', JSON.stringify([clientEmail, tokenUri, privateKeyId, privateKey.reveal()]));
    this.#names.set(credential, name);
    return name;
  }
}

/** A clock that was set back makes nothing young. */
const isYoung = (since: number, now: number, lifetime: number) => now >= since && now - since < lifetime;

const refusal = (reason: string) => new CredentialRefused(`Google refused the service account: ${reason}`);

/** Null: it broke off, or is longer than any answer with a token. */
function textOf(body: ByteStream): Promise<string | null> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    body.consume({
      chunk(bytes) {
        size += bytes.length;
        if (size > LARGEST_ANSWER) body.cancel();
        else chunks.push(bytes);
      },
      end: (fault) => resolve(fault ? null : Buffer.concat(chunks).toString('utf8')),
    });
  });
}
