import { beforeEach, describe, expect, it } from '@jest/globals';
import { UpstreamFailure } from '../ports/upstream.ts';
import {
  ACCOUNT,
  GatewayForTest,
  jsonAnswer,
  NOW,
  STRANGER,
  streamAnswer,
  type TestRequest,
  TOKEN,
} from './__fixtures__/gateway-for-test.ts';
import { ScriptedBody } from './__fixtures__/scripted-body.ts';

const known = { 'cf-aig-authorization': TOKEN };
const compat = `/v1/${ACCOUNT}/main/compat/chat/completions`;

let gateway: GatewayForTest;
beforeEach(() => {
  gateway = new GatewayForTest();
});

describe('the record of a request', () => {
  it('holds what happened', async () => {
    const answer =
      '{"model":"gpt-5-2026","usage":{"prompt_tokens":3,"completion_tokens":5},"choices":[{"message":{}}]}';
    gateway.provider = () => jsonAnswer(answer, 200, { 'content-type': 'application/json; charset=utf-8' });
    const sent = '{"model":"gpt-5"}';
    const outcome = await gateway.request({
      headers: {
        ...known,
        'content-type': 'application/json',
        'user-agent': 'openai/7',
        'cf-aig-event-id': 'mine',
        'cf-aig-metadata': '{"team":"a","n":1}',
      },
      query: 'key=secret',
      body: sent,
    });
    expect(gateway.record()).toEqual({
      schema: 1,
      id: '01KDY000000000000000000000',
      account: ACCOUNT,
      gateway: 'main',
      createdAt: NOW,
      requestId: '01KDY000000000000000000000',
      eventId: 'mine',
      surface: 'provider',
      method: 'POST',
      path: 'v1/chat/completions',
      provider: 'openai',
      model: 'gpt-5-2026',
      modelType: null,
      statusCode: 200,
      success: true,
      cached: false,
      outcome: { kind: 'answered' },
      duration: 0,
      firstByte: 0,
      usageSource: 'reported',
      cost: { micros: 8, book: 'for-test', price: 'a token, a micro-dollar' },
      usage: { input: 3, cacheRead: 0, cacheWrite: 0, output: 5, reasoning: 0 },
      metadata: { team: 'a', n: 1 },
      requestContentType: 'application/json',
      responseContentType: 'application/json; charset=utf-8',
      requestSize: sent.length,
      responseSize: answer.length,
      streamed: false,
      userAgent: 'openai/7',
      authenticated: true,
      tokenId: 'c2'.repeat(16),
      wholesale: false,
      keySource: 'none',
      compatibilityMode: false,
      step: 0,
      attempts: [{ provider: 'openai', startedAt: NOW, duration: 0, status: 200, failure: null }],
      configVersion: 7,
      warnings: [],
      requestBody: { encoding: 'utf8', data: sent, complete: true },
      responseBody: { encoding: 'utf8', data: answer, complete: true },
    });
    expect(outcome.header('cf-aig-log-id')).toBe(gateway.record().id);
    expect(outcome.header('cf-aig-request-id')).toBe(gateway.record().id);
    expect(outcome.header('cf-aig-event-id')).toBe('mine');
  });

  it.each([
    ['an error status', jsonAnswer('{"error":{"message":"no"}}', 429), 429],
    ['an error under a good status', jsonAnswer('{"error":{"message":"no"}}'), 200],
  ])('%s of the provider is passed on as it is and is no success', async (_, provided, status) => {
    gateway.provider = () => provided;
    const answer = await gateway.request({ headers: known });
    expect([answer.status, answer.body]).toEqual([status, '{"error":{"message":"no"}}']);
    expect(gateway.record()).toMatchObject({ success: false, outcome: { kind: 'answered' } });
  });

  it('counts what the end of an answer says, of which it keeps only the beginning', async () => {
    const picture = 'A'.repeat(11 * 1024 * 1024);
    gateway.provider = () =>
      jsonAnswer(`{"data":[{"b64_json":"${picture}"}],"usage":{"prompt_tokens":3,"completion_tokens":5}}`);
    await gateway.request({ headers: known, body: '{"model":"gpt-image-1"}' });
    expect(gateway.record()).toMatchObject({
      usageSource: 'reported',
      usage: { input: 3, output: 5 },
      responseBody: { complete: false },
    });
  });

  it('counts what a compressed answer says that is longer than what is kept of it', async () => {
    const usage = '"usage":{"prompt_tokens":3,"completion_tokens":5}';
    const plain = Buffer.from(`{"data":[{"b64_json":"${'A'.repeat(11 * 1024 * 1024)}"}],${usage}}`);
    const decode = async (_: string, __: Uint8Array, most: number) => (plain.length <= most ? plain : null);
    const ports = { ...gateway.ports(), compression: { decode } };
    gateway.ports = () => ports;
    gateway.provider = () => jsonAnswer('packed', 200, { 'content-encoding': 'gzip' });
    await gateway.request({ headers: known, body: '{"model":"gpt-image-1"}' });
    expect(gateway.record()).toMatchObject({
      usageSource: 'reported',
      usage: { input: 3, output: 5 },
      responseBody: { encoding: 'utf8', data: expect.stringMatching(/^\{"data"/), complete: false },
    });
  });

  it('keeps of a compressed answer that was cut what could be read of it, and counts it', async () => {
    const text = 'data: {"model":"gpt-5","choices":[{"delta":{"content":"hello"}}]}\n\n';
    const usage = 'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":5}}\n\n';
    const decode = async (_: string, __: Uint8Array, ___: number, isCut = false) =>
      isCut ? Buffer.from(text + usage) : null;
    const ports = { ...gateway.ports(), compression: { decode } };
    gateway.ports = () => ports;
    const cut = streamAnswer(new ScriptedBody((it) => it.send('packed').break()));
    gateway.provider = () => ({ ...cut, headers: new Map([...cut.headers, ['content-encoding', ['gzip']]]) });
    await gateway.request({ headers: known, body: '{"model":"gpt-5","stream":true}' });
    expect(gateway.record()).toMatchObject({
      outcome: { kind: 'broken' },
      usage: { input: 3, output: 5 },
      responseBody: { encoding: 'utf8', data: text + usage, complete: false },
    });
  });

  it.each(['{"error":null}', '{"error":""}', '{"error":{}}', '{"a":"\\"error\\""}'])(
    '%s is a success',
    async (body) => {
      gateway.provider = () => jsonAnswer(body);
      await gateway.request({ headers: known });
      expect(gateway.record().success).toBe(true);
    },
  );

  it.each<[string, TestRequest, number, string]>([
    ['nobody', {}, 2009, 'caller'],
    ['an unknown token', { headers: { 'cf-aig-authorization': STRANGER } }, 2009, 'caller'],
    ['no such gateway', { path: `/v1/${ACCOUNT}/none/openai/x`, headers: known }, 2001, 'caller'],
    ['no such provider', { path: `/v1/${ACCOUNT}/main/none/x`, headers: known }, 2008, 'caller'],
    ['no such path', { path: '/v2', headers: known }, 7003, 'caller'],
    ['no JSON', { path: compat, headers: known, body: '{' }, 2920, 'caller'],
    ['no chat models', { path: compat, headers: known, body: '{"model":"deepgram/x"}' }, 2008, 'caller'],
  ])('a refusal leaves exactly one, which says whose fault it was: %s', async (_, request, code, blame) => {
    const answer = await gateway.request(request);
    expect(gateway.record()).toMatchObject({
      success: false,
      statusCode: answer.status,
      outcome: { kind: 'refused', code, blame },
      responseBody: { data: answer.body },
      responseSize: answer.body.length,
      attempts: [],
    });
    expect(answer.header('cf-aig-log-id')).toBe(gateway.record().id);
  });

  it.each([
    ['refused', 502, 2930, 'upstream'],
    ['name', 502, 2930, 'upstream'],
    ['tls', 502, 2930, 'upstream'],
    ['reset', 502, 2932, 'upstream'],
    ['timeout', 504, 2931, 'upstream'],
    ['protocol', 502, 2005, 'upstream'],
    ['unsendable', 400, 2921, 'caller'],
  ] as const)(
    'a provider that fails with "%s" is %d, one attempt noted',
    async (kind, status, code, blame) => {
      gateway.provider = () => new UpstreamFailure(kind, 'inner detail');
      const answer = await gateway.request({ headers: known, body: '{"model":"gpt-5"}' });
      expect([answer.status, answer.json().internalCode]).toEqual([status, code]);
      expect(answer.body).not.toContain('inner detail');
      expect(gateway.record()).toMatchObject({
        provider: 'openai',
        model: 'gpt-5',
        outcome: { kind: 'refused', code, blame },
        attempts: [{ provider: 'openai', status: null, failure: kind }],
      });
    },
  );

  it('a provider port that throws anything else is our own failure', async () => {
    const bug = new TypeError('bug');
    const ports = { ...gateway.ports(), upstream: { send: () => Promise.reject(bug) } };
    gateway.ports = () => ports;
    expect((await gateway.request({ headers: known })).status).toBe(500);
    expect(gateway.faults).toEqual([bug]);
    expect(gateway.record().outcome).toMatchObject({ code: 2999, blame: 'gateway' });
  });

  it('a record that cannot be handed over disturbs nobody', async () => {
    const ports = { ...gateway.ports(), records: { put: () => Promise.reject(new Error('down')) } };
    gateway.ports = () => ports;
    expect((await gateway.request({ headers: known })).status).toBe(200);
    expect(gateway.faults).toHaveLength(1);
  });
});

describe('whether a record is kept', () => {
  it.each([
    ['the gateway decides', true, undefined, true],
    ['the gateway decides', false, undefined, false],
    ['the caller decides otherwise', true, 'false', false],
    ['the caller decides otherwise', false, 'true', true],
    ['what cannot be read decides nothing', true, 'no', true],
  ])('%s: logs %s, header %s', async (_, collect_logs, header, kept) => {
    gateway.addGateway('main', { collect_logs });
    const answer = await gateway.request({
      headers: { ...known, ...(header === undefined ? {} : { 'cf-aig-collect-log': header }) },
    });
    expect(gateway.records).toHaveLength(kept ? 1 : 0);
    expect(answer.header('cf-aig-log-id') !== undefined).toBe(kept);
    if (header === 'no') expect(gateway.record().warnings).toHaveLength(1);
  });

  it('a caller who was not let in cannot switch it off, nor on', async () => {
    await gateway.request({ headers: { 'cf-aig-collect-log': 'false' } });
    expect(gateway.record().statusCode).toBe(401);
    gateway.addGateway('main', { collect_logs: false });
    await gateway.request({ headers: { 'cf-aig-collect-log': 'true' }, body: 'private' });
    expect(gateway.records).toHaveLength(1);
  });

  it.each([
    ['a step of an unknown provider', known, [{ provider: 'openai' }, { provider: 'nobody' }], 400],
    ['no token', {}, [{ provider: 'openai' }], 401],
  ])('the keys in the steps of a request that is refused stay out: %s', async (_, headers, steps, status) => {
    const body = JSON.stringify(
      steps.map((step) => ({ ...step, endpoint: 'chat', authorization: 'sk-1', query: {} })),
    );
    await gateway.request({ path: `/v1/${ACCOUNT}/main`, headers, body });
    const record = gateway.record();
    expect(record).toMatchObject({ statusCode: status, requestBody: null, requestSize: body.length });
    expect(JSON.stringify(record)).not.toContain('sk-1');
    expect(record.responseBody).not.toBeNull();
  });

  it('bodies stay out where the caller says so', async () => {
    await gateway.request({ headers: { ...known, 'cf-aig-collect-log-payload': 'false' }, body: '{"a":1}' });
    expect(gateway.record()).toMatchObject({ requestBody: null, responseBody: null, requestSize: 7 });
  });
});
