import { describe, expect, test } from '@jest/globals';
import type { AssistantBlock, UserBlock } from '../../../form/blocks.ts';
import { isFault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import type { Message, ModelRequest, Tool } from '../../../form/request.ts';
import { asked, encoded, expectTable, targetOf, withParameters } from '../../__fixtures__/exchange.ts';
import { anthropicMessages, messagesOnBedrock, messagesOnVertex } from './index.ts';
import { MESSAGES_PARAMETERS } from './parameters.ts';

const OPUS_5 = targetOf('anthropic', 'claude-opus-5');
const OPUS_4_6 = targetOf('anthropic', 'claude-opus-4-6');
const SONNET_4_5 = targetOf('anthropic', 'claude-sonnet-4-5-20250929');
const SONNET_4 = targetOf('anthropic', 'claude-sonnet-4-20250514');
const HAIKU_3 = targetOf('anthropic', 'claude-3-haiku-20240307');

const sent = (request: ModelRequest, target = SONNET_4_5) => encoded(anthropicMessages, request, target);
const bodyOf = (request: ModelRequest, target = SONNET_4_5): Json => sent(request, target).body;

function faultOf(request: ModelRequest, target = SONNET_4_5) {
  const result = anthropicMessages.encodeRequest(request, target);
  if (!isFault(result)) throw new Error('no fault');
  return result;
}

const user = (...content: UserBlock[]): Message => ({ role: 'user', content });
const assistant = (...content: AssistantBlock[]): Message => ({ role: 'assistant', content });
const said = (text: string) => ({ kind: 'text', text }) as const;
const call = (id: string, name = 'look'): AssistantBlock => ({
  kind: 'tool-call',
  id,
  name,
  arguments: '{"x":1}',
});
const result = (callId: string, text = 'found'): UserBlock => ({
  kind: 'tool-result',
  callId,
  content: [said(text)],
  isError: false,
});
const thought = (value = 'sig'): AssistantBlock => ({
  kind: 'reasoning',
  text: 'hm',
  proof: { family: 'anthropic', kind: 'signature', value },
});
const messagesOf = (...messages: Message[]) => bodyOf(asked({ messages })).messages;
const LOOK: Tool = {
  kind: 'function',
  name: 'look',
  schema: { type: 'object', properties: {} },
  strict: null,
};

describe('a request', () => {
  test('names the model, the limit and the version', () => {
    expect(sent(asked())).toMatchObject({
      path: 'v1/messages',
      query: '',
      headers: [['anthropic-version', '2023-06-01']],
      body: {
        model: 'claude-sonnet-4-5-20250929',
        max_tokens: 64_000,
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
      },
      dropped: [],
    });
  });

  test('has the model’s own limit where the caller set none', () => {
    expect(bodyOf(asked(), OPUS_5).max_tokens).toBe(128_000);
    expect(bodyOf(asked(), HAIKU_3).max_tokens).toBe(4_096);
    expect(bodyOf(withParameters({ maxTokens: 5 })).max_tokens).toBe(5);
  });

  test('holds every parameter by its table', () => {
    expectTable(anthropicMessages, SONNET_4_5, MESSAGES_PARAMETERS);
  });

  test('asks for a stream in the body', () => {
    expect(bodyOf(asked({ stream: true })).stream).toBe(true);
    expect(bodyOf(asked())).not.toHaveProperty('stream');
  });

  test('hides who the user is, but for what Anthropic’s own clients say', () => {
    expect(bodyOf(withParameters({ user: 'ada@example.org' })).metadata).toEqual({
      user_id: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const own = {
      ...withParameters({ user: 'user_1' }),
      source: { dialect: 'anthropic-messages', body: {}, names: {} },
    };
    expect(bodyOf(own as ModelRequest).metadata).toEqual({ user_id: 'user_1' });
  });

  test('never asks for a dearer tier', () => {
    expect(bodyOf(withParameters({ serviceTier: 'default' })).service_tier).toBe('standard_only');
    expect(bodyOf(withParameters({ serviceTier: 'priority' })).service_tier).toBe('auto');
    expect(sent(withParameters({ serviceTier: 'scale' }))).toMatchObject({ dropped: ['serviceTier'] });
  });

  test('leaves blank stop sequences out', () => {
    expect(bodyOf(withParameters({ stop: ['\n', 'END', ' '] })).stop_sequences).toEqual(['END']);
    expect(bodyOf(withParameters({ stop: ['\n'] }))).not.toHaveProperty('stop_sequences');
  });
});

describe('the conversation', () => {
  test('the system prompt is a text, or blocks where it is several or cached', () => {
    const system: Message = { role: 'system', content: [said('Be kind')] };
    expect(bodyOf(asked({ messages: [system, user(said('Hi'))] })).system).toBe('Be kind');
    const cached: Message = { role: 'system', content: [{ ...said('Be short'), cache: { lifetime: '1h' } }] };
    expect(bodyOf(asked({ messages: [system, cached, user(said('Hi'))] })).system).toEqual([
      { type: 'text', text: 'Be kind' },
      { type: 'text', text: 'Be short', cache_control: { type: 'ephemeral', ttl: '1h' } },
    ]);
  });

  test('a system text in its middle is said in its place, marked', () => {
    const late: Message = { role: 'system', content: [said('Be short')] };
    expect(messagesOf(user(said('Hi')), assistant(said('Yes?')), late)).toMatchObject([
      { role: 'user' },
      { role: 'assistant' },
      { role: 'user', content: [{ type: 'text', text: '<system>\nBe short\n</system>' }] },
    ]);
  });

  test('neighbours of one role are one turn, empty texts and turns are gone', () => {
    expect(
      messagesOf(user(said('a')), assistant(said(' ')), user(said(''), said('b')), assistant(said('c'))),
    ).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      { role: 'assistant', content: [{ type: 'text', text: 'c' }] },
    ]);
  });

  test('all results of a turn come first, together and in the order of the calls (spec 14, no. 29)', () => {
    expect(
      messagesOf(
        user(said('a')),
        assistant(call('1'), call('2')),
        user(said('wait'), result('2')),
        user(result('1')),
      ),
    ).toMatchObject([
      {},
      {
        content: [
          { type: 'tool_use', id: '1' },
          { type: 'tool_use', id: '2' },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: '1' },
          { type: 'tool_result', tool_use_id: '2' },
          { type: 'text', text: 'wait' },
        ],
      },
    ]);
  });

  test('a call without a result gets one that says so; a result without a call is refused', () => {
    expect(messagesOf(user(said('a')), assistant(call('1')), user(said('stop')))).toMatchObject([
      {},
      {},
      { content: [{ type: 'tool_result', tool_use_id: '1', is_error: true }, { type: 'text' }] },
    ]);
    expect(faultOf(asked({ messages: [user(said('a')), user(result('9'))] })).message).toContain('"9"');
  });

  test('ids and names of other providers are mapped, in calls, results and tools alike (spec 14, no. 31)', () => {
    const { body, names } = sent(
      asked({
        messages: [
          user(said('a')),
          assistant(call('functions.look:0', 'my.look')),
          user(result('functions.look:0')),
        ],
        tools: [{ ...LOOK, name: 'my.look' }],
        parameters: { toolChoice: { kind: 'tool', name: 'my.look' } },
      }),
    );
    const wire = names.toWire('my.look');
    expect(wire).toMatch(/^[A-Za-z0-9_-]{1,128}$/);
    expect(names.fromWire(wire)).toBe('my.look');
    const [, made, answered] = body.messages as readonly { readonly content: readonly Json[] }[];
    expect(made?.content[0]).toMatchObject({
      name: wire,
      id: expect.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
    });
    expect(answered?.content[0]?.tool_use_id).toBe(made?.content[0]?.id);
    expect(body).toMatchObject({ tools: [{ name: wire }], tool_choice: { name: wire } });
  });

  test('a failed result is marked, an empty one has no content', () => {
    const failed: UserBlock = { kind: 'tool-result', callId: '1', content: [said('')], isError: true };
    expect(messagesOf(user(said('a')), assistant(call('1')), user(failed))).toMatchObject([
      {},
      {},
      { content: [{ type: 'tool_result', tool_use_id: '1', is_error: true }] },
    ]);
    expect(JSON.stringify(messagesOf(user(said('a')), assistant(call('1')), user(failed)))).not.toContain(
      '"content":""',
    );
  });

  test('an answer to go on with does not end in white space', () => {
    expect(messagesOf(user(said('a')), assistant(said('The answer is ( \n')))).toMatchObject([
      {},
      { role: 'assistant', content: [{ type: 'text', text: 'The answer is (' }] },
    ]);
  });

  test.each<[string, Message[]]>([
    ['nothing of the user', [{ role: 'system', content: [said('x')] }]],
    ['only empty texts', [user(said(' '))]],
    ['the assistant first', [assistant(said('Hi')), user(said('Hello'))]],
  ])('%s is refused with a sentence', (_, messages) => {
    expect(faultOf(asked({ messages }))).toMatchObject({
      path: ['messages'],
      message: expect.stringMatching(/user/),
    });
  });

  test('arguments are an object, whatever they were', () => {
    const odd = (text: string): AssistantBlock => ({
      kind: 'tool-call',
      id: text || 'e',
      name: 'f',
      arguments: text,
    });
    expect(messagesOf(user(said('a')), assistant(odd(''), odd('free'), odd('[1]')))).toMatchObject([
      {},
      { content: [{ input: {} }, { input: { input: 'free' } }, { input: { input: '[1]' } }] },
      {},
    ]);
  });
});

