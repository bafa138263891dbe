import { beforeEach, describe, expect, it } from '@jest/globals';
import { parseBaseUrls } from '../providers/base-urls.ts';
import { ACCOUNT, GatewayForTest, streamAnswer, TOKEN } from './__fixtures__/gateway-for-test.ts';
import { ScriptedBody } from './__fixtures__/scripted-body.ts';

const path = `/v1/${ACCOUNT}/main/compat/chat/completions`;
const headers = { 'cf-aig-authorization': TOKEN, authorization: 'Bearer mine' };
const USAGE = 'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":5}}\n\n';
const WORD = 'data: {"model":"gpt-5","choices":[{"delta":{"content":"hi"}}]}\n\n';
const DONE = 'data: [DONE]\n\n';

let gateway: GatewayForTest;
beforeEach(() => {
  gateway = new GatewayForTest();
});
const sentBody = () => Buffer.from(gateway.lastSent().body ?? []).toString();

describe('the unified endpoint', () => {
  it('rewrites the model and not a byte besides', async () => {
    const body = '{ "x" : 1.0e3,\n "model":"openai\\/gpt-5" , "messages":[{"content":"ü\\u00fc"}], "x":2 }';
    await gateway.request({ path, headers, body });
    expect(sentBody()).toBe(body.replace('openai\\/gpt-5', 'gpt-5'));
    expect(gateway.lastSent().url).toBe('https://api.openai.com/v1/chat/completions');
    expect(gateway.record()).toMatchObject({
      provider: 'openai',
      model: 'gpt-5',
      surface: 'compat',
      compatibilityMode: true,
    });
  });

  it.each([
    ['grok/grok-4', 'https://api.x.ai/v1/chat/completions', 'grok-4'],
    ['xai/grok-4', 'https://api.x.ai/v1/chat/completions', 'grok-4'],
    ['openrouter/meta/llama/4', 'https://openrouter.ai/api/v1/chat/completions', 'meta/llama/4'],
  ])('%s goes to %s', async (model, url, name) => {
    await gateway.request({ path, headers, body: JSON.stringify({ model }) });
    expect([gateway.lastSent().url, JSON.parse(sentBody())]).toEqual([url, { model: name }]);
  });

  it('asks for the usage of a stream and hides it from a caller who did not', async () => {
    const body = new ScriptedBody((it) => it.send(WORD, USAGE.slice(0, 20), USAGE.slice(20), DONE).end());
    gateway.provider = () => streamAnswer(body);
    const answer = await gateway.request({ path, headers, body: '{"model":"openai/gpt-5","stream":true}' });
    expect(sentBody()).toBe('{"stream_options":{"include_usage":true},"model":"gpt-5","stream":true}');
    expect(answer.body).toBe(WORD + DONE);
    expect(gateway.record()).toMatchObject({
      usage: { input: 3, output: 5 },
      streamed: true,
      success: true,
      responseBody: { data: WORD + USAGE + DONE, complete: true },
    });
  });

  it('leaves the usage to a caller who asked for it', async () => {
    gateway.provider = () => streamAnswer(new ScriptedBody((it) => it.send(WORD, USAGE, DONE).end()));
    const body = '{"model":"openai/gpt-5","stream":true,"stream_options":{"include_usage":true}}';
    const answer = await gateway.request({ path, headers, body });
    expect(sentBody()).toBe(body.replace('openai/', ''));
    expect(answer.body).toBe(WORD + USAGE + DONE);
  });

  it.each([
    ['{', 400, 2920],
    ['', 400, 2920],
    ['[]', 400, 2920],
    ['{}', 400, 2921],
    ['{"model":5}', 400, 2921],
    ['{"model":"gpt-5"}', 400, 2921],
    ['{"model":"nobody/gpt-5"}', 400, 2008],
  ])('%j is %d with code %d', async (body, status, code) => {
    const answer = await gateway.request({ path, headers, body });
    expect([answer.status, answer.json().internalCode]).toEqual([status, code]);
    expect(gateway.record().outcome).toMatchObject({ code, blame: 'caller' });
  });

  it('takes POST only', async () => {
    expect((await gateway.request({ path, headers, method: 'GET' })).status).toBe(405);
  });

  it.each([
    ['v1/models', '{"object":"list","data":[{"id":"'],
    ['v1/v1/models', '{"data":[{"type":"model","id":"'],
    ['models/search?search=claude&per_page=2', '"result_info":{"page":1,"per_page":2,"count":2,'],
    ['models/schema?model=@cf/openai/gpt-oss-120b', '"result":{"input":{'],
    ['authors/search', '"name":"anthropic"'],
    ['tasks/search', '"name":"Text Generation"'],
  ])('GET /ai/%s is answered from the catalogue, and leaves no record', async (at, part) => {
    const [name = '', query = ''] = at.split('?');
    const models = `/client/v4/accounts/${ACCOUNT}/ai/${name}`;
    const request = { path: models, query, headers: { authorization: TOKEN, 'cf-aig-gateway-id': 'main' } };
    const answer = await gateway.request({ ...request, method: 'GET' });
    expect([answer.status, answer.body]).toEqual([200, expect.stringContaining(part)]);
    expect(answer.header('cf-aig-log-id')).toBeUndefined();
    expect([gateway.records, gateway.sent]).toEqual([[], []]);
    expect((await gateway.request({ ...request, method: 'DELETE' })).status).toBe(405);
    expect((await gateway.request({ path: models, query, method: 'GET' })).status).toBe(401);
  });

  it('a model that the catalogue does not have is not found', async () => {
    const models = `/client/v4/accounts/${ACCOUNT}/ai/v1/models/nobody%2Fnothing`;
    const known = { authorization: TOKEN, 'cf-aig-gateway-id': 'main' };
    expect((await gateway.request({ path: models, headers: known, method: 'GET' })).status).toBe(404);
  });

  it.each([301, 302, 307, 308])('a redirect (%d) is neither followed nor passed on', async (status) => {
    gateway.provider = () => ({ ...streamAnswer(new ScriptedBody()), status });
    const answer = await gateway.request({ path, headers, body: '{"model":"openai/gpt-5"}' });
    expect([answer.status, answer.json().internalCode]).toEqual([502, 2933]);
  });

  it.each(['application/json', 'text/event-stream'])('nothing at all as %s is no answer', async (type) => {
    gateway.provider = () => streamAnswer(new ScriptedBody((it) => it.end()), type);
    const answer = await gateway.request({ path, headers, body: '{"model":"openai/gpt-5"}' });
    expect([answer.status, answer.json().internalCode]).toEqual([502, 2005]);
    expect(gateway.record().attempts).toMatchObject([{ status: 200, failure: 'unusable-answer' }]);
  });

  it.each([
    ['{"error":{"message":"busy","type":"overloaded_error"}}', 503],
    ['{"code":"The caller is not authorised","error":"No such key"}', 502],
    ['{"error":{"code":429,"message":"Slow down"},"user_id":"u"}', 429],
    ['{"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}}', 429],
  ])('an error inside a 200 has its own status, whatever it calls itself: %s', async (error, status) => {
    for (const type of ['application/json', 'text/event-stream']) {
      gateway = new GatewayForTest();
      gateway.provider = () => streamAnswer(new ScriptedBody((it) => it.send(error).end()), type);
      const answer = await gateway.request({ path, headers, body: '{"model":"xai/grok-4","stream":true}' });
      expect([answer.status, answer.body, answer.header('content-type')]).toEqual([
        status,
        error,
        'application/json',
      ]);
      expect(gateway.record()).toMatchObject({
        success: false,
        attempts: [{ status: 200, failure: 'error-event' }],
      });
    }
  });

  it.each([
    '{"object":"response","status":"completed","error":null,"output":[]}',
    '{"object":"response","status":"failed","error":{"code":"server_error","message":"no"},"output":[]}',
    '{"choices":[{"message":{"content":"\\"error\\":{"}}],"error":{"code":502,"message":"late"}}',
  ])('an answer beside which an error may stand keeps its status: %s', async (said) => {
    gateway.provider = () => streamAnswer(new ScriptedBody((it) => it.send(said).end()), 'application/json');
    const answer = await gateway.request({ path, headers, body: '{"model":"openai/gpt-5"}' });
    expect([answer.status, answer.body]).toEqual([200, said]);
  });

  it.each([
    ['openai-chat', 'chat/completions', 'openai/gpt-5', WORD],
    [
      'openai-responses',
      'responses',
      'openai/gpt-5',
      'data: {"type":"response.output_text.delta","delta":"hi"}\n\n',
    ],
    [
      'anthropic-messages',
      'messages',
      'anthropic/claude',
      'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"type":"text_delta","text":"hi"}}\n\n',
    ],
  ])(
    'a stream that ends without saying so is told from a whole one: %s',
    async (_format, name, model, word) => {
      gateway.provider = () => streamAnswer(new ScriptedBody((it) => it.send(word).end()));
      const answer = await gateway.request({
        path: `/v1/${ACCOUNT}/main/compat/${name}`,
        headers,
        body: JSON.stringify({ model, stream: true }),
      });
      expect(answer.status).toBe(200);
      expect(answer.body.startsWith(word)).toBe(true);
      const last = answer.body.trimEnd().split('data: ').at(-1) ?? '';
      expect(JSON.parse(last).error.message).toContain('without saying that it was complete');
      expect(gateway.record()).toMatchObject({
        success: false,
        outcome: { kind: 'broken', blame: 'upstream' },
        responseBody: { data: word, complete: false },
      });
    },
  );

  it.each([
    ['chat/completions', 'openai/gpt-5', `${WORD}${DONE.slice(0, 8)}`, DONE.slice(8)],
    [
      'chat/completions',
      'openai/gpt-5',
      WORD,
      'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n',
      USAGE,
    ],
    ['chat/completions', 'openai/gpt-5', WORD, 'data: {"error":{"message":"no"}}\n\n'],
    [
      'responses',
      'openai/gpt-5',
      'data: {"type":"response.output_text.delta","delta":"hi"}\n\n',
      'data: {"type":"response.incomplete","response":{}}\n\n',
    ],
    [
      'messages',
      'anthropic/claude',
      'data: {"type":"content_block_delta"}\n\n',
      'data: {"type": "message_stop" }\n\n',
    ],
  ])('a stream of %s that says its end gets no other', async (name, model, ...sent) => {
    gateway.provider = () => streamAnswer(new ScriptedBody((it) => it.send(...sent).end()));
    const body = JSON.stringify({ model, stream: true, stream_options: { include_usage: true } });
    const answer = await gateway.request({ path: `/v1/${ACCOUNT}/main/compat/${name}`, headers, body });
    expect(answer.body).toBe(sent.join(''));
  });

  it('a stream that ends after its announcement is no answer, and can be tried again', async () => {
    const announced = 'data: {"choices":[{"delta":{"role":"assistant","content":""}}]}\n\n';
    gateway.provider = () => streamAnswer(new ScriptedBody((it) => it.send(announced).end()));
    const answer = await gateway.request({ path, headers, body: '{"model":"openai/gpt-5","stream":true}' });
    expect([answer.status, answer.json().internalCode]).toEqual([502, 2932]);
    expect(gateway.record().attempts).toMatchObject([{ status: 200, failure: 'upstream-broke' }]);
  });

  it('an answer that is neither JSON nor events is not an answer, and is not read', async () => {
    const body = new ScriptedBody();
    gateway.provider = () => streamAnswer(body, 'text/html');
    const answer = await gateway.request({ path, headers, body: '{"model":"openai/gpt-5"}' });
    expect([answer.status, answer.json().internalCode, body.asked]).toEqual([502, 2005, ['cancel']]);
  });

  const api = `/client/v4/accounts/${ACCOUNT}/ai/v1`;
  const known = { authorization: TOKEN, 'cf-aig-gateway-id': 'main' };

  it.each([
    [`${api}/messages`, 'anthropic/claude', 'https://api.anthropic.com/v1/messages'],
    [`${api}/v1/messages`, 'anthropic/claude', 'https://api.anthropic.com/v1/messages'],
    [`${api}/v1/messages/count_tokens`, 'anthropic/c', 'https://api.anthropic.com/v1/messages/count_tokens'],
    [`${api}/responses`, 'openai/gpt-5', 'https://api.openai.com/v1/responses'],
    [`${api}/responses`, 'xai/grok-4', 'https://api.x.ai/v1/responses'],
    [`${api}/embeddings`, 'openai/text-embedding-3-small', 'https://api.openai.com/v1/embeddings'],
    [`${api}/embeddings`, 'mistral/mistral-embed', 'https://api.mistral.ai/v1/embeddings'],
    [`/v1/${ACCOUNT}/main/compat/v1/responses`, 'openai/gpt-5', 'https://api.openai.com/v1/responses'],
  ])('%s with %s is served by the provider itself', async (at, model, url) => {
    const all = { ...headers, ...known };
    expect((await gateway.request({ path: at, headers: all, body: JSON.stringify({ model }) })).status).toBe(
      200,
    );
    expect(gateway.lastSent().url).toBe(url);
  });

  it('counts tokens only where the provider does, and says so to Anthropic’s client', async () => {
    const body = '{"model":"openai/gpt-5"}';
    const answer = await gateway.request({ path: `${api}/messages/count_tokens`, headers: known, body });
    expect([answer.status, answer.json()]).toEqual([
      404,
      expect.objectContaining({ type: 'error', error: expect.objectContaining({ type: 'not_found_error' }) }),
    ]);
  });

  it('sends the field that pins a provider to nobody', async () => {
    gateway.baseUrls = parseBaseUrls('{"workers-ai":"https://w.example/ai"}');
    const body = '{"model":"moonshotai/kimi-k2.6","provider":"cloudflare","messages":[]}';
    await gateway.request({ path: `${api}/chat/completions`, headers: known, body });
    expect([gateway.lastSent().url, sentBody()]).toEqual([
      'https://w.example/ai/v1/chat/completions',
      '{"model":"@cf/moonshotai/kimi-k2.6","messages":[]}',
    ]);
  });

  it('a pinned provider holds on every format’s endpoint', async () => {
    gateway.baseUrls = parseBaseUrls('{"workers-ai":"https://w.example/ai"}');
    const body = '{"model":"openai/gpt-oss-120b","provider":"cloudflare","input":"hi"}';
    await gateway.request({ path: `${api}/responses`, headers: known, body });
    expect(gateway.lastSent().url).toMatch(/^https:\/\/w\.example\/ai\//);
    expect(gateway.record()).toMatchObject({ provider: 'workers-ai', model: '@cf/openai/gpt-oss-120b' });
  });

  it('translates where a conversation carries a proof that we packed, because the provider would refuse it', async () => {
    const thinking = { type: 'thinking', thinking: 'hm', signature: 'weir:google:signature:::abc' };
    const messages = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: [thinking, { type: 'text', text: 'hello' }] },
      { role: 'user', content: 'go on' },
    ];
    const body = JSON.stringify({ model: 'anthropic/claude-sonnet-4-5', max_tokens: 5, messages });
    await gateway.request({ path: `${api}/messages`, headers: known, body });
    expect(gateway.lastSent().url).toBe('https://api.anthropic.com/v1/messages');
    expect(sentBody()).not.toContain('weir:');
    expect(JSON.parse(sentBody()).messages[1].content).toEqual([{ type: 'text', text: 'hello' }]);
  });
});
