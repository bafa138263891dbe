import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mintToken } from '@weir/core';
import { DEFAULT_LIMITS, type ManagementAnswer } from '@weir/management';
import {
  MemoryAccountStore,
  MemoryCircuitTable,
  MemoryConfig,
  MemoryGatewayStore,
  MemoryKeyRing,
  MemoryKeyUses,
  MemoryLogStore,
  MemoryResponseCache,
  MemoryTokenStore,
  MemoryTotals,
} from '@weir/stores/memory';
import { ManualClock } from '@weir/testkit/stores';
import { createManagementHandler } from './create-handler.ts';
import { parseProxyEvent, toManagementRequest } from './proxy-event.ts';
import { toProxyResult } from './proxy-result.ts';
import { memoryMoney, memoryRoutes } from './stores-for-test.ts';

const event = (changes: object = {}, context: object = {}) => ({
  httpMethod: 'GET',
  path: '/client/v4/x',
  multiValueHeaders: { Host: ['evil.example'], Accept: ['a', 'b'] },
  multiValueQueryStringParameters: { a: ['1', '2'] },
  body: null,
  isBase64Encoded: false,
  requestContext: {
    domainName: 'abc.execute-api.eu-west-1.amazonaws.com',
    path: '/prod/client/v4/x',
    requestId: 'request-1',
    identity: { sourceIp: '203.0.113.9' },
    ...context,
  },
  ...changes,
});
const read = (changes?: object, context?: object) =>
  toManagementRequest(parseProxyEvent(event(changes, context)));

describe('a proxy event', () => {
  it('becomes a request: undecoded path, all values of names, the address that the platform saw', () => {
    const request = read({
      path: '/a%2Fb',
      multiValueHeaders: { 'X-Forwarded-For': ['1.1.1.1'], ACCEPT: ['a', 'b'] },
    });
    expect(request).toMatchObject({ method: 'GET', path: '/a%2Fb', sourceAddress: '203.0.113.9' });
    expect(request.query.get('a')).toEqual(['1', '2']);
    expect(request.headers.get('accept')).toEqual(['a', 'b']);
  });

  it('carries its body as base64 or as text', () => {
    const bytes = randomBytes(32);
    expect(Buffer.from(read({ body: bytes.toString('base64'), isBase64Encoded: true }).body)).toEqual(bytes);
    expect(Buffer.from(read({ body: 'süß' }).body).toString()).toBe('süß');
    expect(read().body.byteLength).toBe(0);
  });

  it.each([
    [
      'abc.execute-api.eu-west-1.amazonaws.com',
      '/prod/client/v4/x',
      'https://abc.execute-api.eu-west-1.amazonaws.com/prod',
    ],
    ['ai.example.com', '/client/v4/x', 'https://ai.example.com'],
    ['127.0.0.1:8787', '/client/v4/x', 'http://127.0.0.1:8787'],
  ])('at %s with the path %s gives the base URL %s, whatever its Host says', (domainName, path, baseUrl) => {
    expect(read({}, { domainName, path }).baseUrl).toBe(baseUrl);
  });

  it('at the root of a stage has a base URL too', () => {
    expect(read({ path: '/' }, { domainName: 'a.example', path: '/prod/' }).baseUrl).toBe(
      'https://a.example/prod',
    );
  });
});

