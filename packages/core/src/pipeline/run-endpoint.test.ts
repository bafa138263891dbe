import { beforeEach, describe, expect, it } from '@jest/globals';
import { parseBaseUrls } from '../providers/base-urls.ts';
import { ACCOUNT, GatewayForTest, jsonAnswer, streamAnswer, TOKEN } from './__fixtures__/gateway-for-test.ts';
import { ScriptedBody } from './__fixtures__/scripted-body.ts';

const path = `/client/v4/accounts/${ACCOUNT}/ai/run`;
const headers = { authorization: `Bearer ${TOKEN}`, 'cf-aig-gateway-id': 'main' };
const WORKERS = 'https://workers.example/accounts/1/ai';

let gateway: GatewayForTest;
beforeEach(() => {
  gateway = new GatewayForTest();
  gateway.baseUrls = parseBaseUrls(JSON.stringify({ 'workers-ai': WORKERS }));
  gateway.addToken({
    grants: [{ effect: 'allow', permissions: ['gateway:run', 'inference:read'], gateways: 'all' }],
  });
});
const sent = () => [gateway.lastSent().url, Buffer.from(gateway.lastSent().body ?? []).toString()];
const run = (body: unknown, more: { readonly path?: string } = {}) =>
  gateway.request({ path, headers, body: JSON.stringify(body), ...more });

describe('a run (spec 5.3)', () => {
  it.each([
    [
      'OpenAI messages',
      { model: 'openai/gpt-5', input: { messages: [] } },
      'https://api.openai.com/v1/chat/completions',
      '{"model":"gpt-5","messages":[]}',
    ],
    [
      'OpenAI input',
      { model: 'openai/gpt-5', input: { model: 'x', input: 'hi' } },
      'https://api.openai.com/v1/responses',
      '{"model":"gpt-5","input":"hi"}',
    ],
    [
      'text to embed',
      { model: 'openai/text-embedding-3-small', input: { input: 'hi' } },
      'https://api.openai.com/v1/embeddings',
      '{"model":"text-embedding-3-small","input":"hi"}',
    ],
    [
      'Anthropic messages',
      { model: 'anthropic/claude-x', input: { max_tokens: 5, messages: [] } },
      'https://api.anthropic.com/v1/messages',
      '{"model":"claude-x","max_tokens":5,"messages":[]}',
    ],
    [
      'Google contents',
      { model: 'google/gemini-x', input: { contents: [] } },
      'https://generativelanguage.googleapis.com/v1beta/models/gemini-x:generateContent',
      '{"contents":[]}',
    ],
    [
      'Google contents, streamed',
      { model: 'google/gemini-x', input: { contents: [], stream: true } },
      'https://generativelanguage.googleapis.com/v1beta/models/gemini-x:streamGenerateContent?alt=sse',
      '{"contents":[],"stream":true}',
    ],
    [
      'a Workers AI model',
      { model: '@cf/meta/llama', input: { prompt: 'hi' } },
      `${WORKERS}/run/@cf/meta/llama`,
      '{"prompt":"hi"}',
    ],
    [
      'a model pinned to Cloudflare',
      { model: 'moonshotai/kimi-k2.6', provider: 'cloudflare', input: { messages: [] } },
      `${WORKERS}/run/@cf/moonshotai/kimi-k2.6`,
      '{"messages":[]}',
    ],
  ])('takes %s in its own form, byte for byte but for the model', async (_, body, url, upstream) => {
    expect((await run(body)).status).toBe(200);
    expect(sent()).toEqual([url, upstream]);
  });

  it('is answered in the envelope, with the provider’s bytes as its result', async () => {
    gateway.provider = () => jsonAnswer('{ "id":1.0 }');
    gateway.platformKeys.set('openai', 'operators');
    const answer = await run({ model: 'openai/gpt-5', input: { messages: [] } });
    expect(answer.body).toContain('"result":{ "id":1.0 },');
    expect(answer.json()).toEqual({
      success: true,
      errors: [],
      messages: [],
      state: 'Completed',
      result: { id: 1 },
      gatewayMetadata: { keySource: 'Unified' },
    });
  });

  it('of a Workers AI model has the envelope that the service wrote', async () => {
    gateway.provider = () => jsonAnswer('{"result":{"response":"hi"},"success":true}');
    expect((await run({ prompt: 'hi' }, { path: `${path}/@cf%2Fmeta%2Fllama` })).json()).toEqual({
      result: { response: 'hi' },
      success: true,
    });
    expect(sent()).toEqual([`${WORKERS}/run/@cf/meta/llama`, '{"prompt":"hi"}']);
  });

  it('that fails at the provider has the provider’s status and body', async () => {
    gateway.provider = () => jsonAnswer('{"error":{"message":"no"}}', 429);
    const answer = await run({ model: 'openai/gpt-5', input: { messages: [] } });
    expect([answer.status, answer.body]).toEqual([429, '{"error":{"message":"no"}}']);
  });

  it('that fails inside a 200 has not succeeded', async () => {
    gateway.provider = () => jsonAnswer('{"error":{"message":"no","type":"rate_limit_error"}}');
    const answer = await run({ model: 'openai/gpt-5', input: { messages: [] } });
    expect([answer.status, answer.body]).toEqual([
      429,
      '{"error":{"message":"no","type":"rate_limit_error"}}',
    ]);
  });

  it('that streams has no envelope', async () => {
    const event = 'data: {"choices":[{"delta":{"content":"hi"}}]}\n\n';
    gateway.provider = () => streamAnswer(new ScriptedBody((it) => it.send(event).end()));
    expect((await run({ model: 'openai/gpt-5', input: { messages: [], stream: true } })).body).toBe(event);
  });

  it.each([
    [{ input: {} }, 400, 'model'],
    [{ model: 'openai/gpt-5' }, 400, 'input'],
    [{ model: 'openai/gpt-5', input: 'hi' }, 400, 'input'],
    [{ model: 'openai/gpt-5', input: { prompt: 'a cat' } }, 400, 'input'],
    [{ model: 'openai/gpt-5', input: { contents: [] } }, 400, 'input'],
    [{ model: 'openai/gpt-5', input: {}, options: { webhookUrl: 'https://x.example' } }, 400, 'background'],
    [{ model: 'openai/gpt-5', input: {}, options: { background: true } }, 501, 'background'],
    [{ model: 'openai/gpt-5', provider: 'nobody', input: {} }, 400, 'nobody'],
  ])('%j is %d and says what is wrong', async (body, status, words) => {
    const answer = await run(body);
    expect([answer.status, answer.json().message]).toEqual([status, expect.stringContaining(words)]);
    expect(gateway.sent).toHaveLength(0);
  });

  it('on the gateway host says what failed in its own shape', async () => {
    const answer = await gateway.request({
      path: `/v1/${ACCOUNT}/main/run`,
      headers: { 'cf-aig-authorization': TOKEN },
      body: '{"input":{}}',
    });
    expect(answer.json()).toMatchObject({ state: 'Failed', error: { code: '2921' } });
  });
});
