import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FaultUpstream, faultHeader } from '@weir/testkit';
import { openRaw, type RawRequest, sendRaw } from '@weir/testkit/http';
import { expectApiHostError, expectGatewayHostError } from './__fixtures__/error-shapes.ts';
import { api, compat, native, STREAMED_CHAT } from './__fixtures__/requests.ts';
import { type RunningGateway, startGateway } from './__fixtures__/running-gateway.ts';

type Fault = Parameters<FaultUpstream['at']>;

const MEGABYTE = 1024 * 1024;

let gateway: RunningGateway;
let recorded = 0;
beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createGateway('main');
}, 60_000);
afterAll(() => gateway?.stop());

const meeting = ([name, options]: Fault) => ({ 'x-fault': faultHeader(name, options) });

/** OpenAI's own chat path, whose provider misbehaves as told. */
const faulty = (fault: Fault, given: Partial<RawRequest> = {}) =>
  native(gateway, 'openai/chat/completions', {
    ...given,
    headers: { ...meeting(fault), ...given.headers },
  });

async function send(request: RawRequest) {
  recorded += 1;
  return gateway.send(request);
}

/** What the provider itself sends to such a request. */
const direct = ([name, options]: Fault, given: Partial<RawRequest> = {}) => {
  const { pathname } = new URL(gateway.upstream.at(name, options));
  return sendRaw(gateway.upstream.url, { method: 'POST', path: `${pathname}/v1/x`, body: '{}', ...given });
};

describe('a provider that gives no answer', () => {
  const FAILURES: ReadonlyArray<readonly [string, Fault, number, number, string]> = [
    ['hangs', ['hang'], 504, 2931, 'timeout'],
    ['resets before its headers', ['reset'], 502, 2932, 'reset'],
    ['closes without a word', ['close-silently'], 502, 2932, 'reset'],
    ['is no HTTP server', ['invalid-http'], 502, 2005, 'protocol'],
    ['switches protocols unasked', ['switching-protocols'], 502, 2005, 'protocol'],
    ['answers with a status that is none', ['unknown-status'], 502, 2005, 'protocol'],
    ['sends 64 KiB of headers', ['huge-headers'], 502, 2005, 'protocol'],
    [
      'sends more headers than can be passed on',
      ['huge-headers', { bytes: 9_000 }],
      502,
      2005,
      'unusable-answer',
    ],
    ['resets in the middle of its JSON', ['reset-mid-body'], 502, 2932, 'upstream-broke'],
    [
      'resets in the middle of JSON of no announced length',
      ['reset-unframed-body'],
      502,
      2932,
      'upstream-broke',
    ],
    ['ends before its content-length', ['short-body'], 502, 2932, 'upstream-broke'],
    ['goes silent in the middle of its JSON', ['hang-mid-body'], 502, 2932, 'upstream-broke'],
  ];

  test.each(FAILURES)('and %s is a clean error on every surface', async (_, fault, status, code, failure) => {
    const headers = meeting(fault);
    const answers = await Promise.all([
      send(faulty(fault)),
      send(compat(gateway, { headers })),
      send(api(gateway, { headers })),
    ]);
    expectGatewayHostError(answers[0], status, code);
    expectGatewayHostError(answers[1], status, code);
    expectApiHostError(answers[2], status, code);
    for (const { eventId } of answers) {
      const record = await gateway.records.of(eventId);
      expect(record).toMatchObject({
        success: false,
        statusCode: status,
        provider: 'openai',
        outcome: { kind: 'refused', code, blame: 'upstream' },
      });
      expect(record.attempts.map((attempt) => attempt.failure)).toEqual([failure]);
    }
  });

  test('and refuses the connection is a clean error', async () => {
    const answer = await send(native(gateway, 'groq/chat/completions'));
    expectGatewayHostError(answer, 502, 2930);
    expect(await gateway.records.of(answer.eventId)).toMatchObject({ attempts: [{ failure: 'refused' }] });
  });
});

