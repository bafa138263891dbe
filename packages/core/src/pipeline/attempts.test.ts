import { beforeEach, describe, expect, it } from '@jest/globals';
import type { GatewaySettings } from '../gateway/settings.ts';
import { headerMap } from '../http/header-map.ts';
import { type UpstreamAnswer, UpstreamFailure } from '../ports/upstream.ts';
import { ACCOUNT, GatewayForTest, jsonAnswer, streamAnswer, TOKEN } from './__fixtures__/gateway-for-test.ts';
import { ScriptedBody } from './__fixtures__/scripted-body.ts';

const known = { 'cf-aig-authorization': TOKEN, authorization: 'Bearer mine' };
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

let gateway: GatewayForTest;
beforeEach(() => {
  gateway = new GatewayForTest();
});

/** The provider answers so, one after another; the last for ever. */
function provider(...answers: readonly (() => UpstreamAnswer | UpstreamFailure)[]): void {
  let calls = 0;
  gateway.provider = () => (answers[Math.min(calls++, answers.length - 1)] ?? (() => jsonAnswer('{}')))();
}
const fails =
  (status: number, headers = {}) =>
  () =>
    jsonAnswer('{"error":{}}', status, headers);
const breaks = (kind: UpstreamFailure['kind']) => () => new UpstreamFailure(kind, 'it broke');
const answers = () => jsonAnswer('{"ok":true}');

/** Sends, and lets the time pass that the pauses take. */
async function send(headers: Readonly<Record<string, string>>, settings: Partial<GatewaySettings> = {}) {
  gateway.addGateway('main', settings);
  let isOver = false;
  const waits: number[] = [];
  const sending = gateway.request({ headers: { ...known, ...headers } }).finally(() => {
    isOver = true;
  });
  for (let passed = 0, calls = gateway.sent.length; !isOver && passed < 300_000; passed += 100) {
    for (let at = 0; at < 8; at++) await turn();
    if (gateway.sent.length > calls) waits.push(passed);
    calls = gateway.sent.length;
    if (!isOver) gateway.advance(100);
  }
  return { answer: await sending, waits };
}
const statuses = () => gateway.record().attempts.map(({ status, failure }) => status ?? failure);

describe('attempts (spec 5.6)', () => {
  it('are one where nobody asks for more', async () => {
    provider(fails(500), answers);
    expect((await send({})).answer.status).toBe(500);
    expect(gateway.sent).toHaveLength(1);
  });

  it.each([408, 409, 429, 500, 502, 503, 529])(
    '%d is tried again, and each is on the record',
    async (status) => {
      provider(fails(status), answers);
      const { answer } = await send({ 'cf-aig-max-attempts': '3' });
      expect([answer.status, statuses()]).toEqual([200, [status, 200]]);
    },
  );

  it.each([400, 401, 402, 403, 404, 413, 422])('%d is final', async (status) => {
    provider(fails(status), answers);
    expect((await send({ 'cf-aig-max-attempts': '3' })).answer.status).toBe(status);
    expect(statuses()).toEqual([status]);
  });

  it.each(['refused', 'reset', 'timeout', 'name', 'tls', 'protocol'] as const)(
    'a failure (%s) is tried again',
    async (kind) => {
      provider(breaks(kind), answers);
      expect((await send({ 'cf-aig-max-attempts': '2' })).answer.status).toBe(200);
      expect(statuses()).toEqual([kind, 200]);
    },
  );

  it('what cannot be sent is not sent twice', async () => {
    provider(breaks('unsendable'), answers);
    expect((await send({ 'cf-aig-max-attempts': '5' })).answer.status).toBe(400);
    expect(gateway.sent).toHaveLength(1);
  });

  it('are at most five; the last one’s answer is the answer', async () => {
    provider(fails(500), fails(501), fails(502), fails(503), fails(504), answers);
    const { answer } = await send({ 'cf-aig-max-attempts': '99' });
    expect([answer.status, gateway.sent.length]).toEqual([504, 5]);
    expect(gateway.record().warnings).toEqual(['cf-aig-max-attempts must be 1 to 5; 5 was used']);
  });

  it.each([
    ['constant', [0, 1000, 2000, 3000]],
    ['linear', [0, 1000, 3000, 6000]],
    ['exponential', [0, 1000, 3000, 7000]],
  ])('%s pauses', async (backoff, at) => {
    provider(fails(500), fails(500), fails(500), answers);
    const { waits } = await send({
      'cf-aig-max-attempts': '4',
      'cf-aig-retry-delay': '1000',
      'cf-aig-backoff': backoff,
    });
    expect(waits).toEqual(at);
  });

  it('a provider’s Retry-After is waited for', async () => {
    provider(fails(429, { 'retry-after': '2' }), answers);
    expect((await send({ 'cf-aig-max-attempts': '2' })).waits).toEqual([0, 2000]);
  });

  it('and beyond a minute the answer is passed on at once', async () => {
    provider(fails(429, { 'retry-after': '61' }), answers);
    const { answer } = await send({ 'cf-aig-max-attempts': '2' });
    expect([answer.status, answer.header('retry-after'), gateway.sent.length]).toEqual([429, '61', 1]);
  });

  it('are the gateway’s where the request says nothing (rule 7)', async () => {
    provider(fails(500), answers);
    const settings = { retry_max_attempts: 2, retry_delay: 300, retry_backoff: 'constant' as const };
    const { answer, waits } = await send({}, settings);
    expect([answer.status, waits]).toEqual([200, [0, 300]]);
  });

  const BUSY = 'data: {"error":{"message":"busy","code":503}}\n\n';
  const WORD = 'data: {"choices":[{"delta":{"content":"hi"}}]}\n\ndata: [DONE]\n\n';
  const streams = (text: string) => () => streamAnswer(new ScriptedBody((it) => it.send(text).end()));

  it.each(['compat/chat/completions', 'openai/v1/chat/completions'])(
    'a stream that begins with an error is tried again: %s',
    async (endpoint) => {
      provider(streams(BUSY), streams(WORD));
      const answer = await gateway.request({
        path: `/v1/${ACCOUNT}/main/${endpoint}`,
        headers: { ...known, 'cf-aig-max-attempts': '2' },
        body: '{"model":"openai/gpt-5","stream":true}',
      });
      expect([answer.status, answer.body]).toEqual([200, WORD]);
      expect(gateway.record().attempts).toMatchObject([
        { status: 200, failure: 'error-event' },
        { status: 200, failure: null },
      ]);
    },
  );

  const FAILED = '{"error":{"message":"busy","code":503}}';
  const native = (headers: Readonly<Record<string, string>>) =>
    gateway.request({
      path: `/v1/${ACCOUNT}/main/openai/v1/chat/completions`,
      headers: { ...known, ...headers },
      body: '{"model":"gpt-5"}',
    });

  it('a 200 that is nothing but an error is tried again', async () => {
    provider(() => jsonAnswer(FAILED), answers);
    expect((await native({ 'cf-aig-max-attempts': '2' })).status).toBe(200);
    expect(gateway.record()).toMatchObject({
      success: true,
      attempts: [
        { status: 200, failure: 'error-event' },
        { status: 200, failure: null },
      ],
    });
  });

  it.each([
    ['with no other attempt', {}, FAILED],
    [
      'of a job that failed, which is what was asked for',
      { 'cf-aig-max-attempts': '2' },
      '{"id":"job-1","status":"failed","error":{"message":"bad file"}}',
    ],
  ])('a provider’s own 200 %s goes out as it is', async (_, headers, body) => {
    provider(() => jsonAnswer(body));
    const answer = await native(headers);
    expect([answer.status, answer.body, gateway.sent.length]).toEqual([200, body, 1]);
  });

  it('and when no attempt is left, the answer has the error’s status and its body', async () => {
    provider(streams(BUSY));
    const { answer } = await send({ 'cf-aig-max-attempts': '2' });
    expect([answer.status, answer.json()]).toEqual([503, { error: { message: 'busy', code: 503 } }]);
    expect(answer.header('content-type')).toBe('application/json');
  });

  it('a provider’s own stream to which nobody else could answer goes out as it comes', async () => {
    provider(streams(BUSY));
    const { answer } = await send({});
    expect([answer.status, answer.body]).toEqual([200, BUSY]);
  });

  it('an answer that breaks off before a byte was promised is tried again', async () => {
    const broken = () => ({
      ...jsonAnswer(''),
      body: new ScriptedBody((it) => it.send('{"a"').break()),
    });
    provider(broken, answers);
    expect((await send({ 'cf-aig-max-attempts': '2' })).answer.status).toBe(200);
    expect(gateway.record().attempts[0]).toMatchObject({ status: 200, failure: 'upstream-broke' });
  });
});

