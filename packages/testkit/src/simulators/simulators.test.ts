import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type ProviderSimulators, type Script, startProviderSimulators } from './index.ts';

let simulators: ProviderSimulators;
beforeAll(async () => {
  simulators = await startProviderSimulators();
});
afterAll(() => simulators?.stop());

const GREETS: Script = {
  steps: [{ kind: 'text', pieces: ['Grüße ', '🌍'] }],
  finish: 'done',
  usage: { input: 10, cached: 4, output: 5, reasoning: 0 },
};

let marker = '';
let scripts = 0;
let name = '';
beforeEach(() => {
  name = `test-${scripts++}`;
  marker = simulators.script(name, GREETS);
});

const KEYS = {
  authorization: 'Bearer k',
  'x-api-key': 'k',
  'x-goog-api-key': 'k',
  'anthropic-version': '2023-06-01',
};

async function post(provider: string, path: string, body: unknown, headers: Record<string, string> = KEYS) {
  const base = simulators.baseUrls[provider]?.replace('{resource}', 'contoso');
  const answer = await fetch(`${base}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
}

const chat = (text: string) => ({ model: 'm', messages: [{ role: 'user', content: text }] });

describe('what a provider refuses is refused in its own words', () => {
  const call = { id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } };
  const asked = (content: unknown) => ({ role: 'user', content });

  test.each<
    [provider: string, path: string, body: (marker: string) => unknown, status: number, words: string]
  >([
    ['openai', '/chat/completions', (it) => ({ ...chat(it), made_up: 1 }), 400, 'made_up: Extra inputs'],
    [
      'openai',
      '/chat/completions',
      (it) => ({ model: 'm', messages: [asked(it), { role: 'assistant', tool_calls: [call] }, asked('x')] }),
      400,
      'must be followed by tool messages',
    ],
    [
      'openai',
      '/chat/completions',
      (it) => ({ ...chat(it), tool_choice: 'auto' }),
      400,
      "only allowed when 'tools' are specified",
    ],
    ['openai', '/responses', (it) => ({ model: 'm', input: it, max_output_tokens: 8 }), 400, 'from 16'],
    [
      'openai',
      '/responses',
      (it) => ({
        model: 'm',
        input: it,
        tools: [{ type: 'function', name: 'f', parameters: { type: 'object', properties: { a: {} } } }],
      }),
      400,
      'additionalProperties',
    ],
    [
      'openai',
      '/responses',
      (it) => ({ model: 'm', input: [asked(it), { type: 'reasoning', id: 'rs_1', summary: [] }] }),
      400,
      'without its required following item',
    ],
    [
      'anthropic',
      '/v1/messages',
      (it) => ({ model: 'm', messages: [asked(it)] }),
      400,
      'max_tokens: must be a number',
    ],
    [
      'anthropic',
      '/v1/messages',
      (it) => ({
        model: 'm',
        max_tokens: 9,
        messages: [
          asked(it),
          { role: 'assistant', content: [{ type: 'tool_use', id: 'a:b', name: 'f', input: {} }] },
        ],
      }),
      400,
      'must match',
    ],
    [
      'anthropic',
      '/v1/messages',
      (it) => ({
        model: 'm',
        max_tokens: 9,
        messages: [
          asked([
            { type: 'text', text: it },
            { type: 'text', text: ' ' },
          ]),
        ],
      }),
      400,
      'text must not be empty',
    ],
    [
      'google-ai-studio',
      '/v1beta/models/m:generateContent',
      (it) => ({
        contents: [
          { role: 'user', parts: [{ text: it }] },
          { role: 'user', parts: [{ text: 'x' }] },
        ],
      }),
      400,
      'alternate between user and model',
    ],
    [
      'google-ai-studio',
      '/v1beta/models/m:generateContent',
      (it) => ({
        contents: [{ role: 'user', parts: [{ text: it }] }],
        tools: [
          {
            functionDeclarations: [
              { name: 'f', parameters: { type: 'object', additionalProperties: false } },
            ],
          },
        ],
      }),
      400,
      'Unknown name',
    ],
    [
      'aws-bedrock',
      '/model/m/converse',
      (it) => ({
        messages: [
          asked([{ text: it }]),
          { role: 'assistant', content: [{ toolUse: { toolUseId: 'a', name: 'f', input: {} } }] },
          asked([{ toolResult: { toolUseId: 'a', content: [{ text: 'x' }] } }]),
        ],
      }),
      400,
      'toolConfig field must be defined',
    ],
    [
      'cohere',
      '/v2/chat',
      (it) => ({ model: 'm', messages: [asked(it), { role: 'system', content: 'x' }] }),
      400,
      'must come first',
    ],
    [
      'workers-ai',
      '/run/@cf/a/b',
      (it) => ({ messages: [asked(it), { role: 'assistant', content: null }] }),
      400,
      '5006',
    ],
    [
      'mistral',
      '/v1/chat/completions',
      (it) => ({ model: 'm', messages: [asked(it)], stream_options: {} }),
      400,
      'stream_options',
    ],
    [
      'perplexity-ai',
      '/chat/completions',
      (it) => ({ model: 'm', messages: [asked(it), asked('x')] }),
      400,
      'alternate',
    ],
    ['groq', '/elsewhere', (it) => ({ user: it }), 404, 'was not found'],
  ])('%s %s %#', async (provider, path, body, status, words) => {
    const answer = await post(provider, path, body(marker));
    expect({ status: answer.status, text: answer.text }).toEqual({
      status,
      text: expect.stringContaining(words),
    });
    expect(simulators.exchanges(name)).toMatchObject([{ provider, refused: expect.stringContaining(words) }]);
  });

  test('a request without a key is refused', async () => {
    expect(await post('openai', '/chat/completions', chat(marker), {})).toMatchObject({ status: 401 });
  });
});

describe('errors have the shape of the provider', () => {
  test.each([
    [
      'openai',
      '/chat/completions',
      '{"error":{"message":"Slow down.","type":"requests","param":null,"code":"rate_limit_exceeded"}}',
    ],
    ['grok', '/chat/completions', '{"code":"requests","error":"Slow down."}'],
    [
      'mistral',
      '/v1/chat/completions',
      '{"object":"error","message":"Slow down.","type":"requests","param":null,"code":"rate_limit_exceeded"}',
    ],
    ['together', '/chat/completions', '{"error":"Slow down."}'],
    ['openrouter', '/chat/completions', '{"error":{"code":429,"message":"Slow down."}}'],
  ])('%s', async (provider, path, body) => {
    marker = simulators.script(name, {
      ...GREETS,
      failure: { at: 'start', problem: { kind: 'rate-limit', message: 'Slow down.' } },
    });
    expect(await post(provider, path, chat(marker))).toMatchObject({ status: 429, text: body });
  });
});

describe('deviations of the family', () => {
  const stream = async (provider: string, path = '/chat/completions') => {
    marker = simulators.script(name, {
      ...GREETS,
      steps: [
        { kind: 'reasoning', pieces: ['hm'], proof: 'p' },
        { kind: 'calls', interleaved: false, calls: [{ id: 'abc', name: 'f', pieces: ['{"a"', ':1}'] }] },
      ],
    });
    return (await post(provider, path, { ...chat(marker), stream: true })).text;
  };

  test.each([
    ['groq', '"x_groq"'],
    ['groq', '"reasoning":"hm"'],
    ['grok', '"reasoning_content":"hm"'],
    ['openrouter', ': OPENROUTER PROCESSING'],
    ['openrouter', '"reasoning_details"'],
    ['fireworks', '"usage":{"prompt_tokens"'],
  ])('%s writes %s', async (provider, words) => {
    expect(await stream(provider)).toContain(words);
  });

  test('Mistral’s calls have neither index nor type, and ids of nine characters', async () => {
    const text = await stream('mistral', '/v1/chat/completions');
    expect(text).toContain('"tool_calls":[{"id":"abcaaaaaa","function":{"name":"f"');
    expect(text).toContain('"type":"thinking"');
  });

  test('Azure’s first chunk has no choices, no id and no model', async () => {
    expect((await stream('azure-openai', '/openai/v1/chat/completions')).split('\n')[0]).toContain(
      '{"choices":[],"created":0,"id":"","model":""',
    );
  });

  test('usage of a stream is told only to those who ask, where the provider asks for that', async () => {
    expect(await stream('openai')).not.toContain('usage');
  });
});

test('a script that pauses goes on when it is told to', async () => {
  marker = simulators.script(name, { ...GREETS, pauses: true });
  const answer = post('openai', '/chat/completions', { ...chat(marker), stream: true });
  simulators.goOn(name);
  expect((await answer).text).toContain('[DONE]');
  expect(simulators.exchanges(name)).toMatchObject([{ end: 'answered' }]);
});