describe('a stream that breaks', () => {
  test.each<[string, Fault]>([
    ['is reset', ['reset-mid-stream']],
    ['goes silent', ['hang-mid-stream']],
    ['is framed wrongly', ['invalid-chunk']],
  ])('because it %s ends in good order with an error event', async (_, fault) => {
    const answer = await send(faulty(fault, { body: STREAMED_CHAT }));
    expect([answer.status, answer.failure]).toEqual([200, null]);
    const events = answer.body.toString().trimEnd().split('\n\n');
    expect(events.length).toBeGreaterThan(1);
    expect(JSON.parse(events.at(-1)?.trim().replace('data: ', '') ?? '')).toEqual({
      error: expect.objectContaining({ code: 2932, type: 'server_error' }),
    });
    expect(await gateway.records.of(answer.eventId)).toMatchObject({
      success: false,
      streamed: true,
      outcome: { kind: 'broken', blame: 'upstream' },
    });
  });

  test('is told in the dialect that an Anthropic client reads', async () => {
    const request = native(gateway, 'anthropic/v1/messages', { headers: meeting(['reset-mid-stream']) });
    const answer = await send(request);
    expect(answer.body.toString()).toMatch(/\nevent: error\ndata: \{"type":"error".*\}\n\n$/);
  });

  test('with half an event in good order passes with an error event after it', async () => {
    const fault: Fault = ['sse-half-event'];
    const answer = await send(faulty(fault));
    expect([answer.status, answer.failure]).toEqual([200, null]);
    const sent = (await direct(fault)).body;
    expect(answer.body.subarray(0, sent.length)).toEqual(sent);
    expect(answer.body.subarray(sent.length).toString()).toMatch(/^\n\ndata: \{"error":.*middle of an event/);
    expect(await gateway.records.of(answer.eventId)).toMatchObject({
      streamed: true,
      statusCode: 200,
      success: false,
      outcome: { kind: 'broken', blame: 'upstream' },
    });
  });
});

describe('a provider that says 200 and means something else', () => {
  test.each<[Fault]>([[['error-inside']], [['sse-error-inside']]])(
    '%j passes unchanged and is recorded as no success',
    async (fault) => {
      const [answer, unified] = [
        await send(faulty(fault)),
        await send(compat(gateway, { headers: meeting(fault) })),
      ];
      const expected = (await direct(fault)).body;
      expect([answer.status, answer.body, unified.body]).toEqual([200, expected, expected]);
      const record = await gateway.records.of(answer.eventId);
      expect(record).toMatchObject({ success: false, statusCode: 200, outcome: { kind: 'answered' } });
    },
  );

  test('HTML passes on a native endpoint and is an error on the unified one', async () => {
    const fault: Fault = ['wrong-content-type'];
    const answer = await send(faulty(fault));
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expectGatewayHostError(await send(compat(gateway, { headers: meeting(fault) })), 502, 2005);
    expectApiHostError(await send(api(gateway, { headers: meeting(fault) })), 502, 2005);
  });

  test('broken JSON passes as it is; what it used is our count in its record', async () => {
    const answer = await send(faulty(['broken-json']));
    expect([answer.status, answer.body]).toEqual([200, (await direct(['broken-json'])).body]);
    expect(await gateway.records.of(answer.eventId)).toMatchObject({
      usage: { input: expect.any(Number) },
      usageSource: expect.stringMatching(/^(?:counted|estimated)$/),
    });
  });
});

test('a redirect is not followed: native passes it on, unified refuses it', async () => {
  const fault: Fault = ['redirect', { location: `${gateway.upstream.url}/elsewhere` }];
  gateway.upstream.requests.clear();
  const answer = await send(faulty(fault));
  expect([answer.status, answer.headers.location]).toEqual([302, `${gateway.upstream.url}/elsewhere`]);
  expectGatewayHostError(await send(compat(gateway, { headers: meeting(fault) })), 502, 2933);
  expect(gateway.upstream.requests.total).toBe(2);
});

test('a provider’s own error passes unchanged', async () => {
  const answer = await send(faulty(['provider-error']));
  expect([answer.status, answer.headers['retry-after']]).toEqual([429, '7']);
  expect(answer.body).toEqual((await direct(['provider-error'])).body);
  expect(await gateway.records.of(answer.eventId)).toMatchObject({
    success: false,
    statusCode: 429,
    outcome: { kind: 'answered' },
  });
});

describe('large answers', () => {
  async function received(bytes: number) {
    recorded += 1;
    const request = faulty(['large', { bytes }]);
    const eventId = `large-${bytes}`;
    const message = await openRaw(gateway.baseUrl, {
      ...request,
      headers: { ...request.headers, 'cf-aig-event-id': eventId },
    });
    let [size, peak] = [0, 0];
    const before = process.memoryUsage.rss();
    for await (const chunk of message) {
      size += chunk.length;
      peak = Math.max(peak, process.memoryUsage.rss() - before);
    }
    return { size, peak, record: await gateway.records.of(eventId) };
  }

  test('200 MB stream through in bounded memory; their record keeps the beginning', async () => {
    const { size, peak, record } = await received(200 * MEGABYTE);
    expect(size).toBe(200 * MEGABYTE);
    // Client, provider and gateway share this process; who keeps the answer takes as much as it has on top of them.
    expect(peak).toBeLessThan(size);
    expect(record).toMatchObject({ success: true, responseSize: 200 * MEGABYTE });
  });

  test('what is larger is cut at 200 MB and recorded as broken', async () => {
    const { size, record } = await received(201 * MEGABYTE);
    expect(size).toBeLessThanOrEqual(200 * MEGABYTE);
    expect(record).toMatchObject({ success: false, outcome: { kind: 'broken', blame: 'upstream' } });
  });
});

describe('unusual answers pass as they are', () => {
  test('gzip that nobody asked for keeps its bytes, and usage is read', async () => {
    const answer = await send(faulty(['gzip']));
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(answer.body).toEqual((await direct(['gzip'])).body);
    expect(gunzipSync(answer.body).toString()).toContain('chat.completion');
    expect(await gateway.records.of(answer.eventId)).toMatchObject({ usage: { input: 15, cacheRead: 4 } });
  });

  test.each([204, 304])('status %d has no body', async (status) => {
    const answer = await send(faulty(['empty', { status }]));
    expect([answer.status, answer.body.length, answer.failure]).toEqual([status, 0, null]);
    expect(await gateway.records.of(answer.eventId)).toMatchObject({ statusCode: status, responseSize: 0 });
  });

  test('HEAD has headers and no body', async () => {
    const answer = await send({
      method: 'HEAD',
      path: native(gateway, 'openai/files/x').path,
      headers: { ...native(gateway, '').headers, ...meeting(['binary']) },
    });
    expect([answer.status, answer.headers['content-type'], answer.body.length]).toEqual([
      200,
      'audio/mpeg',
      0,
    ]);
    expect(await gateway.records.of(answer.eventId)).toMatchObject({ method: 'HEAD' });
  });

  test('thirty cookies stay thirty headers', async () => {
    const answer = await send(faulty(['cookies', { count: 30 }]));
    expect(answer.headers['set-cookie']).toEqual(
      (await direct(['cookies', { count: 30 }])).headers['set-cookie'],
    );
  });

  test.each([
    [
      'multipart',
      'multipart/form-data; boundary=b',
      '--b\r\ncontent-disposition: form-data; name="f"\r\n\r\n\xff\x00\r\n--b--\r\n',
    ],
    ['binary', 'audio/wav', String.fromCharCode(...Array.from({ length: 1024 }, (_, index) => index % 256))],
  ])('a %s request reaches the provider and comes back to the byte', async (_, contentType, text) => {
    const body = Buffer.from(text, 'latin1');
    const request = faulty(['echo-body'], { body, headers: { 'content-type': contentType } });
    const answer = await send(request);
    expect(gateway.upstream.requests.last().body).toEqual(body);
    expect([answer.headers['content-type'], answer.body]).toEqual([contentType, body]);
  });

  test.each(['whole', 'exception', 'half', 'corrupt'])(
    'an AWS event stream that ends %s, to the byte',
    async (end) => {
      const fault: Fault = ['aws-events', { end, split: 11 }];
      const answer = await send(
        native(gateway, 'aws-bedrock/bedrock-runtime/us-east-1/model/a.b/converse-stream', {
          headers: meeting(fault),
        }),
      );
      expect(answer.headers['content-type']).toBe('application/vnd.amazon.eventstream');
      expect(answer.body).toEqual((await direct(fault)).body);
      const whole = end === 'whole';
      const { usage, usageSource, streamed, model } = await gateway.records.of(answer.eventId);
      expect({ streamed, model, usageSource, isReported: usage?.input === 19 }).toEqual({
        streamed: true,
        model: 'a.b',
        usageSource: whole ? 'reported' : 'estimated',
        isReported: whole,
      });
    },
  );
});

test('each request of this file left exactly one record, and the functions logged no failure', async () => {
  const counts = await gateway.records.settled(recorded);
  expect([...counts].filter(([, count]) => count !== 1)).toEqual([]);
  expect(gateway.logged).toEqual([]);
});
