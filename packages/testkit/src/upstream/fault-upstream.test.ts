import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { refusingUrl } from './closed-port.ts';
import { type FaultUpstream, faultHeader, startFaultUpstream } from './fault-upstream.ts';

let upstream: FaultUpstream;
beforeAll(async () => {
  upstream = await startFaultUpstream();
});
afterAll(() => upstream.stop());
beforeEach(() => upstream.requests.clear());

interface Answer {
  readonly message: IncomingMessage;
  readonly body: Buffer;
  readonly failure: string | null;
}

/** A plain client that reports how far the answer came. */
function call(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
) {
  return new Promise<Answer>((resolve, reject) => {
    const outgoing = httpRequest(url, {
      method: options.method ?? 'POST',
      headers: options.headers ?? {},
      agent: false,
    });
    const chunks: Buffer[] = [];
    let message: IncomingMessage | null = null;
    const finish = (failure: string | null) =>
      message && resolve({ message, body: Buffer.concat(chunks), failure });
    outgoing.on('error', (error) => (message ? finish(String(error)) : reject(error)));
    outgoing.on('response', (incoming) => {
      message = incoming;
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', (error) => finish(String(error)));
      incoming.on('end', () => finish(null));
    });
    outgoing.end(options.body);
  });
}

const json = (answer: Answer) => JSON.parse(answer.body.toString('utf8'));
const dataOf = (answer: Answer) =>
  answer.body
    .toString('utf8')
    .split('\n\n')
    .filter((event) => event.includes('data:'))
    .map((event) => event.slice(event.indexOf('data:') + 5).trim());

describe('without a scenario the path decides', () => {
  test('an OpenAI chat request gets an OpenAI answer for its model', async () => {
    const answer = await call(`${upstream.url}/v1/chat/completions`, { body: '{"model":"gpt-x"}' });
    expect(json(answer)).toMatchObject({
      object: 'chat.completion',
      model: 'gpt-x',
      usage: { total_tokens: 27 },
    });
  });

  test('an OpenAI stream holds usage only when it was asked for', async () => {
    const url = `${upstream.url}/v1/chat/completions`;
    const without = dataOf(await call(url, { body: '{"stream":true}' }));
    const asked = dataOf(
      await call(url, { body: '{"stream":true,"stream_options":{"include_usage":true}}' }),
    );
    expect(without.at(-1)).toBe('[DONE]');
    expect(without.join()).not.toContain('total_tokens');
    expect(asked.at(-2)).toContain('"total_tokens":27');
  });

  test('Anthropic, Gemini and Responses paths get their own shapes', async () => {
    const anthropic = await call(`${upstream.url}/v1/messages`, { body: '{"stream":true}' });
    expect(dataOf(anthropic).at(-1)).toBe('{"type":"message_stop"}');
    const gemini = await call(`${upstream.url}/v1beta/models/g-1:streamGenerateContent?alt=sse`);
    expect(gemini.body.toString()).toContain('"modelVersion":"g-1"');
    const array = await call(`${upstream.url}/v1beta/models/g-1:streamGenerateContent`);
    expect(json(array).at(-1).candidates[0].finishReason).toBe('STOP');
    const responses = await call(`${upstream.url}/v1/responses`, { body: '{"stream":true}' });
    expect(responses.body.toString()).toContain('event: response.completed');
  });

  test('anything else is echoed', async () => {
    const answer = await call(`${upstream.url}/other?q=1`, { headers: { 'X-Twice': 'a' }, body: 'abc' });
    expect(json(answer)).toMatchObject({
      method: 'POST',
      url: '/other?q=1',
      bodySize: 3,
      bodySha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    });
  });
});

test('requests are counted and the latest are remembered without the scenario in their url', async () => {
  await call(`${upstream.at('empty')}/v1/things?x=%20`, { headers: { 'x-a': '1' }, body: 'hello' });
  await call(`${upstream.url}/v1/y`, {
    method: 'DELETE',
    headers: { 'x-fault': faultHeader('empty', { status: 304 }) },
  });
  expect(upstream.requests.total).toBe(2);
  const [first, second] = upstream.requests.latest;
  expect(first).toMatchObject({ method: 'POST', url: '/v1/things?x=%20', scenario: 'empty', bodySize: 5 });
  expect(Buffer.from(first?.body ?? []).toString()).toBe('hello');
  expect(first?.headers.get('x-a')).toEqual(['1']);
  expect(second).toMatchObject({ method: 'DELETE', url: '/v1/y' });
});

test('an unknown scenario answers 501 and says its name', async () => {
  const answer = await call(`${upstream.url}/x`, { headers: { 'x-fault': 'no-such-thing' } });
  expect(answer.message.statusCode).toBe(501);
  expect(answer.body.toString()).toContain('no-such-thing');
});

