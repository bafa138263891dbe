import { beforeEach, describe, expect, it } from '@jest/globals';
import type { UpstreamAnswer } from '../ports/upstream.ts';
import { parseBaseUrls } from '../providers/base-urls.ts';
import { end, model, start } from '../routing/__fixtures__/elements.ts';
import { createRouter } from '../routing/index.ts';
import type { RouteElement } from '../routing/route.ts';
import { ACCOUNT, GatewayForTest, jsonAnswer, TOKEN } from './__fixtures__/gateway-for-test.ts';

const api = `/client/v4/accounts/${ACCOUNT}/ai/v1`;
const headers = { authorization: `Bearer ${TOKEN}`, 'cf-aig-gateway-id': 'main' };
const THEIRS = 'gAAAAABpPDxyz';
const HEX = '0953eda47ee17400691c3b6c5b4a9081a3b1c2d3e4f5a6b7c8';

let gateway: GatewayForTest;
beforeEach(() => {
  gateway = new GatewayForTest();
  gateway.router = createRouter();
  for (const provider of ['openai', 'anthropic', 'grok', 'groq', 'google-ai-studio', 'azure-openai'])
    gateway.platformKeys.set(provider, `sk-${provider}`);
  gateway.provider = () => jsonAnswer('{}');
});

const ask = (path: string, body: object | string) =>
  gateway.request({
    path: `${api}/${path}`,
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const sent = () => Buffer.from(gateway.lastSent().body ?? []).toString();
const told = () => gateway.record().warnings.filter((it) => it.startsWith('left out'));

const encrypted = [
  { role: 'user', content: 'hi' },
  { type: 'reasoning', id: `rs_${HEX}`, summary: [], encrypted_content: THEIRS },
  { type: 'message', id: `msg_${HEX}`, role: 'assistant', content: [{ type: 'output_text', text: 'hello' }] },
  { role: 'user', content: 'go on' },
];

describe('a conversation that goes on with another provider', () => {
  it('loses what only the last one can read, and the record says what', async () => {
    await ask('responses', { model: 'grok/grok-4', input: encrypted });
    const { id: _, ...message } = encrypted[2] ?? {};
    expect(JSON.parse(sent())).toEqual({ model: 'grok-4', input: [encrypted[0], message, encrypted[3]] });
    expect(told()).toEqual(['left out for grok: 1 reasoning block signed by openai, 1 item id of openai']);
  });

  it('keeps every other byte', async () => {
    const signed = '{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}';
    const extra = ' , "extra_content": {"google": {"thought_signature": "sig"}}';
    const body = (own: string) =>
      `{ "model":"NAME", "temperature":1.0,"big":9007199254740993,"messages":[{"role":"assistant","tool_calls":[${signed}${own}}]} ] }`;
    await ask('chat/completions', body(extra).replace('NAME', 'openai/gpt-5'));
    expect(sent()).toBe(body('').replace('NAME', 'gpt-5'));
    expect(told()).toEqual(['left out for openai: 1 reasoning block signed by google']);
  });

  it('goes on as it is with the provider that it was with, and the record is silent', async () => {
    const body = JSON.stringify({
      model: 'openai/gpt-5',
      input: encrypted,
      previous_response_id: `resp_${HEX}`,
    });
    await ask('responses', body);
    expect(sent()).toBe(body.replace('openai/gpt-5', 'gpt-5'));
    expect(told()).toEqual([]);
  });

  it('tells what a translated request leaves out as well', async () => {
    const thinking = { type: 'thinking', thinking: 'hm', signature: 'EvMC' };
    const messages = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: [thinking, { type: 'text', text: 'hello' }] },
      { role: 'user', content: 'go on' },
    ];
    await ask('messages', { model: 'google-ai-studio/gemini-3-pro', max_tokens: 9, messages });
    expect(sent()).not.toContain('EvMC');
    expect(told()).toEqual(['left out for google-ai-studio: 1 reasoning block signed by anthropic']);
  });

  it('is refused where it would mean something else, before anybody is called', async () => {
    const answer = await ask('responses', {
      model: 'grok/grok-4',
      input: 'hi',
      previous_response_id: `resp_${HEX}`,
    });
    expect([answer.status, answer.json()]).toMatchObject([
      400,
      {
        error: { message: expect.stringContaining('Send the whole conversation') },
        errors: [{ path: ['body', 'previous_response_id'] }],
      },
    ]);
    expect(gateway.sent).toEqual([]);
  });
});

