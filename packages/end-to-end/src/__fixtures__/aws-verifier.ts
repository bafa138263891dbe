import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { ReceivedRequest } from '@weir/testkit';

/** What AWS knows of a key. */
export interface AwsKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(\w+)\/(\d{8})\/([\w-]+)\/([\w-]+)\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/;

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Uint8Array, data: string) => createHmac('sha256', key).update(data).digest();

/**
 * Checks a signature as the service does, from what arrived alone: AWS Signature Version 4, "Create a signed request".
 * @returns the scope that it holds for.
 * @throws saying what is wrong with it.
 */
export function verifyAws(request: ReceivedRequest, { accessKeyId, secretAccessKey }: AwsKey): string {
  const one = (name: string) => request.headers.get(name)?.join(',') ?? '';
  const [, id, day, region, service, signed, signature = ''] = AUTHORIZATION.exec(one('authorization')) ?? [];
  if (id !== accessKeyId) throw new Error(`signed by ${id}: ${one('authorization').slice(0, 40)}`);
  const names = (signed ?? '').split(';');
  for (const name of ['host', 'x-amz-date'])
    if (!names.includes(name)) throw new Error(`${name} is not signed`);
  const time = one('x-amz-date');
  const [path = '', query = ''] = request.url.split('?');
  if (query !== '') throw new Error('this verifier knows requests without a query');
  const canonical = [
    request.method,
    path.split('/').map(encodeURIComponent).join('/'),
    '',
    ...names.map((name) => `${name}:${one(name).trim()}`),
    '',
    signed,
    sha256(request.body),
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<string | Uint8Array>(
    (made, part) => hmac(made, part ?? ''),
    `AWS4${secretAccessKey}`,
  );
  if (!timingSafeEqual(hmac(key, toSign), Buffer.from(signature, 'hex')))
    throw new Error('the signature is not over this request');
  const age = Date.now() - Date.parse(time.replace(/^(\d{4})(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
  if (!(Math.abs(age) < 300_000)) throw new Error(`signed at ${time}`);
  return `${region}/${service}`;
}
