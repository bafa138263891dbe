import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { functionResource, restApi } from '../__fixtures__/assembly.ts';
import { json, send } from '../__fixtures__/raw-http.ts';
import { type RunningHost, runningHost } from '../__fixtures__/running-host.ts';

const ECHO = 'export const handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event) });';

const routes = [
  { path: '/', method: 'GET', function: 'Echo' },
  { path: '/v1/{account}/{gateway}', function: 'Echo' },
  { path: '/v1/{account}/{gateway}/{proxy+}', function: 'Echo' },
  { path: '/v1/{account}/{gateway}/compat/{proxy+}', function: 'Echo' },
  { path: '/v1/{account}/compat/{proxy+}', function: 'Echo' },
  { path: '/mixed', method: 'POST', function: 'Echo' },
  { path: '/mixed', function: 'Echo' },
  { path: '/only-post/here', method: 'POST', function: 'Echo' },
  { path: '/only-post/{x}', function: 'Echo' },
] as const;

let binary: RunningHost;
let text: RunningHost;

beforeAll(async () => {
  const fixture = (api: object) => ({
    bundles: { echo: ECHO },
    resources: { ...restApi(routes, { ...api }), Echo: functionResource('echo') },
  });
  binary = await runningHost(fixture({}));
  text = await runningHost(fixture({ BinaryMediaTypes: ['image/*', 'application/pdf'] }));
});

afterAll(async () => {
  await binary[Symbol.asyncDispose]();
  await text[Symbol.asyncDispose]();
});

const event = (path: string, options?: Parameters<typeof send>[2]) =>
  json(send(binary.baseUrl, path, options));

test('the event holds what a REST API sends, in its shape', async () => {
  const { port } = new URL(binary.baseUrl);
  const headers = ['User-Agent', 'test', 'X-Twice', 'a', 'X-Twice', 'b', 'Content-Type', 'application/json'];
  const got = await event('/v1/acc/gate/openai/chat?x=1&x=2&y=%20z', { method: 'POST', headers, body: '{}' });
  expect(got).toMatchObject({
    resource: '/v1/{account}/{gateway}/{proxy+}',
    path: '/v1/acc/gate/openai/chat',
    httpMethod: 'POST',
    headers: {
      'User-Agent': 'test',
      'X-Twice': 'b',
      'Content-Type': 'application/json',
      'X-Forwarded-For': '127.0.0.1',
      'X-Forwarded-Proto': 'http',
      'X-Forwarded-Port': port,
    },
    multiValueHeaders: { 'X-Twice': ['a', 'b'], 'User-Agent': ['test'], 'X-Forwarded-For': ['127.0.0.1'] },
    queryStringParameters: { x: '2', y: ' z' },
    multiValueQueryStringParameters: { x: ['1', '2'], y: [' z'] },
    pathParameters: { account: 'acc', gateway: 'gate', proxy: 'openai/chat' },
    stageVariables: null,
    requestContext: {
      resourceId: expect.any(String),
      resourcePath: '/v1/{account}/{gateway}/{proxy+}',
      httpMethod: 'POST',
      path: '/v1/acc/gate/openai/chat',
      accountId: '000000000000',
      protocol: 'HTTP/1.1',
      stage: 'prod',
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      requestTime: expect.stringMatching(/^\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2} \+0000$/),
      requestTimeEpoch: expect.any(Number),
      domainName: `127.0.0.1:${port}`,
      identity: { sourceIp: '127.0.0.1', userAgent: 'test' },
      apiId: 'Api',
    },
    body: Buffer.from('{}').toString('base64'),
    isBase64Encoded: true,
  });
  expect(got.headers).toHaveProperty(
    'X-Amzn-Trace-Id',
    expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
  );
});

test('the event has every member that AWS documents, null where there is nothing', async () => {
  const got = await event('/');
  expect(Object.keys(got).toSorted()).toEqual(
    [
      'resource',
      'path',
      'httpMethod',
      'headers',
      'multiValueHeaders',
      'queryStringParameters',
      'multiValueQueryStringParameters',
      'pathParameters',
      'stageVariables',
      'requestContext',
      'body',
      'isBase64Encoded',
    ].toSorted(),
  );
  expect(got).toMatchObject({
    body: null,
    isBase64Encoded: false,
    pathParameters: null,
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
  });
});

test('path and path parameters stay percent-encoded, byte for byte', async () => {
  const got = await event('/v1/a%40b/g/x%2Fy/%E4%BD%A0//z%zz?q=1');
  expect(got.path).toBe('/v1/a%40b/g/x%2Fy/%E4%BD%A0//z%zz');
  expect(got.pathParameters).toEqual({ account: 'a%40b', gateway: 'g', proxy: 'x%2Fy/%E4%BD%A0//z%zz' });
});

test('a slash at the end chooses no other route and stays in what the function sees', async () => {
  const got = await event('/v1/a/g/x/');
  expect(got).toMatchObject({ path: '/v1/a/g/x/', pathParameters: { proxy: 'x/' } });
});