describe('media', () => {
  const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk';
  const image = (mediaType: string, data: string): UserBlock => ({
    kind: 'image',
    source: { kind: 'data', mediaType, data },
    detail: 'high',
  });

  test('an image is what its bytes are', () => {
    expect(messagesOf(user(image('image/jpeg', PNG)))).toMatchObject([
      { content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } }] },
    ]);
  });

  test('what the model cannot see is refused by name', () => {
    expect(faultOf(asked({ messages: [user(image('image/heic', 'AAAA'))] })).message).toContain('image/heic');
    const audio: UserBlock = {
      kind: 'audio',
      source: { kind: 'data', mediaType: 'audio/wav', data: 'AAAA' },
    };
    expect(faultOf(asked({ messages: [user(audio)] })).message).toContain('audio');
    const sheet: UserBlock = {
      kind: 'file',
      source: { kind: 'data', mediaType: 'application/vnd.ms-excel', data: 'AAAA' },
    };
    expect(faultOf(asked({ messages: [user(sheet)] })).message).toContain('ms-excel');
    const foreign: UserBlock = {
      kind: 'file',
      source: { kind: 'file-id', id: 'file-1', dialect: 'openai-chat' },
    };
    expect(faultOf(asked({ messages: [user(foreign)] })).message).toContain('file-1');
  });

  test('documents: PDF in bytes, text as text, both by URL', () => {
    const file = (mediaType: string, text: string): UserBlock => ({
      kind: 'file',
      name: 'n',
      source: { kind: 'data', mediaType, data: Buffer.from(text).toString('base64') },
    });
    expect(
      messagesOf(
        user(file('application/octet-stream', '%PDF-1.7'), file('text/markdown', '# Grüße'), {
          kind: 'file',
          source: { kind: 'url', url: 'https://x.example/a.pdf' },
        }),
      ),
    ).toMatchObject([
      {
        content: [
          { type: 'document', title: 'n', source: { type: 'base64', media_type: 'application/pdf' } },
          { type: 'document', source: { type: 'text', media_type: 'text/plain', data: '# Grüße' } },
          { type: 'document', source: { type: 'url', url: 'https://x.example/a.pdf' } },
        ],
      },
    ]);
  });

  test('images in a result stay images (spec 14, no. 35)', () => {
    const shown: UserBlock = {
      kind: 'tool-result',
      callId: '1',
      content: [said('see'), { kind: 'image', source: { kind: 'data', mediaType: 'image/png', data: PNG } }],
      isError: false,
    };
    expect(messagesOf(user(said('a')), assistant(call('1')), user(shown))).toMatchObject([
      {},
      {},
      { content: [{ type: 'tool_result', content: [{ type: 'text' }, { type: 'image' }] }] },
    ]);
  });
});

