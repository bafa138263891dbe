import { beforeEach, describe, expect, it } from '@jest/globals';
import type { UpstreamAnswer, UpstreamFailure } from '../ports/upstream.ts';
import { ACCOUNT, GatewayForTest, jsonAnswer, streamAnswer, TOKEN } from './__fixtures__/gateway-for-test.ts';
import { ScriptedBody } from './__fixtures__/scripted-body.ts';

const path = `/v1/${ACCOUNT}/main`;
const headers = { 'cf-aig-authorization': TOKEN, 'user-agent': 'app/1', authorization: 'Bearer nobodys' };
const openai = {
  provider: 'openai',
  endpoint: 'chat/completions',
  authorization: 'Bearer sk-1',
  query: { model: 'gpt-5', messages: [] },
};
const anthropic = {
  provider: 'Anthropic',
  endpoint: '/v1/messages?beta=true',
  headers: { 'x-api-key': 'sk-2', 'anthropic-version': '2023-06-01' },
  query: { model: 'claude', messages: [] },
};

let gateway: GatewayForTest;
beforeEach(() => {
  gateway = new GatewayForTest();
});
const send = (body: unknown, more = {}) =>
  gateway.request({
    path,
    headers: { ...headers, ...more },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
function provider(...answers: readonly (UpstreamAnswer | UpstreamFailure)[]): void {
  const rest = [...answers];
  gateway.provider = () => rest.shift() ?? jsonAnswer('{"ok":true}');
}

describe('the universal endpoint (spec 5.8)', () => {
  it('calls the first step with its own headers and the query’s bytes', async () => {
    const body = `[{"provider":"openai","endpoint":"v1/chat/completions","authorization":"Bearer sk-1","query": {"x":1.0e3, "model":"m"} }]`;
    const answer = await send(body);
    const sent = gateway.lastSent();
    expect([answer.status, answer.header('cf-aig-step')]).toEqual([200, '0']);
    expect(sent.url).toBe('https://api.openai.com/v1/chat/completions');
    expect(Buffer.from(sent.body ?? []).toString()).toBe('{"x":1.0e3, "model":"m"}');
    expect(Object.fromEntries(sent.headers)).toEqual({
      authorization: ['Bearer sk-1'],
      'content-type': ['application/json'],
      'user-agent': ['app/1'],
      'accept-encoding': ['identity'],
    });
  });

  it('takes one step without an array (rule 7), and a slash at the end', async () => {
    const answer = await gateway.request({ path: `${path}/`, headers, body: JSON.stringify(openai) });
    expect([answer.status, answer.header('cf-aig-step')]).toEqual([200, '0']);
  });

  it('goes on to the next step when one fails, and leaves a record of each (spec 5.7)', async () => {
    provider(jsonAnswer('{"error":{"message":"no"}}', 401), jsonAnswer('{"from":"anthropic"}'));
    const answer = await send([openai, anthropic]);
    expect([answer.body, answer.header('cf-aig-step')]).toEqual(['{"from":"anthropic"}', '1']);
    expect(gateway.sent.map(({ url }) => url)).toEqual([
      'https://api.openai.com/v1/chat/completions',
      'https://api.anthropic.com/v1/messages?beta=true',
    ]);
    const [last, first] = gateway.recordsOfSteps().toReversed();
    expect(first).toMatchObject({
      step: 0,
      statusCode: 401,
      success: false,
      provider: 'openai',
      model: 'gpt-5',
    });
    expect(last).toMatchObject({
      step: 1,
      statusCode: 200,
      success: true,
      provider: 'anthropic',
      path: 'v1/messages',
    });
    expect([first?.requestId, last?.requestId, first?.id === last?.id]).toEqual([
      first?.id,
      first?.id,
      false,
    ]);
    expect([answer.header('cf-aig-request-id'), answer.header('cf-aig-log-id')]).toEqual([
      first?.id,
      last?.id,
    ]);
  });

  it('answers with the last step’s failure when all fail (spec 5.7-4)', async () => {
    provider(jsonAnswer('{"n":1}', 500), jsonAnswer('{"n":2}', 429));
    const answer = await send([openai, anthropic]);
    expect([answer.status, answer.body, answer.header('cf-aig-step')]).toEqual([429, '{"n":2}', '1']);
    expect(gateway.records.map(({ statusCode }) => statusCode).toSorted()).toEqual([429, 500]);
  });

  it('exhausts a step’s attempts before the next (spec 5.6-5), each with its own settings', async () => {
    provider(jsonAnswer('{}', 500), jsonAnswer('{}', 500), jsonAnswer('{}'));
    const twice = { ...openai, config: { maxAttempts: 2, requestTimeout: 900 } };
    const once = { ...anthropic, headers: { ...anthropic.headers, 'cf-aig-request-timeout': '700' } };
    await send([twice, once], { 'cf-aig-request-timeout': '100' });
    expect(gateway.sent.map(({ firstByteTimeout }) => firstByteTimeout)).toEqual([900, 280_000, 700]);
    const [last, first] = gateway.recordsOfSteps().toReversed();
    expect(first).toMatchObject({
      attempts: [{ status: 500 }, { status: 500 }],
      settings: {
        maxAttempts: { value: 2, source: 'step-config' },
        requestTimeout: { value: 900, source: 'step-config' },
      },
    });
    expect(last?.settings).toEqual({ requestTimeout: { value: 700, source: 'step-headers' } });
  });

  it('a step’s headers go before the request’s, and the request’s hold where a step says nothing (spec 4.1)', async () => {
    provider(jsonAnswer('{}', 500), jsonAnswer('{}', 500), jsonAnswer('{}'));
    const own = (said: object) => ({ ...openai, headers: said });
    const steps = [
      own({ 'cf-aig-collect-log': 'false' }),
      own({ 'cf-aig-collect-log-payload': 'false', 'cf-aig-metadata': '{"of":"step"}' }),
      openai,
    ];
    await send(steps, { 'cf-aig-metadata': '{"of":"request"}', 'cf-aig-event-id': 'event' });
    const told = gateway
      .recordsOfSteps()
      .map(({ step, metadata, requestBody, eventId }) => [step, metadata.of, requestBody !== null, eventId]);
    expect(told).toEqual([
      [1, 'step', false, 'event'],
      [2, 'request', true, 'event'],
    ]);
  });

  it.each([
    ['no-wholesale', { 'cf-aig-no-wholesale': 'true' }, 2911],
    ['zdr', { 'cf-aig-zdr': 'true' }, 2954],
    ['byok-alias', { 'cf-aig-byok-alias': 'other' }, 2040],
  ])('%s decides whose key a step uses, said in the step or for the request', async (_, said, code) => {
    gateway.platformKeys.set('openai', 'sk-operators');
    const { authorization: _own, ...keyless } = openai;
    const answers = [await send([{ ...keyless, headers: said }]), await send([keyless], said)];
    for (const answer of answers) expect(answer.json().error).toMatchObject([{ code }]);
    expect(gateway.sent).toHaveLength(0);
  });

  it('goes on when a provider’s own stream begins with an error, announced or not', async () => {
    const overloaded =
      'event: message_start\ndata: {"type":"message_start","message":{}}\n\n' +
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"busy"}}\n\n';
    const word = 'data: {"choices":[{"delta":{"content":"hi"}}]}\n\n';
    const streams = (text: string) => streamAnswer(new ScriptedBody((it) => it.send(text).end()));
    provider(streams(overloaded), streams(word));
    const answer = await send([anthropic, openai]);
    expect([answer.status, answer.body, answer.header('cf-aig-step')]).toEqual([200, word, '1']);
    expect(gateway.recordsOfSteps()[0]).toMatchObject({
      statusCode: 503,
      success: false,
      attempts: [{ status: 200, failure: 'error-event' }],
    });
  });

  it.each([
    ['xAI', '{"code":"resource exhausted","error":"too many requests"}', 429],
    ['OpenRouter', '{"error":{"message":"busy","code":503},"user_id":"u"}', 503],
    ['Anthropic', '{"type":"error","error":{"type":"overloaded_error","message":"busy"}}', 503],
  ])('goes on when a 200 is nothing but an error: %s', async (_, body, statusCode) => {
    provider(jsonAnswer(body), jsonAnswer('{"id":"1"}'));
    const answer = await send([anthropic, openai]);
    expect([answer.status, answer.body, answer.header('cf-aig-step')]).toEqual([200, '{"id":"1"}', '1']);
    expect(gateway.recordsOfSteps()).toMatchObject([
      { statusCode, success: false, attempts: [{ status: 200, failure: 'error-event' }] },
      { statusCode: 200, success: true },
    ]);
  });

  it('translates a step of the pseudo-provider compat (rule 5)', async () => {
    const step = {
      provider: 'compat',
      endpoint: 'chat/completions',
      authorization: 'Bearer sk-ant',
      query: { model: 'anthropic/claude-sonnet-5', messages: [{ role: 'user', content: 'hi' }] },
    };
    gateway.provider = () =>
      jsonAnswer(
        '{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[{"type":"text","text":"hello"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":2}}',
      );
    const answer = await send([step]);
    expect(gateway.lastSent().headers.get('x-api-key')).toEqual(['sk-ant']);
    expect(answer.json()).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { content: 'hello' }, finish_reason: 'stop' }],
    });
  });

  it('a gateway token in a step reaches no provider, wherever it stands', async () => {
    const step = {
      ...openai,
      authorization: `Bearer ${TOKEN}`,
      endpoint: `chat/completions?key=${TOKEN}`,
      headers: { 'x-mine': TOKEN, 'cf-aig-authorization': TOKEN },
    };
    await send([step]);
    const { url, headers: sent } = gateway.lastSent();
    expect(JSON.stringify([url, ...sent])).not.toContain(TOKEN);
    expect([...sent.keys()].filter((name) => name.startsWith('cf-'))).toEqual([]);
  });

  it.each([
    ['[]', 'at least one'],
    ['{', 'not valid JSON'],
    ['[1]', 'must be an object'],
    [JSON.stringify(Array.from({ length: 1000 }, () => openai)), '20 steps'],
    [[{ ...openai, query: undefined }], '"query" is required'],
    [[{ ...openai, query: 'text' }], '"query" is required'],
    [[{ ...openai, endpoint: 5 }], '"endpoint" is required'],
    [[{ ...openai, provider: null }], '"provider" is required'],
    [[openai, { ...openai, provider: 'opemai' }], '"opemai"'],
    [[{ ...openai, config: [] }], '"config" must be'],
    [[{ ...openai, headers: { 'x\n': '1' } }], '"headers" must be'],
    [[{ ...openai, headers: { x: 'a\r\nb: c' } }], '"headers" must be'],
    [[{ ...openai, headers: { x: '愛' } }], '"headers" must be'],
    [[{ ...openai, headers: { 'cf-aig-metadata': '{\n}' } }], '"headers" must be'],
    [[{ ...openai, authorization: {} }], '"authorization" must be'],
    [[{ ...openai, authorization: 'a\r\nb: c' }], '"authorization" must be'],
    [[openai, { ...openai, provider: 'compat', query: { model: 'nobody/x' } }], 'names no provider'],
    [[{ ...openai, provider: 'compat', endpoint: 'nothing' }], '"compat" has no endpoint "nothing"'],
    [[{ ...openai, provider: 'compat', endpoint: 'models' }], '"compat" has no endpoint "models"'],
  ])('%j is refused before anybody is called', async (body, words) => {
    const answer = await send(body);
    expect([answer.status, answer.json().message]).toEqual([400, expect.stringContaining(words)]);
    expect([gateway.sent.length, gateway.records.length]).toEqual([0, 1]);
  });

  it.each([
    [{ query: 1 }, ['query']],
    [{ authorization: 1 }, ['authorization']],
    [{ provider: 'compat', endpoint: 'nothing' }, ['endpoint']],
    [{ provider: 'compat', query: { messages: [] } }, ['query', 'model']],
    [{ endpoint: '../admin' }, []],
    [{ headers: { 'cf-aig-byok-alias': 'absent' }, authorization: null }, []],
  ])('names the place of what is wrong: %j', async (fault, place) => {
    const answer = await send([openai, { ...openai, ...fault }]);
    expect(answer.status).toBe(400);
    expect(answer.json().errors).toMatchObject([{ path: ['body', '1', ...place] }]);
  });

  it('takes null for what a step leaves out', async () => {
    const { status } = await send([{ ...openai, headers: null, config: null, authorization: null }]);
    expect([status, gateway.lastSent().headers.has('authorization')]).toEqual([200, false]);
  });

  it('metadata of a step may be in any script: it goes to nobody', async () => {
    const { status } = await send([{ ...openai, headers: { 'CF-AIG-Metadata': '{"who":"Jörg 愛 🦜"}' } }]);
    expect([status, gateway.record().metadata]).toEqual([200, { who: 'Jörg 愛 🦜' }]);
  });

  it('a step’s "authorization" is its header of that name (rule 3), whatever its headers hold', async () => {
    await send([{ ...openai, headers: { Authorization: 'Bearer sk-other' } }]);
    expect(gateway.lastSent().headers.get('authorization')).toEqual(['Bearer sk-1']);
  });

  it('takes POST only', async () => {
    expect((await gateway.request({ path, headers, method: 'GET' })).status).toBe(405);
  });
});
