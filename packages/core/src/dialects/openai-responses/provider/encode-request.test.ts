import { describe, expect, test } from '@jest/globals';
import type { AssistantBlock, UserBlock } from '../../../form/blocks.ts';
import { isFault } from '../../../form/fault.ts';
import { type Json, listAt } from '../../../form/json.ts';
import type { Message, ModelRequest, Tool } from '../../../form/request.ts';
import { hasRecorded, recordedAnswer } from '../../../providers/__fixtures__/recorded.ts';
import { asked, encoded, expectTable, targetOf, withParameters } from '../../__fixtures__/exchange.ts';
import { openaiResponsesClient } from '../client/index.ts';
import { openaiResponses, RESPONSES_PARAMETERS, responsesDialect } from './index.ts';

const PLAIN = targetOf('openai', 'gpt-4o');
const REASONING = targetOf('openai', 'gpt-5.2');

const bodyOf = (request: ModelRequest, target = PLAIN) => encoded(openaiResponses, request, target).body;
const inputOf = (...messages: readonly Message[]) => bodyOf(asked({ messages })).input;
const thinkingInputOf = (...messages: readonly Message[]) => bodyOf(asked({ messages }), REASONING).input;
const user = (...content: readonly UserBlock[]): Message => ({ role: 'user', content });
const assistant = (...content: readonly AssistantBlock[]): Message => ({ role: 'assistant', content });
const text = (it: string) => ({ kind: 'text', text: it }) as const;
const call = (id: string, members: Partial<AssistantBlock & { kind: 'tool-call' }> = {}) =>
  ({ kind: 'tool-call', id, name: 'look', arguments: '{}', ...members }) as const;
const result = (callId: string, it = 'found', isError = false) =>
  ({ kind: 'tool-result', callId, content: [text(it)], isError }) as const;
const refusalOf = (request: ModelRequest) => {
  const result = openaiResponses.encodeRequest(request, PLAIN);
  if (!isFault(result)) throw new Error('It was said.');
  return result;
};

describe('the parameters', () => {
  test('each does what the table says', () => {
    expectTable(openaiResponses, PLAIN, RESPONSES_PARAMETERS);
  });

  test('a model that reasons is spared what it refuses, and the caller is told', () => {
    const { body, dropped } = encoded(
      openaiResponses,
      withParameters({ temperature: 0, topP: 0.5 }),
      REASONING,
    );
    expect(body).not.toHaveProperty('temperature');
    expect(dropped).toEqual(['temperature', 'topP']);
    const calm = withParameters({ temperature: 0, reasoning: { effort: 'none', shown: null } });
    expect(bodyOf(calm, REASONING)).toMatchObject({ temperature: 0 });
  });

  test('fewer tokens than OpenAI takes are raised to what it takes', () => {
    expect(bodyOf(withParameters({ maxTokens: 1 })).max_output_tokens).toBe(16);
    expect(bodyOf(withParameters({ maxTokens: 17 })).max_output_tokens).toBe(17);
  });

  test('nothing is stored unless the caller asks, so thoughts come encrypted', () => {
    expect(bodyOf(asked(), REASONING)).toMatchObject({
      store: false,
      include: ['reasoning.encrypted_content'],
    });
    expect(bodyOf(withParameters({ store: true })).store).toBe(true);
    // OpenAI refuses the wish for models that have no thoughts.
    for (const model of ['gpt-4o', 'gpt-4.1-mini', 'ft:gpt-4o:org', 'openai/gpt-4o', 'gpt-5.1-chat-latest'])
      expect(bodyOf(asked(), targetOf('openai', model))).not.toHaveProperty('include');
  });

  test('probabilities are asked for in two places', () => {
    expect(bodyOf(withParameters({ logprobs: 3 }))).toMatchObject({
      top_logprobs: 3,
      include: ['message.output_text.logprobs'],
    });
  });

  test('a format has a name, whoever asks', () => {
    const outputFormat = {
      kind: 'json-schema',
      name: null,
      schema: { type: 'object' },
      strict: null,
    } as const;
    expect(bodyOf(withParameters({ outputFormat, verbosity: 'low' })).text).toEqual({
      format: { type: 'json_schema', name: 'answer', schema: { type: 'object' } },
      verbosity: 'low',
    });
  });

  test('a budget of thoughts becomes the nearest effort; thoughts are shown to who asks', () => {
    const reasoning = { budget: 3000, shown: true };
    expect(bodyOf(withParameters({ reasoning, maxTokens: 10_000 })).reasoning).toEqual({
      effort: 'medium',
      summary: 'auto',
    });
    expect(bodyOf(withParameters({ reasoning: { effort: 'high', shown: null } })).reasoning).toEqual({
      effort: 'high',
    });
  });

  test('unknown fields are told as dropped', () => {
    expect(encoded(openaiResponses, asked({ unknown: { best_of: 2 } }), PLAIN).dropped).toEqual(['best_of']);
  });

  test('a provider’s own ways are data', () => {
    const dialect = responsesDialect({
      path: ({ model }) => `r/openai/v1/responses?${model}`,
      parameters: { metadata: 'drop' },
      encryptedReasoning: 'when-reasoning',
      efforts: {
        none: 'none',
        minimal: 'low',
        low: 'low',
        medium: 'high',
        high: 'high',
        xhigh: 'high',
        max: 'high',
      },
      withoutStore: true,
    });
    const request = withParameters({ metadata: { a: 'b' }, reasoning: { effort: 'medium', shown: null } });
    const { path, body, dropped } = encoded(dialect, request, targetOf('azure', 'mine'));
    expect({ path, dropped }).toEqual({ path: 'r/openai/v1/responses?mine', dropped: ['metadata'] });
    expect(body).toMatchObject({ reasoning: { effort: 'high' }, include: ['reasoning.encrypted_content'] });
    expect(body).not.toHaveProperty('store');
    expect(encoded(dialect, asked(), targetOf('azure', 'gpt-5')).body).not.toHaveProperty('include');
  });
});