describe('tools', () => {
  const withTools = (
    tools: readonly Tool[],
    parameters: ModelRequest['parameters'] = {},
    target = SONNET_4_5,
  ) => bodyOf(asked({ tools, parameters }), target);

  test('a function without a schema takes an object of nothing; a schema says that it is an object’s', () => {
    expect(
      withTools([
        { ...LOOK, schema: null, description: '' },
        { ...LOOK, name: 'b', schema: { properties: { a: {} } } },
      ]).tools,
    ).toEqual([
      { name: 'look', input_schema: { type: 'object', properties: {} } },
      { name: 'b', input_schema: { type: 'object', properties: { a: {} } } },
    ]);
    expect(faultOf(asked({ tools: [{ ...LOOK, schema: { type: 'array' } }] })).path).toEqual(['tools']);
  });

  test('a strict one is held to the subset where the model knows it, and is a plain one elsewhere', () => {
    const strict: Tool = {
      ...LOOK,
      strict: true,
      schema: { type: 'object', properties: { a: { type: 'string', minLength: 2 } } },
    };
    expect(withTools([strict]).tools).toEqual([
      {
        name: 'look',
        strict: true,
        input_schema: {
          type: 'object',
          additionalProperties: false,
          properties: { a: { type: 'string', description: '(minLength: 2)' } },
        },
      },
    ]);
    expect(withTools([strict], {}, SONNET_4).tools).toEqual([{ name: 'look', input_schema: strict.schema }]);
  });

  test.each<[ModelRequest['parameters'], Json | undefined]>([
    [{ toolChoice: { kind: 'auto' } }, { type: 'auto' }],
    [{ toolChoice: { kind: 'required' } }, { type: 'any' }],
    [{ toolChoice: { kind: 'none' } }, { type: 'none' }],
    [{ toolChoice: { kind: 'tool', name: 'look' } }, { type: 'tool', name: 'look' }],
    [{ parallelToolCalls: false }, { type: 'auto', disable_parallel_tool_use: true }],
    [
      { parallelToolCalls: false, toolChoice: { kind: 'required' } },
      { type: 'any', disable_parallel_tool_use: true },
    ],
    [{ parallelToolCalls: false, toolChoice: { kind: 'none' } }, { type: 'none' }],
    [{ parallelToolCalls: true }, undefined],
  ])('%j', (parameters, choice) => {
    expect(withTools([LOOK], parameters).tool_choice).toEqual(choice);
    expect(withTools([], parameters)).not.toHaveProperty('tool_choice');
  });

  test('of allowed tools only those are sent', () => {
    const body = withTools([LOOK, { ...LOOK, name: 'other' }], {
      toolChoice: { kind: 'allowed', mode: 'required', names: ['other'] },
    });
    expect(body).toMatchObject({ tools: [{ name: 'other' }], tool_choice: { type: 'any' } });
    expect(body.tools).toHaveLength(1);
  });

  test('the web search of other formats is Anthropic’s', () => {
    const openai: Tool = {
      kind: 'web-search',
      dialect: 'openai-chat',
      options: {
        search_context_size: 'high',
        user_location: { type: 'approximate', approximate: { city: 'Bern' } },
      },
    };
    expect(sent(asked({ tools: [openai] })).dropped).toEqual(['search_context_size']);
    expect(withTools([openai]).tools).toEqual([
      {
        type: 'web_search_20250305',
        name: 'web_search',
        user_location: { type: 'approximate', city: 'Bern' },
      },
    ]);
  });

  test('tools that do not run there are refused by name', () => {
    const custom: Tool = { kind: 'custom', name: 'grammar', format: null };
    expect(faultOf(asked({ tools: [custom] })).message).toContain('grammar');
    const other: Tool = { kind: 'provider', dialect: 'openai-responses', type: 'file_search', options: {} };
    expect(faultOf(asked({ tools: [other] })).message).toContain('file_search');
  });
});

