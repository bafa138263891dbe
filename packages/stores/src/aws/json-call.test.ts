import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { SignatureV4 } from '@smithy/signature-v4';
import { JsonCall } from './json-call.ts';
import { RequestSigner } from './request-signer.ts';

const REGION = 'eu-central-1';
const FIXED = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const TEMPORARY = { ...FIXED, sessionToken: 'IQoJb3JpZ2luX2VjEXAMPLE//+==' };

/** node:crypto in the form that the official signer asks for. */
class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    if (secret === undefined) this.#hash = createHash('sha256');
    else this.#hash = createHmac('sha256', typeof secret === 'string' ? secret : bytesOf(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof data === 'string' ? data : bytesOf(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

const bytesOf = (data: ArrayBuffer | ArrayBufferView) =>
  ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);

/** What the official signer writes for a request with these headers, at its own date. */
async function officialAuthorization(
  credentials: typeof FIXED | typeof TEMPORARY,
  headers: IncomingHttpHeaders,
  body: string,
): Promise<string | undefined> {
  const signer = new SignatureV4({ credentials, region: REGION, service: 'sqs', sha256: Sha256 });
  const [hostname = ''] = headers.host?.split(':') ?? [];
  const { host = '', 'content-type': type = '', 'x-amz-target': target = '' } = headers;
  const signed = await signer.sign(
    {
      method: 'POST',
      protocol: 'http:',
      hostname,
      path: '/',
      headers: { host, 'content-type': type, 'x-amz-target': String(target) },
      body,
    },
    {
      signingDate: dateOf(String(headers['x-amz-date'])),
      // It adds the body's hash as a header of its own unless told that S3's rule does not hold.
      unsignableHeaders: new Set(['x-amz-content-sha256']),
    },
  );
  return signed.headers.authorization;
}

const dateOf = (text: string) =>
  new Date(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

async function startService(listener: RequestListener) {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function callTo(
  endpoint: string,
  { credentials = FIXED, answer = 2_000 }: { credentials?: typeof FIXED; answer?: number } = {},
): JsonCall {
  const patience = { connect: 1_000, answer, attempts: 1 };
  return new JsonCall(
    { service: 'sqs', targetPrefix: 'AmazonSQS', endpoint, patience },
    { region: REGION, credentials },
  );
}

describe('a call', () => {
  it.each([
    ['fixed', FIXED, '{}'],
    ['temporary', TEMPORARY, '{"text":"☃ \\n"}'],
  ])('with %s credentials is signed as the official signer signs it', async (_, credentials, body) => {
    const seen: Array<{ readonly headers: IncomingHttpHeaders; readonly body: string }> = [];
    using service = await startService(async (request, response) => {
      let text = '';
      for await (const chunk of request.setEncoding('utf8')) text += chunk;
      seen.push({ headers: request.headers, body: text });
      response.end('{"ok":true}');
    });
    const call = callTo(service.endpoint, { credentials });
    // The second is signed with the key that the first derived.
    for (let i = 0; i < 2; i++) expect(await call.send('SendMessageBatch', body)).toEqual({ ok: true });
    expect(seen).toHaveLength(2);
    for (const { headers, body: arrived } of seen) {
      expect(arrived).toBe(body);
      expect(headers['x-amz-target']).toBe('AmazonSQS.SendMessageBatch');
      expect(headers.authorization).toBe(await officialAuthorization(credentials, headers, body));
    }
  });

  it('of another day has that day’s key', async () => {
    const host = 'sqs.eu-central-1.amazonaws.com';
    const signer = new RequestSigner({ credentials: FIXED, region: REGION, service: 'sqs', host });
    for (const day of ['2026-01-02T23:59:59.999Z', '2026-01-03T00:00:00.000Z']) {
      const signed = signer.sign('application/x-amz-json-1.0', 'T.O', Buffer.from('{}'), Date.parse(day));
      const date = signed[signed.indexOf('x-amz-date') + 1];
      const headers = { host, 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'T.O' };
      const official = await officialAuthorization(FIXED, { ...headers, 'x-amz-date': date }, '{}');
      expect(signed[signed.indexOf('authorization') + 1]).toBe(official);
    }
  });

  it('over a kept connection that the service has closed is made again over a new one', async () => {
    const ports: unknown[] = [];
    using service = await startService((request, response) => {
      const { remotePort } = request.socket;
      if (ports.includes(remotePort)) {
        request.socket.resetAndDestroy();
        return;
      }
      ports.push(remotePort);
      response.end('{}');
    });
    const call = callTo(service.endpoint);
    await call.send('A', '{}');
    expect(await call.send('B', '{}')).toEqual({});
    expect(ports).toHaveLength(2);
  });

  it('over a new connection that breaks is not made again', async () => {
    let calls = 0;
    using service = await startService((request) => {
      calls++;
      request.socket.resetAndDestroy();
    });
    await expect(callTo(service.endpoint).send('A', '{}')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(calls).toBe(1);
  });

  it.each([
    ['before', () => undefined],
    ['in the middle of', (response: import('node:http').ServerResponse) => void response.write('{')],
  ])('that nobody answers in time ends (%s the answer)', async (_, begin) => {
    using service = await startService((_request, response) => begin(response));
    const failed = callTo(service.endpoint, { answer: 50 }).send('A', '{}');
    await expect(failed).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it.each([
    [400, '{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"none"}', 'QueueDoesNotExist', 'none'],
    [503, '{"__type":"ServiceUnavailable"}', 'ServiceUnavailable', 'status 503'],
    [502, '<html>', 'Http502', 'status 502'],
    [500, 'null', 'Http500', 'status 500'],
  ])('refused with %d %s has the service’s own error name', async (status, body, name, message) => {
    using service = await startService((_request, response) => response.writeHead(status).end(body));
    await expect(callTo(service.endpoint).send('A', '{}')).rejects.toMatchObject({ name, message });
  });

  it.each([
    ['an answer that is no JSON', '<'],
    ['an endless answer', '1'.repeat(2_000_000)],
  ])('with %s fails', async (_, body) => {
    using service = await startService((_request, response) => response.end(body));
    await expect(callTo(service.endpoint).send('A', '{}')).rejects.toThrow();
  });

  it('to a port where nobody listens fails', async () => {
    let endpoint = '';
    {
      using service = await startService(() => undefined);
      endpoint = service.endpoint;
    }
    await expect(callTo(endpoint).send('A', '{}')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
