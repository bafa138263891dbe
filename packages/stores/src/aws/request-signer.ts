import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
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
 * Signature version 4 for `POST /` with a body that is all here: what the AWS SDK computes, without its general case
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). The signing key holds for a day
 * and is derived once.
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
    const { credentials, region, service, host } = this.#options;
    const { accessKeyId, sessionToken } = credentials;
    const time = amzTime(at);
    const day = time.slice(0, 8);
    const tokenLine = sessionToken === undefined ? '' : `x-amz-security-token:${sessionToken}\n`;
    const request =
      `POST\n/\n\ncontent-type:${contentType}\nhost:${host}\nx-amz-date:${time}\n${tokenLine}` +
      `x-amz-target:${target}\n\n${this.#signedNames}\n${hash('sha256', body, 'hex')}`;
    const scope = `${day}/${region}/${service}/aws4_request`;
    const signature = createHmac('sha256', this.#keyOf(day))
      .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', request, 'hex')}`)
      .digest('hex');
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${this.#signedNames}, Signature=${signature}`;
    const headers = ['x-amz-date', time, 'authorization', authorization];
    if (sessionToken !== undefined) headers.push('x-amz-security-token', sessionToken);
    return headers;
  }

  #keyOf(day: string): KeyObject {
    if (this.#key && this.#day === day) return this.#key;
    const { credentials, region, service } = this.#options;
    let key: string | Buffer = `AWS4${credentials.secretAccessKey}`;
    for (const part of [day, region, service, 'aws4_request'])
      key = createHmac('sha256', key).update(part).digest();
    // A key object, because a hash keyed with plain bytes imports them anew each time, at seven times the cost.
    this.#key = createSecretKey(Buffer.from(key));
    this.#day = day;
    return this.#key;
  }
}

/** `20260102T030405Z`. */
function amzTime(at: number): string {
  const iso = new Date(at).toISOString();
  const [day, time] = [iso.slice(0, 10), iso.slice(11, 19)];
  return `${day.replaceAll('-', '')}T${time.replaceAll(':', '')}Z`;
}