describe('thinking', () => {
  const think = (parameters: ModelRequest['parameters'], target = SONNET_4_5, messages?: Message[]) =>
    sent(asked({ parameters, ...(messages ? { messages } : {}) }), target);

  test('an effort is a budget below the limit, on models that know only budgets', () => {
    expect(think({ reasoning: { effort: 'medium', shown: null } }).body).toMatchObject({
      max_tokens: 64_000,
      thinking: { type: 'enabled', budget_tokens: 19_200 },
    });
  });

  test('the limit grows by the budget, so that the answer keeps its room', () => {
    expect(think({ maxTokens: 1000, reasoning: { budget: 2000, shown: null } }).body).toMatchObject({
      max_tokens: 3000,
      thinking: { budget_tokens: 2000 },
    });
    const near = think({ maxTokens: 60_000, reasoning: { budget: 62_000, shown: null } });
    expect(near.body).toMatchObject({ max_tokens: 64_000, thinking: { budget_tokens: 4000 } });
  });

  test('a budget is at least 1024, and where not that much is left the wish is named as dropped', () => {
    expect(think({ reasoning: { budget: 10, shown: null } }).body).toMatchObject({
      thinking: { budget_tokens: 1024 },
    });
    const full = think({ maxTokens: 64_000, reasoning: { budget: 64_000, shown: null } });
    expect(full.body).not.toHaveProperty('thinking');
    expect(full.dropped).toEqual(['reasoning']);
  });

  test('a wish without an amount is a medium one', () => {
    expect(think({ reasoning: { shown: true } }).body.thinking).toEqual({
      type: 'enabled',
      budget_tokens: 19_200,
    });
  });

  test('models that adapt take the effort, and a budget as the nearest one', () => {
    expect(think({ reasoning: { effort: 'minimal', shown: true } }, OPUS_5).body).toMatchObject({
      thinking: { type: 'adaptive', display: 'summarized' },
      output_config: { effort: 'low' },
    });
    expect(
      think({ maxTokens: 10_000, reasoning: { budget: 6_000, shown: true } }, OPUS_5).body,
    ).toMatchObject({
      max_tokens: 10_000,
      output_config: { effort: 'high' },
    });
    expect(think({ reasoning: { effort: 'xhigh', shown: null } }, OPUS_4_6).body).toMatchObject({
      thinking: { type: 'adaptive' },
      output_config: { effort: 'max' },
    });
    expect(think({ reasoning: { budget: 5000, shown: null } }, OPUS_4_6).body).toMatchObject({
      thinking: { type: 'enabled', budget_tokens: 5000 },
    });
  });

  test('it can be switched off, and is left out where a model cannot', () => {
    expect(think({ reasoning: { effort: 'none', shown: null } }, OPUS_5).body.thinking).toEqual({
      type: 'disabled',
    });
    expect(think({ reasoning: { effort: 'none', shown: null } }).body).not.toHaveProperty('thinking');
    expect(think({ reasoning: { effort: 'none', shown: null } }, HAIKU_3).dropped).toEqual([]);
    expect(think({ reasoning: { effort: 'high', shown: null } }, HAIKU_3)).toMatchObject({
      dropped: ['reasoning'],
    });
  });

  test('it excludes sampling parameters, which are named', () => {
    const { body, dropped } = think({ reasoning: { budget: 2000, shown: null }, temperature: 1, topK: 3 });
    expect(body).not.toHaveProperty('temperature');
    expect(dropped).toEqual(['temperature', 'topK']);
  });

  test('a forced call excludes it: the call wins (spec 14, no. 36)', () => {
    const { body, dropped } = sent(
      asked({
        tools: [LOOK],
        parameters: { reasoning: { effort: 'high', shown: null }, toolChoice: { kind: 'required' } },
      }),
    );
    expect(body).toMatchObject({ tool_choice: { type: 'any' } });
    expect(body).not.toHaveProperty('thinking');
    expect(dropped).toEqual(['reasoning']);
  });

  test('signed thinking of Anthropic’s goes back as it was, all other is left out', () => {
    const foreign: AssistantBlock = {
      kind: 'reasoning',
      text: 'mine',
      proof: { family: 'google', kind: 'signature', value: 'x' },
    };
    const unsigned: AssistantBlock = { kind: 'reasoning', text: 'aloud' };
    const { body } = think({ reasoning: { budget: 2000, shown: null } }, SONNET_4_5, [
      user(said('a')),
      assistant(thought(), foreign, unsigned, call('1')),
      user(result('1')),
    ]);
    expect(body.thinking).toBeDefined();
    expect((body.messages as Json[])[1]).toMatchObject({
      content: [{ type: 'thinking', thinking: 'hm', signature: 'sig' }, { type: 'tool_use' }],
    });
  });

  test('a budget is not asked for in the middle of a turn that began without thinking', () => {
    const { body, dropped } = think({ reasoning: { budget: 2000, shown: null } }, SONNET_4_5, [
      user(said('a')),
      assistant(call('1')),
      user(result('1')),
    ]);
    expect(body).not.toHaveProperty('thinking');
    expect(dropped).toEqual(['reasoning']);
  });

  test('nor where the model shall go on in mid-sentence', () => {
    const { body, dropped } = think({ reasoning: { budget: 2000, shown: null } }, SONNET_4_5, [
      user(said('a')),
      assistant(said('The answer is')),
    ]);
    expect(body).not.toHaveProperty('thinking');
    expect(dropped).toEqual(['reasoning']);
  });

  test('a budget above the model’s own limit leaves room for an answer', () => {
    const { body } = think({ reasoning: { budget: 90_000, shown: null } });
    expect(body).toMatchObject({ max_tokens: 64_000, thinking: { budget_tokens: 62_976 } });
  });

  test('an answer to go on with holds none when the model is not to think', () => {
    const { body } = think({}, SONNET_4_5, [user(said('a')), assistant(thought(), said('So'))]);
    expect((body.messages as Json[])[1]).toEqual({
      role: 'assistant',
      content: [{ type: 'text', text: 'So' }],
    });
  });
});

