import { beforeEach, describe, expect, it } from '@jest/globals';
import { headerMap } from '../http/header-map.ts';
import { GatewayForTest, read, streamAnswer, TOKEN } from './__fixtures__/gateway-for-test.ts';
import { ScriptedBody } from './__fixtures__/scripted-body.ts';
import type { Answer } from './answer.ts';

const headers = { 'cf-aig-authorization': TOKEN, authorization: 'Bearer mine' };
const EVENT = 'data: {"choices":[{"delta":{"content":"hi"}}]}\n\n';
const MB = 1024 * 1024;

let gateway: GatewayForTest;
let body: ScriptedBody;
beforeEach(() => {
  gateway = new GatewayForTest();
  body = new ScriptedBody();
});

/** Starts reading an answer that is still coming. */
function follow(answer: Answer) {
  if (answer.body instanceof Uint8Array) throw new Error('the answer is already whole');
  const chunks = read(answer.body);
  return { stream: answer.body, text: async () => Buffer.concat(await chunks).toString() };
}

async function open(type = 'text/event-stream'): Promise<Answer> {
  gateway.provider = () => streamAnswer(body, type);
  return gateway.open({ headers });
}

describe('a stream of events', () => {
  it('that ends in good order inside an event is broken, and says so', async () => {
    const answer = await open();
    const reader = follow(answer);
    body.send(`${EVENT}data: {"choices":[{"del`);
    body.end();
    const text = await reader.text();
    expect(text.startsWith(`${EVENT}data: {"choices":[{"del\n\ndata: {"error":`)).toBe(true);
    await answer.settle();
    expect(gateway.record()).toMatchObject({
      success: false,
      outcome: { kind: 'broken', blame: 'upstream' },
    });
  });

  it('goes out as it comes, with the provider’s headers and ours', async () => {
    gateway.provider = () => ({
      status: 203,
      headers: headerMap([
        ['content-type', 'text/event-stream'],
        ['x-request-id', 'p1'],
        ['connection', 'close, x-private'],
        ['x-private', '1'],
        ['content-length', '700000'],
        ['cf-aig-log-id', 'forged'],
      ]),
      body,
    });
    const answer = await gateway.open({ headers });
    const reader = follow(answer);
    gateway.advance(40);
    body.send(EVENT);
    gateway.advance(60);
    body.end();
    expect(await reader.text()).toBe(EVENT);
    await answer.settle();
    expect(answer.status).toBe(203);
    expect(Object.fromEntries(answer.headers)).toEqual({
      'content-type': ['text/event-stream'],
      'x-request-id': ['p1'],
      'cf-aig-log-id': [gateway.record().id],
      'cf-aig-request-id': [gateway.record().id],
      'cf-aig-event-id': [gateway.record().id],
      'weir-config-version': ['7'],
    });
    expect(gateway.record()).toMatchObject({ firstByte: 40, duration: 100, streamed: true, success: true });
    expect(gateway.alarms).toBe(0);
  });

  it('that breaks ends with an error that the client can read, and the record tells it', async () => {
    const answer = await open();
    const reader = follow(answer);
    body.send(EVENT, 'data: {"cho').break();
    const text = await reader.text();
    expect(text.startsWith(`${EVENT}data: {"cho\n\ndata: {"error":{`)).toBe(true);
    await answer.settle();
    expect(gateway.record()).toMatchObject({
      statusCode: 200,
      success: false,
      outcome: { kind: 'broken', blame: 'upstream' },
      responseBody: { data: `${EVENT}data: {"cho`, complete: false },
    });
  });

  it('is cut before the function’s time is over, and says so', async () => {
    const answer = await open();
    const reader = follow(answer);
    body.send(EVENT);
    gateway.advance(289_000);
    expect(body.asked).toEqual([]);
    gateway.advance(1_000);
    expect(body.asked).toEqual(['cancel']);
    body.send('late').end({ kind: 'cancelled', message: 'cancelled' });
    expect(await reader.text()).toMatch(/^data: .*\n\n\n\ndata: \{"error":\{"message":"The function’s time/);
    await answer.settle();
    expect(gateway.record().outcome).toMatchObject({ kind: 'broken', blame: 'gateway' });
  });

  it('is cut when the time is over that the caller allows, and says that', async () => {
    gateway.provider = () => streamAnswer(body, 'text/event-stream');
    const answer = await gateway.open({ headers: { ...headers, 'weir-total-timeout': '800' } });
    const reader = follow(answer);
    body.send(EVENT);
    gateway.advance(800);
    body.end({ kind: 'cancelled', message: 'cancelled' });
    expect(await reader.text()).toContain('not complete within weir-total-timeout, which is 800 ms');
    await answer.settle();
    expect(gateway.record().outcome).toMatchObject({ kind: 'broken', blame: 'upstream' });
  });

  it('that the client left is the caller’s doing, even if the record comes before the stream’s end', async () => {
    const answer = await open();
    const reader = follow(answer);
    body.send(EVENT);
    reader.stream.cancel();
    await answer.settle();
    expect(gateway.record()).toMatchObject({
      success: false,
      outcome: { kind: 'broken', blame: 'caller' },
      responseBody: { data: EVENT, complete: false },
    });
    body.end({ kind: 'cancelled', message: 'cancelled' });
    expect(await reader.text()).toBe(EVENT);
    expect(gateway.alarms).toBe(0);
  });

  it('that nobody ever read is recorded as left', async () => {
    const answer = await open();
    if (answer.body instanceof Uint8Array) throw new Error('not a stream');
    answer.body.cancel();
    await answer.settle();
    expect(body.asked).toEqual(['cancel']);
    expect(gateway.record()).toMatchObject({ responseSize: 0, outcome: { kind: 'broken', blame: 'caller' } });
  });

  it('passes on what its reader asks for', async () => {
    const answer = await open();
    const { stream } = follow(answer);
    stream.pause();
    stream.resume();
    expect(body.asked).toEqual(['pause', 'resume']);
  });
});

describe('a large answer', () => {
  it('is cut at 200 MB; the record keeps the first 10', async () => {
    const answer = await open('application/octet-stream');
    const chunk = new Uint8Array(8 * MB);
    if (answer.body instanceof Uint8Array) throw new Error('not a stream');
    let received = 0;
    answer.body.consume({
      chunk(bytes) {
        received += bytes.length;
      },
      end: () => undefined,
    });
    for (let sent = 0; sent < 25; sent++) body.send(chunk);
    expect([received, body.asked]).toEqual([200 * MB, []]);
    body.send(Uint8Array.of(1), Uint8Array.of(2));
    expect([received, body.asked]).toEqual([200 * MB, ['cancel']]);
    body.end({ kind: 'cancelled', message: 'cancelled' });
    await answer.settle();
    expect(gateway.record()).toMatchObject({
      responseSize: 200 * MB,
      outcome: { kind: 'broken', blame: 'upstream' },
      responseBody: { complete: false },
    });
    expect(gateway.record().responseBody?.data.length).toBe(10 * MB);
  });

  it('that announces more is not begun', async () => {
    gateway.provider = () => ({
      status: 200,
      headers: headerMap([['content-length', String(200 * MB + 1)]]),
      body,
    });
    const answer = await gateway.request({ headers });
    expect([answer.status, answer.json().internalCode, body.asked]).toEqual([502, 2934, ['cancel']]);
  });

  it('that HEAD only announces is no large answer', async () => {
    gateway.provider = () => ({
      status: 200,
      headers: headerMap([['content-length', String(200 * MB + 1)]]),
      body: new ScriptedBody((it) => it.end()),
    });
    expect(await gateway.request({ method: 'HEAD', headers })).toMatchObject({ status: 200, body: '' });
  });

  it('of headers that the platform cannot carry is not begun', async () => {
    gateway.provider = () => ({ status: 200, headers: headerMap([['x-long', 'h'.repeat(8_192)]]), body });
    const answer = await gateway.request({ headers });
    expect([answer.json().internalCode, body.asked]).toEqual([2005, ['cancel']]);
  });
});

describe('an answer that is likely to be short', () => {
  const whenRead = async () => {
    for (let turn = 0; turn < 50 && !body.isRead; turn++) await Promise.resolve();
    return body.isRead;
  };

  it('that breaks is a clean error: nothing was promised yet', async () => {
    gateway.provider = () => streamAnswer(body, 'application/json');
    const opening = gateway.open({ headers });
    expect(await whenRead()).toBe(true);
    body.send('{"a":').break();
    const answer = await opening;
    expect(answer.status).toBe(502);
    await answer.settle();
    expect(gateway.record()).toMatchObject({
      outcome: { kind: 'refused', code: 2932, blame: 'upstream' },
      attempts: [{ status: 200 }],
    });
    expect(gateway.alarms).toBe(0);
  });

  it('that is slow goes out as it comes after five seconds', async () => {
    gateway.provider = () => streamAnswer(body, 'application/json');
    const opening = gateway.open({ headers });
    expect(await whenRead()).toBe(true);
    body.send(' ');
    gateway.advance(5_000);
    const answer = await opening;
    const reader = follow(answer);
    body.send('{"a":1}').end();
    expect(await reader.text()).toBe(' {"a":1}');
    await answer.settle();
    expect(gateway.record()).toMatchObject({ success: true, firstByte: 5_000, streamed: false });
  });
});
