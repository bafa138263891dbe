import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { functionResource, restApi } from '../__fixtures__/assembly.ts';
import { send } from '../__fixtures__/raw-http.ts';
import { type RunningHost, runningHost } from '../__fixtures__/running-host.ts';

/** Answers with what the request's body says, evaluated: each test brings its own answer. */
const BUFFERED = `
  export const handler = async (event, context) =>
    eval('(' + Buffer.from(event.body ?? '', 'base64').toString() + ')');
`;

/** The same with a stream: the body is a function of the raw stream. */
const STREAMED = `
  export const handler = awslambda.streamifyResponse(async (event, raw, context) => {
    const { HttpResponseStream } = awslambda;
    await eval('(' + Buffer.from(event.body, 'base64').toString() + ')')(raw, HttpResponseStream, context);
  });
`;

let running: RunningHost;

beforeAll(async () => {
  running = await runningHost({
    bundles: { buffered: BUFFERED, streamed: STREAMED },
    resources: {
      ...restApi([
        { path: '/buffered', function: 'Buffered' },
        { path: '/streamed', function: 'Streamed', streams: true },
        { path: '/slow', function: 'Slow' },
        { path: '/slow-integration', function: 'Buffered', timeoutMs: 100 },
        { path: '/slow-stream', function: 'SlowStream', streams: true },
      ]),
      Buffered: functionResource('buffered'),
      Streamed: functionResource('streamed'),
      Slow: functionResource('buffered', { Timeout: 1 }),
      SlowStream: functionResource('streamed', { Timeout: 1 }),
    },
  });
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
});

const buffered = (answer: string) => send(running.baseUrl, '/buffered', { method: 'POST', body: answer });
const streamed = (code: string) => send(running.baseUrl, '/streamed', { method: 'POST', body: code });
const INTERNAL = { message: 'Internal server error' };

describe('a buffered answer', () => {
  test('keeps status, headers, several values of one header, and text', async () => {
    const answer = await buffered(`{
      statusCode: 418,
      headers: { 'Content-Type': 'text/plain', 'X-One': 'a', 'x-number': 5 },
      multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'], 'X-One': ['a', 'b'] },
      body: 'grüß',
    }`);
    expect(answer.status).toBe(418);
    expect(answer.body.toString()).toBe('grüß');
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(answer.headers).toMatchObject({ 'content-type': 'text/plain', 'x-one': 'a, b', 'x-number': '5' });
    expect(answer.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers['content-length']).toBe(String(Buffer.byteLength('grüß')));
  });

  test('is JSON when it does not say', async () => {
    expect((await buffered(`{ statusCode: 200, body: '{}' }`)).headers['content-type']).toBe(
      'application/json',
    );
  });

  test('in base64 goes out as its bytes', async () => {
    const bytes = Buffer.from([0, 1, 255, 254]);
    const answer = await buffered(
      `{ statusCode: 200, isBase64Encoded: true, body: '${bytes.toString('base64')}' }`,
    );
    expect(answer.body).toEqual(bytes);
  });

  test('may have no body', async () => {
    const answer = await buffered('{ statusCode: 204 }');
    expect([answer.status, answer.body.length]).toEqual([204, 0]);
  });

  test.each([
    ['is text instead of an object', `'hello'`],
    ['is nothing', 'undefined'],
    ['has no status', `{ body: 'x' }`],
    ['has a status that is none', `{ statusCode: 99, body: 'x' }`],
    ['has an object for a body', `{ statusCode: 200, body: {} }`],
    ['has an object for a header', `{ statusCode: 200, headers: { a: {} } }`],
    ['has a line break in a header', `{ statusCode: 200, headers: { a: 'x\\r\\ny: z' } }`],
    ['has more than 10,240 bytes of headers', `{ statusCode: 200, headers: { a: 'x'.repeat(10240) } }`],
    ['has more than 6 MB', `{ statusCode: 200, body: 'x'.repeat(6291557) }`],
    ['has more than 6 MB once escaped', `{ statusCode: 200, body: '"'.repeat(3145800) }`],
  ])('that %s is a 502', async (_what, answer) => {
    const { status, body } = await buffered(answer);
    expect(status).toBe(502);
    expect(JSON.parse(body.toString())).toEqual(INTERNAL);
  });

  test('of just under 6 MB passes', async () => {
    const { status, body } = await buffered(`{ statusCode: 200, body: 'x'.repeat(6291000) }`);
    expect([status, body.length]).toEqual([200, 6_291_000]);
  });

  test('that is an exception is a 502, and the log has the function’s name and the reason', async () => {
    const { status, body } = await buffered(`(() => { throw new Error('boom at the start') })()`);
    expect([status, JSON.parse(body.toString())]).toEqual([502, INTERNAL]);
    expect(running.logged.find((line) => /^Buffered: .*boom at the start/.test(line))).toBeDefined();
  });

  test('that comes after the function’s timeout is a 502', async () => {
    const body = 'new Promise(() => {})';
    const answer = await send(running.baseUrl, '/slow', { method: 'POST', body });
    expect([answer.status, JSON.parse(answer.body.toString())]).toEqual([502, INTERNAL]);
    expect(running.logged.find((line) => /^Slow: .*timed out after 1\.00 seconds/.test(line))).toBeDefined();
  });

  test('that comes after the integration’s timeout is a 504, and is dropped', async () => {
    const body = `new Promise((done) => setTimeout(done, 300, { statusCode: 200, body: 'late' }))`;
    const answer = await send(running.baseUrl, '/slow-integration', { method: 'POST', body });
    expect([answer.status, JSON.parse(answer.body.toString())]).toEqual([
      504,
      { message: 'Endpoint request timed out' },
    ]);
  });
});