describe('sampling', () => {
  test('is held to what the model takes', () => {
    const both = withParameters({ temperature: 1.5, topP: 0.5, topK: 3 });
    expect(sent(both, SONNET_4)).toMatchObject({
      body: { temperature: 1, top_p: 0.5, top_k: 3 },
      dropped: [],
    });
    expect(sent(both)).toMatchObject({ body: { temperature: 1, top_k: 3 }, dropped: ['topP'] });
    expect(sent(both, OPUS_5).dropped).toEqual(['temperature', 'topP', 'topK']);
    expect(bodyOf(both, OPUS_5)).not.toHaveProperty('temperature');
  });
});

describe('structured output', () => {
  const schema = { type: 'object', properties: { age: { type: 'integer', minimum: 0 } }, required: ['age'] };
  const outputFormat = { kind: 'json-schema', name: 'person', schema, strict: true } as const;

  test('is the model’s own where it has it', () => {
    const { body, outputTool } = sent(withParameters({ outputFormat }));
    expect(body.output_config).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          additionalProperties: false,
          properties: { age: { type: 'integer', description: '(minimum: 0)' } },
          required: ['age'],
        },
      },
    });
    expect(outputTool).toBeUndefined();
  });

  test('keeps the effort beside it', () => {
    expect(
      bodyOf(withParameters({ outputFormat, reasoning: { effort: 'low', shown: null } }), OPUS_5)
        .output_config,
    ).toMatchObject({ effort: 'low', format: { type: 'json_schema' } });
  });

  test('is a forced tool elsewhere', () => {
    const { body, outputTool } = sent(withParameters({ outputFormat }), SONNET_4);
    expect(outputTool).toBe('json');
    expect(body).toMatchObject({
      tools: [{ name: 'json', input_schema: schema }],
      tool_choice: { type: 'tool', name: 'json', disable_parallel_tool_use: true },
    });
  });

  test('is one tool of several beside the caller’s, under a name that none of them has', () => {
    const tools = [LOOK, { ...LOOK, name: 'json' }];
    const { body, outputTool } = sent(asked({ tools, parameters: { outputFormat } }), SONNET_4);
    expect(outputTool).toBe('json_');
    expect(body).toMatchObject({
      tools: [{ name: 'look' }, { name: 'json' }, { name: 'json_' }],
      tool_choice: { type: 'any' },
    });
  });

  test('is the only tool to be called where none of the caller’s may be', () => {
    const parameters = { outputFormat, toolChoice: { kind: 'none' } } as const;
    const { body, outputTool } = sent(asked({ tools: [{ ...LOOK, name: 'json' }], parameters }), SONNET_4);
    expect(outputTool).toBe('json_');
    expect(body).toMatchObject({
      tools: [{ name: 'json' }, { name: 'json_' }],
      tool_choice: { type: 'tool', name: 'json_' },
    });
  });

  test('is not forced while the model thinks, but asked for (spec 14, no. 36)', () => {
    const { body, outputTool } = sent(
      withParameters({ outputFormat, reasoning: { budget: 2000, shown: null } }),
      SONNET_4,
    );
    expect(outputTool).toBe('json');
    expect(body).toMatchObject({
      tool_choice: { type: 'auto' },
      thinking: { type: 'enabled' },
      system: expect.stringContaining('"json"'),
    });
  });

  test('waits while the caller wants a certain call', () => {
    const parameters = { outputFormat, toolChoice: { kind: 'tool', name: 'look' } } as const;
    const { body, outputTool } = sent(asked({ tools: [LOOK], parameters }), SONNET_4);
    expect(outputTool).toBeUndefined();
    expect(body).toMatchObject({ tools: [{ name: 'look' }], tool_choice: { type: 'tool', name: 'look' } });
  });

  test('of any shape is asked for in words', () => {
    const system: Message = { role: 'system', content: [said('Be kind')] };
    const request = asked({
      messages: [system, user(said('Hi'))],
      parameters: { outputFormat: { kind: 'json' } },
    });
    expect(bodyOf(request).system).toMatchObject([
      { text: 'Be kind' },
      { text: expect.stringContaining('JSON') },
    ]);
  });
});