describe('a route that changes the provider', () => {
  const of = (provider: string, element: RouteElement) =>
    element.type === 'model' ? { ...element, properties: { ...element.properties, provider } } : element;
  function deploy(...elements: readonly RouteElement[]): void {
    const snapshot = gateway.addGateway('main');
    const at = '2026-01-01T00:00:00.000Z';
    const times = { createdAt: at, modifiedAt: at, versionCreatedAt: at, deployedAt: at };
    const route = { id: 'r1', name: 'r', versionId: 'v1', deploymentId: 'd1', elements, ...times };
    gateway.gateways.set(snapshot.id, { ...snapshot, routes: [route] });
  }
  const answers = (...given: readonly UpstreamAnswer[]) => {
    const rest = [...given];
    gateway.provider = () => rest.shift() ?? jsonAnswer('{}');
  };

  it('cleans the conversation for each model that it comes to, from what the client wrote', async () => {
    deploy(start('a'), of('grok', model('a', 'e', 'b')), of('openai', model('b', 'e', 'e')), end());
    answers({ ...jsonAnswer('{}'), status: 500 });
    await ask('responses', { model: 'dynamic/r', input: encrypted });
    expect(Object.fromEntries(gateway.records.map((it) => [it.provider, it.warnings]))).toEqual({
      grok: ['left out for grok: 1 reasoning block signed by openai, 1 item id of openai'],
      openai: [],
    });
    expect(JSON.parse(sent())).toMatchObject({ input: encrypted });
  });

  it.each([
    ['responses', (model: string) => ({ model, input: encrypted }), 'rs_'],
    [
      'messages',
      (model: string) => ({
        model,
        max_tokens: 4_000,
        thinking: { type: 'enabled', budget_tokens: 1_024 },
        messages: [
          { role: 'user', content: 'hi' },
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'hm', signature: `weir:openai:encrypted:rs_1::${THEIRS}` },
              { type: 'text', text: 'hello' },
            ],
          },
          { role: 'user', content: 'go on' },
        ],
      }),
      'weir:',
    ],
  ])(
    'shows what OpenAI encrypted to the first of two whose things look the same: %s',
    async (path, body, mark) => {
      const [openai, azure] = [model('gpt-5', 'e', 'r/d'), model('r/d', 'e', 'e')];
      deploy(start('gpt-5'), of('openai', openai), of('azure-openai', azure), end());
      gateway.baseUrls = parseBaseUrls('{"azure-openai":"https://azure.example/x"}');
      answers({ ...jsonAnswer('{}'), status: 500 });
      await ask(path, body('dynamic/r'));
      const bodies = gateway.sent.map((it) => Buffer.from(it.body ?? []).toString());
      expect(bodies.map((it) => it.includes(THEIRS))).toEqual([true, false]);
      expect(bodies[1]).not.toContain(mark);
      expect(gateway.records.flatMap(({ warnings }) => warnings).join()).toContain(
        'left out for azure-openai: 1 reasoning block signed by openai',
      );
    },
  );

  it('takes a model’s fallback where the conversation cannot be said to it', async () => {
    deploy(start('a'), of('grok', model('a', 'e', 'b')), of('openai', model('b', 'e', 'e')), end());
    const answer = await ask('responses', {
      model: 'dynamic/r',
      input: 'go on',
      previous_response_id: `resp_${HEX}`,
    });
    expect([answer.status, gateway.sent.length]).toEqual([200, 1]);
    expect(JSON.parse(sent())).toMatchObject({ previous_response_id: `resp_${HEX}` });
    expect(gateway.record().route?.steps.map(({ element, branch }) => `${element}:${branch}`)).toContain(
      'a:fallback',
    );
  });

  it('answers with the refusal where no model is left', async () => {
    deploy(start('a'), of('grok', model('a', 'e', 'e')), end());
    const answer = await ask('responses', {
      model: 'dynamic/r',
      input: 'hi',
      previous_response_id: `resp_${HEX}`,
    });
    expect([answer.status, gateway.sent]).toEqual([400, []]);
  });
});
