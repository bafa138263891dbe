import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { ProxyResult } from './proxy-result.ts';

/** A REST API with a buffered proxy integration, over a real socket. */
export interface RestApi {
  readonly baseUrl: string;
  close(): Promise<void>;
}

/** Serves `handler` as API Gateway would with every media type binary: each body arrives as base64. */
export async function startRestApi(
  handler: (event: unknown, context: unknown) => Promise<ProxyResult>,
): Promise<RestApi> {
  const server = createServer(async (request, response) => {
    const result = await handler(await toEvent(request), {});
    response.writeHead(result.statusCode, { ...result.headers });
    response.end(Buffer.from(result.body, result.isBase64Encoded ? 'base64' : 'utf8'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://${hostOf(server.address() as AddressInfo)}`,
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}

const hostOf = ({ port }: AddressInfo) => `127.0.0.1:${port}`;

async function toEvent(request: IncomingMessage): Promise<unknown> {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const asked = new URLSearchParams(query);
  const names = [...new Set(asked.keys())];
  return {
    httpMethod: request.method,
    path,
    multiValueHeaders: request.headersDistinct,
    multiValueQueryStringParameters:
      names.length === 0 ? null : Object.fromEntries(names.map((name) => [name, asked.getAll(name)])),
    body: (await buffer(request)).toString('base64'),
    isBase64Encoded: true,
    requestContext: {
      domainName: hostOf(request.socket.address() as AddressInfo),
      path,
      requestId: randomUUID(),
      identity: { sourceIp: request.socket.remoteAddress ?? '' },
    },
  };
}