describe('cache breakpoints', () => {
  const cache = { lifetime: null };
  const cached = (text: string): UserBlock => ({ ...said(text), cache });

  test('are kept where the caller put them, but on thinking', () => {
    const messages = [user(cached('a')), assistant({ ...thought(), cache }, said('b')), user(said('c'))];
    const body = bodyOf(asked({ messages, tools: [{ ...LOOK, cache: { lifetime: '1h' } }] }));
    expect(body).toMatchObject({
      tools: [{ cache_control: { type: 'ephemeral', ttl: '1h' } }],
      messages: [{ content: [{ cache_control: { type: 'ephemeral' } }] }, {}, {}],
    });
    expect(JSON.stringify(body).match(/cache_control/g)).toHaveLength(2);
  });

  test('are four at most: the first and the last three, and that is named', () => {
    const messages = [user(cached('a'), cached('b'), cached('c'), cached('d'), cached('e'))];
    const { body, dropped } = sent(asked({ messages, tools: [{ ...LOOK, cache }] }));
    expect(dropped).toEqual(['cache_control']);
    expect(body.tools).toMatchObject([{ cache_control: {} }]);
    const [turn] = body.messages as readonly { readonly content: readonly Json[] }[];
    expect(turn?.content.map((block) => 'cache_control' in block)).toEqual([false, false, true, true, true]);
  });
});