describe('tools', () => {
  const tools: readonly Tool[] = [
    { kind: 'function', name: 'a', schema: null, strict: null, description: '' },
    { kind: 'function', name: 'b', schema: { type: 'object' }, strict: true, description: 'd' },
    { kind: 'custom', name: 'c', format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'x' } } },
  ];

  test('strictness that nobody asked for is written as none (bug 38)', () => {
    expect(bodyOf(asked({ tools })).tools).toEqual([
      { type: 'function', name: 'a', parameters: { type: 'object', properties: {} }, strict: false },
      { type: 'function', name: 'b', description: 'd', parameters: { type: 'object' }, strict: true },
      { type: 'custom', name: 'c', format: { type: 'grammar', syntax: 'lark', definition: 'x' } },
    ]);
  });

  test('names that OpenAI refuses go out as others and come back as they were', () => {
    const name = 'files.read:all';
    const request = asked({ tools: [{ kind: 'function', name, schema: null, strict: null }] });
    const { body, names } = encoded(openaiResponses, request, PLAIN);
    const wire = String((listAt(body, 'tools')[0] as Json).name);
    expect(wire).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(names.fromWire(wire)).toBe(name);
  });

  test.each([
    [{ kind: 'auto' } as const, 'auto'],
    [{ kind: 'tool', name: 'a' } as const, { type: 'function', name: 'a' }],
    [{ kind: 'tool', name: 'c' } as const, { type: 'custom', name: 'c' }],
    [
      { kind: 'allowed', mode: 'auto', names: ['a', 'c'] } as const,
      {
        type: 'allowed_tools',
        mode: 'auto',
        tools: [
          { type: 'function', name: 'a' },
          { type: 'custom', name: 'c' },
        ],
      },
    ],
  ])('a choice of %j', (toolChoice, expected) => {
    expect(bodyOf(asked({ tools, parameters: { toolChoice } })).tool_choice).toEqual(expected);
  });

  test('without tools nothing is said of how to call them', () => {
    const parameters = { toolChoice: { kind: 'none' }, parallelToolCalls: false } as const;
    const body = bodyOf(withParameters(parameters));
    expect(Object.keys(body)).toEqual(['model', 'input', 'store']);
  });

  test('searches of other formats are OpenAI’s search; what it cannot limit is told', () => {
    const request = asked({
      tools: [
        {
          kind: 'web-search',
          dialect: 'anthropic-messages',
          options: { type: 'web_search_20250305', max_uses: 2, allowed_domains: ['a.com'] },
        },
        {
          kind: 'web-search',
          dialect: 'openai-chat',
          options: {
            search_context_size: 'low',
            user_location: { type: 'approximate', approximate: { city: 'Rome' } },
          },
        },
      ],
    });
    const { body, dropped } = encoded(openaiResponses, request, PLAIN);
    expect(body.tools).toEqual([
      { type: 'web_search', filters: { allowed_domains: ['a.com'] } },
      {
        type: 'web_search',
        search_context_size: 'low',
        user_location: { type: 'approximate', city: 'Rome' },
      },
    ]);
    expect(dropped).toEqual(['tools.0.max_uses']);
  });

  test('a tool that runs elsewhere is named', () => {
    const tool = {
      kind: 'provider',
      dialect: 'anthropic-messages',
      type: 'bash_20250124',
      options: {},
    } as const;
    expect(refusalOf(asked({ tools: [tool] })).message).toContain('bash_20250124');
  });
});