describe('bodies', () => {
  test('a large body is made while it is sent, to the byte', async () => {
    const answer = await call(upstream.at('large', { bytes: 3_000_001 }));
    expect(answer.body.length).toBe(3_000_001);
    expect(answer.body[65_536 + 7]).toBe(7);
  });

  test('a binary body and a returned body keep every byte', async () => {
    expect((await call(upstream.at('binary', { bytes: 600 }))).body[511]).toBe(255);
    const form = Buffer.from(
      '--b\r\ncontent-disposition: form-data; name="f"\r\n\r\n\u00ff\r\n--b--\r\n',
      'latin1',
    );
    const type = 'multipart/form-data; boundary=b';
    const returned = await call(upstream.at('echo-body'), { headers: { 'content-type': type }, body: form });
    expect(returned.body.equals(form)).toBe(true);
    expect(returned.message.headers['content-type']).toBe(type);
  });

  test('gzip, cookies, redirect, wrong type, broken JSON, error inside and no body are as named', async () => {
    expect(gunzipSync((await call(upstream.at('gzip'))).body).toString()).toContain('chat.completion');
    expect((await call(upstream.at('cookies', { count: 30 }))).message.headers['set-cookie']).toHaveLength(
      30,
    );
    const redirect = await call(upstream.at('redirect', { status: 307, location: 'http://10.0.0.1/' }));
    expect(redirect.message).toMatchObject({ statusCode: 307, headers: { location: 'http://10.0.0.1/' } });
    expect((await call(upstream.at('wrong-content-type'))).message.headers['content-type']).toMatch(
      'text/html',
    );
    const broken = await call(upstream.at('broken-json'));
    expect(() => json(broken)).toThrow();
    expect((await call(upstream.at('error-inside'))).message.statusCode).toBe(200);
    for (const status of [204, 304]) {
      const answer = await call(upstream.at('empty', { status }));
      expect([answer.message.statusCode, answer.body.length]).toEqual([status, 0]);
    }
    expect((await call(upstream.at('binary'), { method: 'HEAD' })).body).toHaveLength(0);
    expect((await call(upstream.at('provider-error', { as: 'anthropic' }))).message).toMatchObject({
      statusCode: 429,
      headers: { 'retry-after': '7' },
    });
  });
});

describe('event streams', () => {
  test('a stream has as many chunks as asked, whatever the split', async () => {
    const whole = await call(upstream.at('sse', { chunks: 20, pace: 0 }));
    const split = await call(upstream.at('sse', { chunks: 20, pace: 0, split: 7 }));
    expect(dataOf(whole)).toHaveLength(22);
    expect(split.body.equals(whole.body)).toBe(true);
  });

  test('half an event ends in good order in the middle of its JSON', async () => {
    const answer = await call(upstream.at('sse-half-event'));
    expect(answer.failure).toBeNull();
    expect(answer.body.toString().endsWith('\n')).toBe(false);
  });

  test('an error can come as an event after status 200', async () => {
    expect(dataOf(await call(upstream.at('sse-error-inside'))).at(-1)).toContain('server_error');
    expect(dataOf(await call(upstream.at('sse-without-done'))).at(-1)).not.toBe('[DONE]');
  });
});

describe('connection faults', () => {
  test('a reset before the answer is an error without an answer', async () => {
    await expect(call(upstream.at('reset'))).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(call(upstream.at('close-silently'))).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(call(upstream.at('invalid-http'))).rejects.toMatchObject({
      code: expect.stringMatching(/^HPE_/),
    });
    expect(upstream.requests.latest.map(({ end }) => end)).toEqual(Array(3).fill('cut-by-upstream'));
  });

  test.each(['reset-mid-body', 'reset-mid-stream', 'short-body', 'invalid-chunk'] as const)(
    '%s delivers a beginning and then fails',
    async (scenario) => {
      const answer = await call(upstream.at(scenario));
      expect(answer.message.statusCode).toBe(200);
      expect(answer.body.length).toBeGreaterThan(0);
      expect(answer.failure).not.toBeNull();
    },
  );

  test.each(['hang', 'hang-mid-body', 'hang-mid-stream'] as const)(
    'a caller that leaves %s is seen to leave',
    async (scenario) => {
      const outgoing = httpRequest(upstream.at(scenario), { agent: false });
      outgoing.on('error', () => {});
      outgoing.on('response', (message) => message.on('error', () => {}));
      outgoing.end();
      const received = await upstream.requests.waitFor((request) => request.scenario === scenario);
      expect(received.end).toBe('open');
      outgoing.destroy();
      await upstream.requests.waitFor(({ end }) => end === 'left');
    },
  );

  test('huge and slow heads arrive whole at a client that takes them', async () => {
    const outgoing = httpRequest(upstream.at('huge-headers'), { agent: false, maxHeaderSize: 1024 * 1024 });
    outgoing.end();
    const [message] = (await once(outgoing, 'response')) as [IncomingMessage];
    message.resume();
    expect(Object.keys(message.headers).filter((name) => name.startsWith('x-padding'))).toHaveLength(64);
    expect((await call(upstream.at('slow-headers', { delay: 40 }))).body.toString()).toBe('slow');
  });

  test('the refusing URL refuses', async () => {
    await expect(call(await refusingUrl())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

test('stopping cuts what hangs and frees the port', async () => {
  const other = await startFaultUpstream();
  const hanging = call(other.at('hang')).catch((error: { code: string }) => error.code);
  await other.requests.waitFor(() => true);
  await other.stop();
  expect(await hanging).toBe('ECONNRESET');
  const port = Number(new URL(other.url).port);
  const socket = connect(port, '127.0.0.1');
  await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
