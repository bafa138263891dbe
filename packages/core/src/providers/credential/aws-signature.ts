import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

/** What a signing key is good for: one day, one region, one service. */
export interface AwsScope {
  readonly region: string;
  /** As the credential scope names it: `bedrock`, `sqs`. */
  readonly service: string;
}

/** `20260102T030405Z`. @param at epoch milliseconds. */
export function amzTime(at: number): string {
  const iso = new Date(at).toISOString();
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
}

/**
 * Holds for the day. A key object, because a hash keyed with plain bytes imports them anew each time, at seven times the
 * cost.
 *
 * @param time as {@link amzTime} writes it.
 */
export function awsSigningKey(
  secretAccessKey: string,
  time: string,
  { region, service }: AwsScope,
): KeyObject {
  let key: string | Buffer = `AWS4${secretAccessKey}`;
  for (const part of [time.slice(0, 8), region, service, 'aws4_request'])
    key = createHmac('sha256', key).update(part).digest();
  return createSecretKey(Buffer.from(key));
}

/**
 * The `authorization` header of signature version 4
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 *
 * @param canonicalRequest ends with the signed names and the body's hash, as the page says.
 * @param signedNames in lower case and order, between semicolons.
 */
export function awsAuthorization(
  canonicalRequest: string,
  signedNames: string,
  accessKeyId: string,
  key: KeyObject,
  time: string,
  { region, service }: AwsScope,
): string {
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const signature = createHmac('sha256', key)
    .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonicalRequest, 'hex')}`)
    .digest('hex');
  return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signedNames}, Signature=${signature}`;
}