describe('time limits (spec 5.6)', () => {
  const limits = () => gateway.sent.map(({ firstByteTimeout }) => firstByteTimeout);

  it('a request’s own holds for its first byte', async () => {
    await send({ 'cf-aig-request-timeout': '1500' });
    expect(limits()).toEqual([1500]);
  });

  it('but not for the last of several attempts (rule 4)', async () => {
    provider(breaks('timeout'));
    expect((await send({ 'cf-aig-request-timeout': '1500', 'cf-aig-max-attempts': '3' })).answer.status).toBe(
      504,
    );
    expect(limits()).toEqual([1500, 1500, 280_000]);
  });

  it('ours hold for the whole answer and for silence', async () => {
    await send({ 'weir-total-timeout': '5000', 'weir-idle-timeout': '700' });
    expect(gateway.lastSent()).toMatchObject({ firstByteTimeout: 5000, idleTimeout: 700 });
  });

  it.each([
    ['application/json', '{"a"', {}],
    ['text/event-stream', 'data: {"choices":[{"delta":{"role":"assistant"}}]}\n\n', {}],
    ['application/json', '{"a"', { model: 'anthropic/claude' }],
  ])(
    'an answer (%s) of which nothing was promised in the whole time is a 504: %s %j',
    async (type, text, unified) => {
      const body = new ScriptedBody((it) => it.send(text));
      provider(() => ({ status: 200, headers: headerMap([['content-type', type]]), body }));
      const isUnified = 'model' in unified;
      const asking = gateway.request({
        headers: { ...known, 'weir-total-timeout': '800', 'cf-aig-max-attempts': '2' },
        ...(isUnified ? { path: `/v1/${ACCOUNT}/main/compat/chat/completions` } : {}),
        body: JSON.stringify(isUnified ? { ...unified, messages: [{ role: 'user', content: 'hi' }] } : {}),
      });
      while (!body.isRead) await turn();
      gateway.advance(800);
      const answer = await asking;
      expect([answer.status, answer.json().internalCode, gateway.sent.length]).toEqual([504, 2931, 1]);
      expect(body.asked).toContain('cancel');
      expect(gateway.record()).toMatchObject({ duration: 800, outcome: { kind: 'refused', code: 2931 } });
    },
  );

  it('no attempt begins that could not end in time', async () => {
    provider(fails(500));
    const { answer } = await send({
      'weir-total-timeout': '5000',
      'cf-aig-max-attempts': '5',
      'cf-aig-retry-delay': '2000',
    });
    expect([answer.status, gateway.sent.length]).toEqual([500, 3]);
  });
});