describe('the conversation', () => {
  test('leading instructions are one text, later ones stay in their place', () => {
    const body = bodyOf(
      asked({
        messages: [
          { role: 'system', content: [text('One.')] },
          { role: 'system', content: [text('Two.')] },
          user(text('Hi')),
          { role: 'system', content: [text('Three.')] },
        ],
      }),
    );
    expect(body.instructions).toBe('One.\n\nTwo.');
    expect(body.input).toEqual([
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
      { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Three.' }] },
    ]);
  });

  test('parts have the types of their role; neighbouring texts are one message', () => {
    expect(inputOf(user(text('Hi')), assistant(text('A'), { kind: 'refusal', text: 'B' }))).toMatchObject([
      { content: [{ type: 'input_text' }] },
      {
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'A' },
          { type: 'refusal', refusal: 'B' },
        ],
      },
    ]);
  });

  test('calls and results are items by call id; a failed one says so in words', () => {
    expect(inputOf(assistant(text('A'), call('a')), user(result('a', 'broken', true), text('And?')))).toEqual(
      [
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'A' }] },
        { type: 'function_call', call_id: 'a', name: 'look', arguments: '{}' },
        { type: 'function_call_output', call_id: 'a', output: 'Error: broken' },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'And?' }] },
      ],
    );
  });

  test('a call that was interrupted gets a result that says so', () => {
    expect(inputOf(assistant(call('a'), call('b', { custom: true })), user(result('b')))).toEqual([
      { type: 'function_call', call_id: 'a', name: 'look', arguments: '{}' },
      { type: 'function_call_output', call_id: 'a', output: expect.stringContaining('interrupted') },
      { type: 'custom_tool_call', call_id: 'b', name: 'look', input: '{}' },
      { type: 'custom_tool_call_output', call_id: 'b', output: 'found' },
    ]);
  });

  test('results without calls, and ids that come twice, are the caller’s mistakes', () => {
    const faultOf = (...messages: readonly Message[]) => refusalOf(asked({ messages })).message;
    expect(faultOf(user(result('a')))).toContain('nobody made');
    expect(faultOf(assistant(call('a')), user(result('a'), result('a')))).toContain('Two tool results');
    expect(faultOf(assistant(call('a'), call('a')))).toContain('Two tool calls');
  });

  test('ids of other providers are cut to what OpenAI takes, on both sides of the pair (bug 31)', () => {
    const id = 'x'.repeat(100);
    const [made, answered] = inputOf(assistant(call(id)), user(result(id))) as Json[];
    expect(String(made?.call_id).length).toBeLessThanOrEqual(64);
    expect(answered?.call_id).toBe(made?.call_id);
    expect(inputOf(assistant(call('functions.x:0')), user(result('functions.x:0')))).toMatchObject([
      { call_id: 'functions.x:0' },
      { call_id: 'functions.x:0' },
    ]);
  });

  test('pictures in a result stay pictures (bug 35)', () => {
    const image = { kind: 'image', source: { kind: 'data', mediaType: 'image/png', data: 'AAAA' } } as const;
    const output = { ...result('a', 'see'), content: [text('see'), image] };
    expect(inputOf(assistant(call('a')), user(output))).toMatchObject([
      {},
      {
        output: [
          { type: 'input_text', text: 'see' },
          { type: 'input_image', image_url: 'data:image/png;base64,AAAA' },
        ],
      },
    ]);
  });

  test('images and files, by bytes, address and id', () => {
    expect(
      inputOf(
        user(
          { kind: 'image', source: { kind: 'url', url: 'https://a' }, detail: 'low' },
          { kind: 'image', source: { kind: 'file-id', id: 'f', dialect: 'openai-chat' } },
          { kind: 'file', source: { kind: 'data', mediaType: 'application/pdf', data: 'AAAA' } },
          { kind: 'file', source: { kind: 'url', url: 'https://b' }, name: 'b.pdf' },
        ),
      ),
    ).toMatchObject([
      {
        content: [
          { type: 'input_image', image_url: 'https://a', detail: 'low' },
          { type: 'input_image', file_id: 'f', detail: 'auto' },
          { type: 'input_file', filename: 'document.pdf', file_data: 'data:application/pdf;base64,AAAA' },
          { type: 'input_file', filename: 'b.pdf', file_url: 'https://b' },
        ],
      },
    ]);
  });

  test('what cannot be said is named', () => {
    const audio = { kind: 'audio', source: { kind: 'url', url: 'https://a' } } as const;
    expect(refusalOf(asked({ messages: [user(text('Hi')), user(audio)] }))).toMatchObject({
      path: ['messages'],
      message: expect.stringContaining('audio'),
    });
    const foreign = {
      kind: 'file',
      source: { kind: 'file-id', id: 'f', dialect: 'anthropic-messages' },
    } as const;
    expect(refusalOf(asked({ messages: [user(foreign)] })).message).toContain('file id');
  });

  test('instructions alone are said as messages, for without input OpenAI answers nothing', () => {
    const body = bodyOf(asked({ messages: [{ role: 'system', content: [text('One.')] }] }));
    expect(body).not.toHaveProperty('instructions');
    expect(body.input).toMatchObject([{ role: 'system', content: [{ text: 'One.' }] }]);
  });

  const thought = (family: 'openai' | 'anthropic', value: string) =>
    ({ kind: 'reasoning', text: 'Hm.', proof: { family, kind: 'encrypted', value, id: 'rs_1' } }) as const;

  test('OpenAI’s own thoughts go back without their id, and nobody else’s do', () => {
    expect(
      thinkingInputOf(
        assistant(
          thought('openai', 'e'),
          thought('anthropic', 's'),
          { kind: 'reasoning', text: 'x' },
          text('A'),
        ),
      ),
    ).toEqual([
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: 'e' },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'A' }] },
    ]);
  });

  test('a model that does not think gets no thoughts', () => {
    expect(inputOf(assistant(thought('openai', 'e'), text('A')))).toMatchObject([{ type: 'message' }]);
  });

  test('a thought that nothing follows is left out (bug 34)', () => {
    expect(thinkingInputOf(assistant(text('A'), thought('openai', 'e')), user(text('Hi')))).toMatchObject([
      { role: 'assistant' },
      { role: 'user' },
    ]);
  });

  test('what only OpenAI knows goes back as it came, and what only others know does not', () => {
    const value = { type: 'web_search_call', id: 'ws_1' };
    expect(
      inputOf(
        assistant(
          { kind: 'opaque', dialect: 'openai-responses', value },
          { kind: 'opaque', dialect: 'anthropic-messages', value: { type: 'server_tool_use' } },
        ),
      ),
    ).toEqual([value]);
  });

  (hasRecorded ? test : test.skip)(
    'a recorded answer of two calls goes back as the recorded client sent it',
    () => {
      const body = JSON.parse(
        recordedAnswer('openai-responses/parallel-tools.cassette.yaml', 0).toString(),
      ) as Json;
      const input = [
        { role: 'user', content: 'Where?' },
        ...listAt(body, 'output'),
        { type: 'function_call_output', call_id: 'call_LWVp74L5HaH2KNvgVz9PJsrj', output: 'x' },
        { type: 'function_call_output', call_id: 'call_YnRAWeTyxI91m5uNa5bxXwVO', output: 'y' },
      ];
      const request = openaiResponsesClient.decodeRequest({ model: 'm', input });
      if (isFault(request)) throw new Error(request.message);
      expect(bodyOf(request).input).toEqual([
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Where?' }] },
        {
          type: 'function_call',
          call_id: 'call_LWVp74L5HaH2KNvgVz9PJsrj',
          name: 'get_location',
          arguments: '{"loc_name":"Londos"}',
        },
        {
          type: 'function_call',
          call_id: 'call_YnRAWeTyxI91m5uNa5bxXwVO',
          name: 'get_location',
          arguments: '{"loc_name":"London"}',
        },
        ...input.slice(-2),
      ]);
    },
  );
});