describe('a streamed answer', () => {
  test('opens with its prelude: status, headers, several values, cookies', async () => {
    const answer = await streamed(`async (raw, { from }) => {
      const out = from(raw, {
        statusCode: 201,
        headers: { 'content-type': 'text/event-stream', 'x-a': '1' },
        multiValueHeaders: { 'x-b': ['1', '2'] },
        cookies: ['a=1; Path=/', 'b=2'],
      });
      out.write('');
      out.write('one ');
      out.end('two');
    }`);
    expect(answer.status).toBe(201);
    expect(answer.body.toString()).toBe('one two');
    expect(answer.headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-a': '1', 'x-b': '1, 2' });
    expect(answer.headers['set-cookie']).toEqual(['a=1; Path=/', 'b=2']);
    expect(answer.headers['transfer-encoding']).toBe('chunked');
  });

  test('may bring its prelude by hand, in any pieces, with the body behind it', async () => {
    const answer = await streamed(`async (raw) => {
      const whole = Buffer.concat([Buffer.from('{"statusCode":202,"headers":{"x-ä":"1"}}'.replace('ä', 'a')), Buffer.alloc(8), Buffer.from('body')]);
      for (const byte of whole) raw.write(Buffer.from([byte]));
      raw.end();
    }`);
    expect([answer.status, answer.headers['x-a'], answer.body.toString()]).toEqual([202, '1', 'body']);
  });

  test('with an empty prelude is a 200', async () => {
    const answer = await streamed(
      `async (raw, { from }) => { const out = from(raw, {}); out.write(''); out.end(); }`,
    );
    expect([answer.status, answer.body.length]).toEqual([200, 0]);
  });

  test('passes bytes, NULs included, as they are', async () => {
    const answer = await streamed(`async (raw, { from }) => {
      const out = from(raw, { headers: { 'content-length': '1030' } });
      out.write(Buffer.alloc(1024));
      out.end(Buffer.from([0, 255, 1, 254, 2, 253]));
    }`);
    expect(answer.body).toEqual(Buffer.concat([Buffer.alloc(1024), Buffer.from([0, 255, 1, 254, 2, 253])]));
    expect(answer.headers['content-length']).toBe('1030');
  });

  test('without a single write has no prelude, as in the runtime: 502', async () => {
    const answer = await streamed(`async (raw, { from }) => { from(raw, { statusCode: 200 }).end(); }`);
    expect([answer.status, JSON.parse(answer.body.toString())]).toEqual([502, INTERNAL]);
    expect(running.logged.find((line) => line.includes('write once'))).toBeDefined();
  });

  test.each([
    ['has no prelude', `raw.write('hello'); raw.end();`],
    ['has no end of its prelude within 16 KB', `raw.write('x'.repeat(20000)); raw.end('y');`],
    ['has a prelude that is no JSON', `raw.write('{' + '\\0'.repeat(8)); raw.end('y');`],
    ['has a list in headers', `from(raw, { headers: { a: ['x'] } }).write(''); raw.end();`],
    ['has a number in headers', `from(raw, { headers: { a: 1 } }).write(''); raw.end();`],
    ['has a status that is none', `from(raw, { statusCode: 42 }).write(''); raw.end();`],
    ['has a line break in a header', `from(raw, { headers: { a: 'x\\r\\ny' } }).write(''); raw.end();`],
    [
      'has more than 10,240 bytes of headers',
      `from(raw, { headers: { a: 'x'.repeat(10240) } }).write(''); raw.end();`,
    ],
    ['throws before its prelude', `throw new Error('early');`],
    ['settles without an end', `return;`],
  ])('that %s is a 502', async (_what, code) => {
    const { status, body } = await streamed(`async (raw, { from }) => { ${code} }`);
    expect([status, JSON.parse(body.toString())]).toEqual([502, INTERNAL]);
  });

  test('that fails behind its prelude is cut off, so that the client can tell', async () => {
    const failing = streamed(`async (raw, { from }) => {
      from(raw, {}).write('part');
      await new Promise((done) => setTimeout(done, 50));
      throw new Error('late');
    }`);
    await expect(failing).rejects.toThrow();
  });

  test('whose stream is destroyed with an error is cut off and the host lives', async () => {
    const failing = streamed(`async (raw, { from }) => {
      from(raw, {}).write('part');
      await new Promise((done) => setTimeout(done, 50));
      raw.destroy(new Error('upstream reset'));
    }`);
    await expect(failing).rejects.toThrow();
    expect((await buffered(`{ statusCode: 200, body: 'alive' }`)).status).toBe(200);
  });

  test('that goes on after the function’s timeout is cut off', async () => {
    const code = `async (raw, { from }) => { from(raw, {}).write('part'); await new Promise(() => {}); }`;
    const failing = send(running.baseUrl, '/slow-stream', { method: 'POST', body: code });
    await expect(failing).rejects.toThrow();
  });

  test('to HEAD has a head only', async () => {
    const answer = await send(running.baseUrl, '/streamed', {
      method: 'HEAD',
      body: `async (raw, { from }) => { const out = from(raw, { headers: { a: 'b' } }); out.write('x'); out.end(); }`,
    });
    expect([answer.status, answer.headers.a, answer.body.length]).toEqual([200, 'b', 0]);
  });
});

test('the context tells the function who it is and how long it has', async () => {
  const { body } = await buffered(`{ statusCode: 200, body: JSON.stringify({
    ...context, left: context.getRemainingTimeInMillis() }) }`);
  const context = JSON.parse(body.toString());
  expect(context).toMatchObject({
    functionName: 'Buffered',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:Buffered',
    memoryLimitInMB: '128',
    awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  expect(context.left).toBeGreaterThan(5_000);
  expect(context.left).toBeLessThanOrEqual(10_000);
});

test('what a function prints goes to the log under its name, also after an await', async () => {
  await buffered(`Promise.resolve().then(() => {
    console.log('printed %s', 'here');
    return { statusCode: 200, body: '' };
  })`);
  expect(running.logged).toContain('Buffered: printed here');
});