describe('what only Anthropic understands', () => {
  test('goes back to it unchanged; what is another’s does not', () => {
    const value = { type: 'server_tool_use', id: 's', name: 'web_search', input: {} };
    expect(
      messagesOf(
        user(said('a')),
        assistant(
          { kind: 'opaque', dialect: 'anthropic-messages', value },
          { kind: 'opaque', dialect: 'openai-responses', value: { type: 'web_search_call' } },
          said('b'),
        ),
      ),
    ).toMatchObject([{}, { content: [value, { type: 'text' }] }]);
  });

  test('citations come back with their index, and those of others do not come', () => {
    const own = { type: 'web_search_result_location', encrypted_index: 'E', url: 'https://x.example' };
    const citation = { start: null, end: null, url: 'u', title: null, quote: null };
    const text: AssistantBlock = {
      ...said('b'),
      citations: [
        { ...citation, residue: { dialect: 'anthropic-messages', value: own } },
        { ...citation, residue: { dialect: 'openai-chat', value: {} } },
      ],
    };
    expect(messagesOf(user(said('a')), assistant(text))).toMatchObject([
      {},
      { content: [{ citations: [own] }] },
    ]);
  });
});

describe('Claude in the clouds', () => {
  const bedrock = messagesOnBedrock(
    (model, operation) => `bedrock-runtime/eu-west-1/model/${model}/${operation}`,
  );
  const vertex = messagesOnVertex((model, verb) => `v1/models/${model}:${verb}`);
  const target = targetOf('aws-bedrock', 'anthropic.claude-sonnet-4-5-20250929-v1:0');

  test('on Bedrock the body holds the version, and neither model nor stream', () => {
    const whole = encoded(bedrock, asked(), target);
    expect(whole.path).toMatch(/\/invoke$/);
    expect(whole.headers).toEqual([]);
    expect(Object.keys(whole.body)).toEqual(['anthropic_version', 'max_tokens', 'messages']);
    expect(whole.body.anthropic_version).toBe('bedrock-2023-05-31');
    expect(encoded(bedrock, asked({ stream: true }), target)).toMatchObject({
      path: expect.stringMatching(/\/invoke-with-response-stream$/),
      body: expect.not.objectContaining({ stream: true }),
    });
  });

  test('nothing is sent that Bedrock does not know (spec 14, no. 40)', () => {
    const allowed = [
      'anthropic_version',
      'messages',
      'system',
      'max_tokens',
      'stop_sequences',
      'temperature',
      'top_p',
      'top_k',
      'tools',
      'tool_choice',
      'thinking',
      'output_config',
      'metadata',
    ];
    const { body, dropped } = encoded(
      bedrock,
      asked({
        stream: true,
        messages: [{ role: 'system', content: [said('s')] }, user(said('a'))],
        tools: [
          { ...LOOK, residue: { dialect: 'anthropic-messages', value: { eager_input_streaming: true } } },
        ],
        parameters: {
          maxTokens: 9000,
          topK: 3,
          stop: ['e'],
          toolChoice: { kind: 'auto' },
          user: 'u',
          serviceTier: 'auto',
          outputFormat: { kind: 'json-schema', name: null, schema: {}, strict: null },
        },
        unknown: { anthropic_beta: ['new'] },
      }),
      target,
    );
    expect(Object.keys(body).filter((key) => !allowed.includes(key))).toEqual([]);
    expect(JSON.stringify(body)).not.toContain('eager_input_streaming');
    expect(dropped).toEqual(['serviceTier', 'anthropic_beta']);
  });

  test('what has to be fetched, and tools of Anthropic’s servers, are refused there', () => {
    const image: UserBlock = { kind: 'image', source: { kind: 'url', url: 'https://x.example/a.png' } };
    expect(bedrock.encodeRequest(asked({ messages: [user(image)] }), target)).toMatchObject({
      kind: 'fault',
      message: expect.stringContaining('base64'),
    });
    const search: Tool = { kind: 'web-search', dialect: 'openai-chat', options: {} };
    expect(bedrock.encodeRequest(asked({ tools: [search] }), target)).toMatchObject({
      kind: 'fault',
      message: expect.stringContaining('web_search'),
    });
  });

  test('on Vertex the path says whether it streams, the body too', () => {
    const { path, body } = encoded(
      vertex,
      asked({ stream: true }),
      targetOf('google-vertex-ai', 'claude-opus-5'),
    );
    expect(path).toBe('v1/models/claude-opus-5:streamRawPredict');
    expect(body).toMatchObject({ anthropic_version: 'vertex-2023-10-16', stream: true });
    expect(body).not.toHaveProperty('model');
  });
});
