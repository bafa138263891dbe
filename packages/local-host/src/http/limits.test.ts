import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { functionResource, restApi } from '../__fixtures__/assembly.ts';
import { send } from '../__fixtures__/raw-http.ts';
import { type RunningHost, runningHost } from '../__fixtures__/running-host.ts';

const SIZE = `export const handler = async ({ body }) => ({ statusCode: 200, body: String(body?.length ?? 0) });`;

const gatewayResponse = (ResponseType: string, template: string, more: object = {}) => ({
  Type: 'AWS::ApiGateway::GatewayResponse',
  Properties: {
    ResponseType,
    RestApiId: { Ref: 'Api' },
    ResponseTemplates: { 'application/json': template },
    ...more,
  },
});

let running: RunningHost;

beforeAll(async () => {
  running = await runningHost({
    bundles: { size: SIZE, broken: `export const handler = async () => 'no answer';` },
    resources: {
      ...restApi([
        { path: '/size', function: 'Size' },
        { path: '/broken', function: 'Broken' },
      ]),
      Size: functionResource('size'),
      Broken: functionResource('broken'),
      NotFound: gatewayResponse('MISSING_AUTHENTICATION_TOKEN', '{"lost":"$context.requestId"}', {
        StatusCode: '404',
        ResponseParameters: { 'gatewayresponse.header.X-Fixed': "'yes'" },
      }),
      TooLarge: gatewayResponse('REQUEST_TOO_LARGE', '{"large":$context.error.messageString}', {
        StatusCode: '413',
      }),
      Fault: gatewayResponse('DEFAULT_4XX', '{"fault":$context.error.messageString}'),
      Broke: gatewayResponse('DEFAULT_5XX', '{"broke":"$context.error.responseType"}'),
    },
  });
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
});

const post = (bytes: number) => send(running.baseUrl, '/size', { method: 'POST', body: Buffer.alloc(bytes) });
const MB = 1024 * 1024;

test('a body that fits the function’s 6 MB as base64 arrives whole', async () => {
  const { status, body } = await post(4.49 * MB);
  expect([status, body.toString()]).toEqual([200, String(4 * Math.ceil((4.49 * MB) / 3))]);
});

test('a body that passes 6 MB as base64 is a 413 that says so', async () => {
  const { status, body } = await post(4.51 * MB);
  expect([status, JSON.parse(body.toString())]).toEqual([413, { large: expect.stringContaining('6 MB') }]);
});

test('a body over 10 MB is a 413 that says so, and the connection goes on', async () => {
  const { status, body, headers } = await post(10 * MB + 1);
  expect([status, JSON.parse(body.toString())]).toEqual([413, { large: expect.stringContaining('10 MB') }]);
  expect(headers.connection).toBe('keep-alive');
});

test('a body over 10 MB whose length nobody announced is the same 413', async () => {
  const response = await fetch(`${running.baseUrl}/size`, {
    method: 'POST',
    duplex: 'half',
    body: new ReadableStream({
      start(controller) {
        for (let sent = 0; sent <= 10 * MB; sent += MB) controller.enqueue(Buffer.alloc(MB));
        controller.close();
      },
    }),
  } as RequestInit);
  expect([response.status, await response.json()]).toEqual([
    413,
    { large: expect.stringContaining('10 MB') },
  ]);
});

test('headers over 10,240 bytes are a 431 by the template’s DEFAULT_4XX', async () => {
  const { status, body } = await send(running.baseUrl, '/size', { headers: ['x-long', 'x'.repeat(10_240)] });
  expect([status, JSON.parse(body.toString())]).toEqual([
    431,
    { fault: expect.stringContaining('10240 bytes') },
  ]);
});

test('headers that even the parser refuses are a 431 in JSON', async () => {
  const { status, body } = await send(running.baseUrl, '/size', { headers: ['x-long', 'x'.repeat(70_000)] });
  expect([status, JSON.parse(body.toString())]).toEqual([
    431,
    { message: expect.stringContaining('10240 bytes') },
  ]);
});

test('what is no HTTP is a 400', async () => {
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(new URL(running.baseUrl).port), '127.0.0.1', () =>
      socket.end('hello\r\n\r\n'),
    );
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
});

test('an unknown path is answered by the template: status, header and body', async () => {
  const { status, headers, body } = await send(running.baseUrl, '/nowhere');
  expect(status).toBe(404);
  expect(headers['x-fixed']).toBe('yes');
  expect(JSON.parse(body.toString())).toEqual({ lost: headers['x-amzn-requestid'] });
});

test('a function that gives no answer is answered by the template’s DEFAULT_5XX with its own status', async () => {
  const { status, body } = await send(running.baseUrl, '/broken');
  expect([status, JSON.parse(body.toString())]).toEqual([502, { broke: 'INTEGRATION_FAILURE' }]);
});
