import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '@weir/core';
import { LOCAL } from '@weir/testkit/stores';
import { createSecretReader } from './secrets-manager.ts';

/** Secrets Manager on a real socket: every request gets the given answer. */
async function answering(status: number, body: unknown) {
  const asked: { readonly target: string | undefined; readonly body: unknown }[] = [];
  const server = createServer(async (request, response) => {
    const [target] = request.headersDistinct['x-amz-target'] ?? [];
    asked.push({ target, body: JSON.parse(await text(request)) });
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', connection: 'close' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    asked,
    reader: createSecretReader({ endpoint, ...LOCAL, patience: { connect: 500, answer: 500, attempts: 1 } }),
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('a secret in Secrets Manager', () => {
  it('is read whole, by its id', async () => {
    using service = await answering(200, { SecretString: '{"openai":"sk-1"}' });
    expect(await service.reader.read('arn:platform')).toBe('{"openai":"sk-1"}');
    expect(service.asked).toEqual([
      { target: 'secretsmanager.GetSecretValue', body: { SecretId: 'arn:platform' } },
    ]);
  });

  it.each([
    ['does not exist', 400, { __type: 'ResourceNotFoundException', message: 'no such secret' }],
    ['may not be read', 400, { __type: 'AccessDeniedException', message: 'no' }],
    ['is behind a service that is down', 500, { __type: 'InternalServiceError' }],
    ['holds bytes', 200, { SecretBinary: 'AAAA' }],
  ])('that %s is unavailable', async (_, status, body) => {
    using service = await answering(status, body);
    await expect(service.reader.read('arn:platform')).rejects.toThrow(StoreUnavailable);
  });

  it.each([
    ['does not exist', 'ResourceNotFoundException'],
    ['waits for its deletion', 'InvalidRequestException'],
  ])('that %s is none for whoever looks whether there is one', async (_, type) => {
    using service = await answering(400, { __type: type, message: 'no' });
    expect(await service.reader.find('weir/a/key')).toBeNull();
  });

  it('that is there is found by its name', async () => {
    using service = await answering(200, { SecretString: 'sk-1' });
    expect(await service.reader.find('weir/a/key')).toBe('sk-1');
    expect(service.asked).toMatchObject([{ body: { SecretId: 'weir/a/key' } }]);
  });

  it('that may not be read is unavailable for whoever looks whether there is one', async () => {
    using service = await answering(400, { __type: 'AccessDeniedException', message: 'no' });
    await expect(service.reader.find('weir/a/key')).rejects.toThrow(StoreUnavailable);
  });
});