describe('an answer', () => {
  const headers = { 'content-type': 'application/json' };
  const fit = (body: ManagementAnswer['body'], asked: Record<string, string[]> = {}) =>
    toProxyResult({ status: 200, headers, body }, read({ multiValueHeaders: asked }));
  const noise = randomBytes(5 * 1024 * 1024);

  it('of our own goes out as text', async () => {
    expect(await fit('{"ü":1}')).toEqual({
      statusCode: 200,
      headers,
      body: '{"ü":1}',
      isBase64Encoded: false,
    });
  });

  it('of stored bytes goes out as base64, and can be asked for in parts', async () => {
    const result = await fit(Uint8Array.of(1, 2, 3));
    expect(result).toMatchObject({ statusCode: 200, body: 'AQID', isBase64Encoded: true });
    expect(result.headers['accept-ranges']).toBe('bytes');
  });

  it.each([
    ['bytes=1-2', 206, [2, 3], 'bytes 1-2/4'],
    ['bytes=2-', 206, [3, 4], 'bytes 2-3/4'],
    ['bytes=-1', 206, [4], 'bytes 3-3/4'],
    ['bytes=0-99', 206, [1, 2, 3, 4], 'bytes 0-3/4'],
    ['bytes=9-', 200, [1, 2, 3, 4], undefined],
    ['bytes=2-1', 200, [1, 2, 3, 4], undefined],
    ['bytes=-0', 200, [1, 2, 3, 4], undefined],
    ['bytes=0-0,2-2', 200, [1, 2, 3, 4], undefined],
    ['lines=1-2', 200, [1, 2, 3, 4], undefined],
  ])('to the range %s is %d', async (range, status, bytes, contentRange) => {
    const result = await fit(Uint8Array.of(1, 2, 3, 4), { Range: [range] });
    expect(result.statusCode).toBe(status);
    expect([...Buffer.from(result.body, 'base64')]).toEqual(bytes);
    expect(result.headers['content-range']).toBe(contentRange);
  });

  it('that is too large goes out compressed to those who take that', async () => {
    const result = await fit(Buffer.alloc(9_000_000, 'a'), { 'Accept-Encoding': ['gzip, br'] });
    expect(result.headers['content-encoding']).toBe('gzip');
    expect(result.body.length).toBeLessThan(100_000);
  });

  it('that is too large all the same is a 413 that says what to ask for', async () => {
    for (const asked of [{}, { 'Accept-Encoding': ['gzip'] }]) {
      const result = await fit(noise, asked);
      expect(result.statusCode).toBe(413);
      expect(result.body).toContain('Range: bytes=0-');
    }
  });

  it('in parts is the whole, and no part is larger than Lambda takes', async () => {
    const parts: Buffer[] = [];
    let start = 0;
    while (start < noise.byteLength) {
      const result = await fit(noise, { range: [`bytes=${start}-`] });
      expect(result.statusCode).toBe(206);
      expect(JSON.stringify(result).length).toBeLessThan(6 * 1024 * 1024);
      const part = Buffer.from(result.body, 'base64');
      parts.push(part);
      start += part.byteLength;
    }
    expect(Buffer.concat(parts).equals(noise)).toBe(true);
  });

  it('of our own is text as long as it fits, then base64, and then asks for a smaller page', async () => {
    const quotes = (megabytes: number) => fit('"'.repeat(megabytes * 1024 * 1024));
    expect(await quotes(2)).toMatchObject({ statusCode: 200, isBase64Encoded: false });
    expect(await quotes(4)).toMatchObject({ statusCode: 200, isBase64Encoded: true });
    const refused = await quotes(5);
    expect([refused.statusCode, JSON.parse(refused.body).errors[0].message]).toEqual([
      413,
      expect.stringContaining('page'),
    ]);
  });
});

describe('the management function', () => {
  const clock = new ManualClock();
  const config = new MemoryConfig();
  const gateways = new MemoryGatewayStore(config, clock);
  const logs = new MemoryLogStore({ clock });
  const handler = createManagementHandler({
    accounts: new MemoryAccountStore(config),
    privateEndpoints: [],
    gateways,
    tokens: new MemoryTokenStore(config),
    logs,
    totals: new MemoryTotals({ logs, clock }),
    cache: new MemoryResponseCache(clock),
    circuits: new MemoryCircuitTable(clock),
    keySealer: new MemoryKeyRing(clock),
    keyUses: new MemoryKeyUses(),
    ...memoryMoney(clock),
    ...memoryRoutes(clock),
    clock,
    ids: { random: (size) => randomBytes(size) },
    limits: DEFAULT_LIMITS,
  });
  let lines: string[];
  beforeEach(() => {
    lines = [];
    jest.spyOn(process.stderr, 'write').mockImplementation((line) => {
      lines.push(String(line));
      return true;
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('answers 500 to a defect, tells the caller nothing of it and the log all', async () => {
    const broken = createManagementHandler({
      ...({} as Parameters<typeof createManagementHandler>[0]),
    });
    const authorization = [`Bearer ${mintToken(randomBytes(64))}`];
    const result = await broken(
      event({ path: '/client/v4/user/tokens/verify', multiValueHeaders: { authorization } }),
      {},
    );
    expect(result.statusCode).toBe(500);
    expect(result.body).not.toContain('findByHash');
    const line = JSON.parse(lines[0] ?? '');
    expect(line).toMatchObject({
      level: 'error',
      requestId: 'request-1',
      message: expect.stringContaining('findByHash'),
    });
    expect(lines.join()).not.toContain(authorization[0]?.slice(7));
  });

  it('answers what is no event of API Gateway with 500 and logs it', async () => {
    expect(await handler({ Records: [] }, {})).toMatchObject({ statusCode: 500 });
    expect(lines).toHaveLength(1);
  });

  it('serves the front page to a browser', async () => {
    const result = await handler(event({ path: '/' }, { path: '/prod/' }), {});
    expect(result.statusCode).toBe(200);
    expect(result.body).not.toContain('evil.example');
  });
});
