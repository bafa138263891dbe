import { hash, type KeyObject } from 'node:crypto';
import { amzTime, awsAuthorization, awsSigningKey } from '@weir/core';
import type { Credentials } from './client-settings.ts';

export interface SignerOptions {
  readonly credentials: Credentials;
  readonly region: string;
  /** As the credential scope names it: `sqs`. */
  readonly service: string;
  /** Value of the `host` header. */
  readonly host: string;
}

/** `authorization` and `x-amz-date`, and the session token where there is one; as names and values in turn. */
export type SignedHeaders = readonly string[];

/**
 * Signature version 4 for `POST /` with a body that is all here: what core's `signAws` computes, without the general case
 * of paths, queries and any headers. The signing key holds for a day and is derived once.
 */
export class RequestSigner {
  readonly #options: SignerOptions;
  readonly #signedNames: string;
  #day = '';
  #key: KeyObject | null = null;

  constructor(options: SignerOptions) {
    this.#options = options;
    const token = options.credentials.sessionToken === undefined ? '' : 'x-amz-security-token;';
    this.#signedNames = `content-type;host;x-amz-date;${token}x-amz-target`;
  }

  /** @param at epoch milliseconds. */
  sign(contentType: string, target: string, body: Uint8Array, at: number): SignedHeaders {
    const { credentials, host } = this.#options;
    const { accessKeyId, sessionToken } = credentials;
    const time = amzTime(at);
    const tokenLine = sessionToken === undefined ? '' : `x-amz-security-token:${sessionToken}\n`;
    const request =
      `POST\n/\n\ncontent-type:${contentType}\nhost:${host}\nx-amz-date:${time}\n${tokenLine}` +
      `x-amz-target:${target}\n\n${this.#signedNames}\n${hash('sha256', body, 'hex')}`;
    const key = this.#keyOf(time);
    const authorization = awsAuthorization(request, this.#signedNames, accessKeyId, key, time, this.#options);
    const headers = ['x-amz-date', time, 'authorization', authorization];
    if (sessionToken !== undefined) headers.push('x-amz-security-token', sessionToken);
    return headers;
  }

  #keyOf(time: string): KeyObject {
    const day = time.slice(0, 8);
    if (this.#key && this.#day === day) return this.#key;
    const { credentials } = this.#options;
    this.#key = awsSigningKey(credentials.secretAccessKey, time, this.#options);
    this.#day = day;
    return this.#key;
  }
}