test('the query is decoded, a plus is a space, and a broken escape stays as it is', async () => {
  const got = await event('/?a=b%26c&d=e+f&g&h=%zz&%C3%A9=1');
  expect(got.queryStringParameters).toEqual({ a: 'b&c', d: 'e f', g: '', h: '%zz', é: '1' });
});

test('what describes the connection does not reach the function, and forwarding headers are written anew', async () => {
  const headers = ['X-Forwarded-For', '203.0.113.9', 'X-Forwarded-Proto', 'https', 'X-Amzn-Trace-Id', 'mine'];
  const got = await event('/v1/a/b', {
    method: 'POST',
    headers: [...headers, 'Connection', 'keep-alive', 'TE', 'trailers'],
    body: 'x',
  });
  const names = Object.keys(got.multiValueHeaders as object).map((name) => name.toLowerCase());
  for (const name of ['connection', 'te', 'content-length', 'transfer-encoding'])
    expect(names).not.toContain(name);
  expect(got.multiValueHeaders).toMatchObject({
    'X-Forwarded-For': ['203.0.113.9, 127.0.0.1'],
    'X-Forwarded-Proto': ['http'],
  });
  expect((got.headers as Record<string, string>)['X-Amzn-Trace-Id']).not.toBe('mine');
});

test('a hostile Host reaches the headers and nothing else', async () => {
  const { port, hostname } = new URL(binary.baseUrl);
  const got = await event('/', { host: 'evil.example' });
  expect(got.headers).toMatchObject({ host: 'evil.example' });
  expect(got.requestContext).toMatchObject({ domainName: `${hostname}:${port}` });
});

test('names that are special in JavaScript do no harm', async () => {
  const got = await event('/?__proto__=x&constructor=y&hasOwnProperty=z', {
    headers: ['__proto__', 'a', 'constructor', 'b'],
  });
  expect(got.queryStringParameters).toMatchObject({ constructor: 'y', hasOwnProperty: 'z' });
  expect(got.multiValueHeaders).toMatchObject({ constructor: ['b'] });
});

describe('a body', () => {
  const bytes = Buffer.from([0, 255, 128, 10, 13, 0xc3, 0x28]);

  test('is base64 of its exact bytes where every type is binary, with or without a content type', async () => {
    const got = await event('/v1/a/b', { method: 'PUT', body: bytes });
    expect(got).toMatchObject({ body: bytes.toString('base64'), isBase64Encoded: true });
  });

  test.each([
    ['image/png', true],
    ['application/pdf; version=2', true],
    ['text/plain', false],
    ['application/json', false],
  ])('of type %s in an API with a list of binary types: base64 %s', async (type, isBase64Encoded) => {
    const got = await json(
      send(text.baseUrl, '/v1/a/b', { method: 'POST', headers: ['content-type', type], body: 'grüß' }),
    );
    const body = isBase64Encoded ? Buffer.from('grüß').toString('base64') : 'grüß';
    expect(got).toMatchObject({ isBase64Encoded, body });
  });

  test('may come in chunks, with any method', async () => {
    const response = await fetch(`${binary.baseUrl}/v1/a/b`, {
      method: 'DELETE',
      duplex: 'half',
      body: new ReadableStream({
        start(controller) {
          for (const part of ['one ', 'two ', 'three']) controller.enqueue(Buffer.from(part));
          controller.close();
        },
      }),
    } as RequestInit);
    const got = (await response.json()) as { body: string };
    expect(Buffer.from(got.body, 'base64').toString()).toBe('one two three');
  });
});

describe('the route', () => {
  const resource = async (path: string, method = 'GET') => (await event(path, { method })).resource;

  test.each([
    ['/v1/a/b/c', '/v1/{account}/{gateway}/{proxy+}'],
    ['/v1/a/b/compat/x', '/v1/{account}/{gateway}/compat/{proxy+}'],
    ['/v1/a/compat/x', '/v1/{account}/compat/{proxy+}'],
    ['/v1/a/compat', '/v1/{account}/{gateway}'],
    ['/v1/a/b/', '/v1/{account}/{gateway}'],
    ['/v1/a/b/compat', '/v1/{account}/{gateway}/{proxy+}'],
    ['/v1/a/b/compat/', '/v1/{account}/{gateway}/{proxy+}'],
    ['/', '/'],
  ])('of %s is the most specific one, %s', async (path, expected) => {
    expect(await resource(path)).toBe(expected);
  });

  test.each([
    ['GET', '/nowhere'],
    ['GET', '/v1'],
    ['GET', '/v1/a'],
    ['GET', '/v1//b'],
    ['GET', '//'],
    ['POST', '/'],
    ['GET', '/only-post/here'],
    ['GET', '/V1/a/b'],
  ])('of %s %s does not exist: 403 as API Gateway says it', async (method, path) => {
    const answer = await send(binary.baseUrl, path, { method });
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body.toString())).toEqual({ message: 'Missing Authentication Token' });
  });
});
