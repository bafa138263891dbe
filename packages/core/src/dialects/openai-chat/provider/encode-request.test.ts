import { describe, expect, test } from '@jest/globals';
import type { ParameterTable } from '../../../form/parameter-table.ts';
import type { Effort, ModelRequest, OutputFormat, Parameters, Tool } from '../../../form/request.ts';
import { bodyOf, encoded, faultOf, type Own, user } from './__fixtures__/encode.ts';
import { OPENAI_CHAT, OPENAI_COMPATIBLE } from './index.ts';

const SCHEMA = { type: 'object', properties: { a: { type: 'string' } } };
const CLEAN = { ...SCHEMA, required: ['a'], additionalProperties: false };
const fn = (given: Partial<Extract<Tool, { kind: 'function' }>> = {}): Tool => ({
  kind: 'function',
  name: 'f',
  schema: SCHEMA,
  strict: null,
  ...given,
});
const from = (dialect: ModelRequest['source']['dialect']): Pick<ModelRequest, 'source'> => ({
  source: { dialect, body: {}, names: {} },
});
const everything = Object.fromEntries(
  Object.keys(OPENAI_COMPATIBLE.parameters).map((parameter) => [parameter, 'keep']),
) as ParameterTable;

test('the least that can be asked', () => {
  expect(encoded({})).toEqual({
    path: 'chat/completions',
    query: '',
    headers: [],
    body: { model: 'some-model', messages: [{ role: 'user', content: 'Hello' }], stream: false },
    dropped: [],
    names: expect.anything(),
  });
});

describe('parameters', () => {
  test.each<[Parameters, object]>([
    [{ maxTokens: 5 }, { max_tokens: 5 }],
    [{ temperature: 0 }, { temperature: 0 }],
    [{ topP: 0.5 }, { top_p: 0.5 }],
    [{ topK: 3 }, { top_k: 3 }],
    [{ stop: ['x'] }, { stop: ['x'] }],
    [{ seed: 0 }, { seed: 0 }],
    [{ frequencyPenalty: 1 }, { frequency_penalty: 1 }],
    [{ presencePenalty: -1 }, { presence_penalty: -1 }],
    [{ logitBias: { 1: 2 } }, { logit_bias: { 1: 2 } }],
    [{ logprobs: 0 }, { logprobs: true }],
    [{ logprobs: 3 }, { logprobs: true, top_logprobs: 3 }],
    [{ outputFormat: { kind: 'json' } }, { response_format: { type: 'json_object' } }],
    [{ reasoning: { effort: 'high', shown: null } }, { reasoning_effort: 'high' }],
    [{ verbosity: 'low' }, { verbosity: 'low' }],
    [{ modalities: ['text', 'audio'] }, { modalities: ['text', 'audio'] }],
    [{ audioOutput: { voice: 'alloy' } }, { audio: { voice: 'alloy' } }],
    [{ prediction: { type: 'content' } }, { prediction: { type: 'content' } }],
    [{ user: 'u' }, { user: 'u' }],
    [{ metadata: { a: 'b' } }, { metadata: { a: 'b' } }],
    [{ store: false }, { store: false }],
    [{ serviceTier: 'flex' }, { service_tier: 'flex' }],
    [{ promptCacheKey: 'k' }, { prompt_cache_key: 'k' }],
    [{ promptCacheRetention: '24h' }, { prompt_cache_retention: '24h' }],
  ])('%j is %j, and nothing else', (parameters, fields) => {
    const { model, messages, stream, ...rest } = bodyOf({ parameters }, { parameters: everything });
    expect(rest).toEqual(fields);
  });
  test('the fields have the provider’s names', () => {
    expect(
      bodyOf(
        { parameters: { maxTokens: 5, seed: 1 } },
        { maxTokensField: 'max_completion_tokens', seedField: 'random_seed' },
      ),
    ).toMatchObject({ max_completion_tokens: 5, random_seed: 1 });
  });
  test('what is dropped is named in the client’s words', () => {
    const source = { dialect: 'openai-chat', body: {}, names: { logitBias: 'logit_bias' } } as const;
    const { body, dropped } = encoded({
      parameters: { logitBias: {}, topK: 1 },
      unknown: { new_field: 1 },
      source,
    });
    expect(dropped).toEqual(['logit_bias', 'topK', 'new_field']);
    expect(Object.keys(body)).toEqual(['model', 'messages', 'stream']);
  });
  test('more stop strings than are taken, and no token at all, are refused', () => {
    expect(faultOf({ parameters: { stop: ['1', '2', '3', '4', '5'] } }, { maxStop: 4 })).toMatch(
      /^stop: Test takes 4/,
    );
    expect(faultOf({ parameters: { maxTokens: 0 } })).toMatch(/^maxTokens: /);
  });
  test('usage is asked for in every stream, where it may be', () => {
    expect(bodyOf({ stream: true })).toMatchObject({ stream: true, stream_options: { include_usage: true } });
    expect(bodyOf({ stream: true }, { includeUsage: false })).not.toHaveProperty('stream_options');
    expect(bodyOf({})).not.toHaveProperty('stream_options');
  });
});

describe('tools', () => {
  test('a function; without a schema it takes an empty object', () => {
    expect(
      bodyOf({ tools: [fn({ description: 'does' }), fn({ name: 'g', schema: null, description: '' })] }),
    ).toMatchObject({
      tools: [
        { type: 'function', function: { name: 'f', description: 'does', parameters: SCHEMA } },
        { type: 'function', function: { name: 'g', parameters: { type: 'object', properties: {} } } },
      ],
    });
  });
  test.each<[string, ModelRequest['source']['dialect'], boolean | null, object, boolean | undefined]>([
    ['chat: silence is not strict', 'openai-chat', null, CLEAN, undefined],
    ['chat: strict is the caller’s word', 'openai-chat', true, SCHEMA, true],
    ['responses: silence is strict where the schema allows (14-38)', 'openai-responses', null, CLEAN, true],
    ['responses: and not elsewhere', 'openai-responses', null, SCHEMA, undefined],
    ['messages: silence is not strict', 'anthropic-messages', null, CLEAN, undefined],
    [
      'messages: strict with optional properties is not strict here',
      'anthropic-messages',
      true,
      SCHEMA,
      undefined,
    ],
    ['messages: strict where the schema allows', 'anthropic-messages', true, CLEAN, true],
  ])('%s', (_, dialect, strict, schema, expected) => {
    const body = bodyOf(
      { ...from(dialect), tools: [fn({ strict, schema: { ...schema } })] },
      {},
      OPENAI_CHAT,
    );
    expect((body.tools as { function: { strict?: boolean } }[])[0]?.function.strict).toBe(expected);
  });
  test('a schema a hundred deep goes as it is', () => {
    let schema: Record<string, unknown> = { type: 'string' };
    for (let depth = 0; depth < 100; depth += 1) schema = { type: 'object', properties: { a: schema } };
    expect(bodyOf({ ...from('openai-responses'), tools: [fn({ schema })] }, {}, OPENAI_CHAT).tools).toEqual([
      { type: 'function', function: { name: 'f', parameters: schema } },
    ]);
  });
  test('a name that is refused is replaced, for tools, choices and history alike, and comes back', () => {
    const { body, names } = encoded({
      tools: [fn({ name: 'search.web' })],
      parameters: { toolChoice: { kind: 'tool', name: 'search.web' } },
      messages: [
        user('hi'),
        { role: 'assistant', content: [{ kind: 'tool-call', id: 'a', name: 'search.web', arguments: '{}' }] },
      ],
    });
    const wire = names.toWire('search.web');
    expect(wire).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(names.fromWire(wire)).toBe('search.web');
    expect(body).toMatchObject({
      tools: [{ function: { name: wire } }],
      tool_choice: { type: 'function', function: { name: wire } },
      messages: [{}, { tool_calls: [{ function: { name: wire } }] }, { role: 'tool' }],
    });
  });
  test('a tool of free text is native, or a function of one text with its grammar told', () => {
    const format = { type: 'grammar', syntax: 'lark', definition: 'start: "x"' };
    const tools: Tool[] = [{ kind: 'custom', name: 'patch', description: 'edits', format }];
    expect(bodyOf({ tools }, {}, OPENAI_CHAT).tools).toEqual([
      {
        type: 'custom',
        custom: {
          name: 'patch',
          description: 'edits',
          format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "x"' } },
        },
      },
    ]);
    expect(bodyOf({ tools }).tools).toEqual([
      {
        type: 'function',
        function: {
          name: 'patch',
          description: 'edits\n\n"input" must follow this lark grammar:\nstart: "x"',
          parameters: {
            type: 'object',
            properties: { input: { type: 'string' } },
            required: ['input'],
            additionalProperties: false,
          },
        },
      },
    ]);
  });
  test('no tools, and tools that run at another provider, are refused by their place', () => {
    expect(faultOf({ tools: [fn()] }, { tools: false })).toMatch(/^tools\.0: Test has no tools/);
    const computer: Tool = {
      kind: 'provider',
      dialect: 'anthropic-messages',
      type: 'computer_20250124',
      options: {},
    };
    expect(faultOf({ tools: [fn(), computer] })).toMatch(/^tools\.1: .*"computer_20250124"/);
  });
});

describe('a search of the web', () => {
  const search = (options: object): Tool => ({
    kind: 'web-search',
    dialect: 'anthropic-messages',
    options: { ...options },
  });
  test('as options, with the place', () => {
    const options = {
      max_uses: 3,
      user_location: { type: 'approximate', city: 'Paris' },
      search_context_size: 'low',
    };
    const { body, dropped } = encoded({ tools: [search(options)] }, { webSearch: 'web_search_options' });
    expect(body).toMatchObject({
      web_search_options: {
        search_context_size: 'low',
        user_location: { type: 'approximate', approximate: { city: 'Paris' } },
      },
    });
    expect(body).not.toHaveProperty('tools');
    expect(dropped).toEqual(['tools.0.max_uses']);
  });
  test('as a plugin; as nothing where it is done anyway; not at all', () => {
    expect(bodyOf({ tools: [search({})] }, { webSearch: 'plugin' })).toMatchObject({
      plugins: [{ id: 'web' }],
    });
    expect(Object.keys(bodyOf({ tools: [search({})] }, { webSearch: 'always', tools: false }))).toEqual([
      'model',
      'messages',
      'stream',
    ]);
    expect(faultOf({ tools: [search({})] })).toMatch(/^tools\.0: /);
  });
  test('limits of where to search are refused by name', () => {
    expect(faultOf({ tools: [search({ allowed_domains: ['a'] })] }, { webSearch: 'plugin' })).toMatch(
      /^tools\.0\.allowed_domains: /,
    );
  });
});

describe('the choice of tools', () => {
  const choice = (
    toolChoice: NonNullable<Parameters['toolChoice']>,
    own: Own = {},
    base = OPENAI_COMPATIBLE,
  ) => bodyOf({ tools: [fn(), fn({ name: 'g' })], parameters: { toolChoice } }, own, base);

  test('without tools nothing is said, and nothing is named as dropped', () => {
    const { body, dropped } = encoded({
      parameters: { toolChoice: { kind: 'auto' }, parallelToolCalls: false },
    });
    expect(body).not.toHaveProperty('tool_choice');
    expect(body).not.toHaveProperty('parallel_tool_calls');
    expect(dropped).toEqual([]);
  });
  test.each(['auto', 'none'] as const)('%s', (kind) => {
    expect(choice({ kind })).toMatchObject({ tool_choice: kind });
  });
  test('a call is required in the provider’s word', () => {
    expect(choice({ kind: 'required' })).toMatchObject({ tool_choice: 'required' });
    expect(choice({ kind: 'required' }, { requiredWord: 'any' })).toMatchObject({ tool_choice: 'any' });
  });
  test('allowed tools are named, or the only ones sent', () => {
    const allowed = { kind: 'allowed', mode: 'required', names: ['g'] } as const;
    expect(choice(allowed, {}, OPENAI_CHAT)).toMatchObject({
      tools: [{}, {}],
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'g' } }] },
      },
    });
    expect(choice(allowed, { requiredWord: 'any' })).toMatchObject({
      tools: [{ function: { name: 'g' } }],
      tool_choice: 'any',
    });
    expect(choice(allowed).tools).toHaveLength(1);
  });
  test('calls side by side', () => {
    expect(bodyOf({ tools: [fn()], parameters: { parallelToolCalls: false } })).toMatchObject({
      parallel_tool_calls: false,
    });
  });
});

describe('structured output', () => {
  const schema: OutputFormat = { kind: 'json-schema', name: 'city', schema: SCHEMA, strict: true };
  const ask = (outputFormat: OutputFormat, own: Own = {}, rest: Partial<ModelRequest> = {}) =>
    bodyOf({ parameters: { outputFormat }, ...rest }, own);
  const instructions = (body: { readonly messages?: unknown }) =>
    (body.messages as { content: string }[])[0]?.content;

  test('named', () => {
    expect(ask(schema)).toMatchObject({
      response_format: { type: 'json_schema', json_schema: { name: 'city', schema: SCHEMA, strict: true } },
    });
  });
  test('a name is made, and a refused one made fit', () => {
    expect(ask({ ...schema, name: null })).toMatchObject({
      response_format: { json_schema: { name: 'answer' } },
    });
    expect(ask({ ...schema, name: 'a b' })).toMatchObject({
      response_format: { json_schema: { name: expect.stringMatching(/^a_b_[0-9a-f]{8}$/) } },
    });
  });
  test('Anthropic’s clients expect strictness where the schema allows', () => {
    const wire = (given: object) =>
      (ask({ ...schema, schema: { ...given }, strict: null }).response_format as { json_schema: object })
        .json_schema;
    expect(wire(CLEAN)).toMatchObject({ strict: true });
    expect(wire(SCHEMA)).not.toHaveProperty('strict');
  });
  test('bare (Perplexity)', () => {
    expect(ask(schema, { schemaForm: 'bare' })).toMatchObject({
      response_format: { type: 'json_schema', json_schema: { schema: SCHEMA } },
    });
  });
  test('any JSON with the schema in the instructions (DeepSeek)', () => {
    const body = ask(schema, { schemaForm: 'json-object' });
    expect(body).toMatchObject({ response_format: { type: 'json_object' } });
    expect(instructions(body)).toMatch(/JSON Schema:\n\{"type":"object"/);
  });
  test('in the instructions alone, behind the caller’s own', () => {
    const body = ask(
      schema,
      { schemaForm: 'instructions' },
      {
        messages: [{ role: 'system', content: [{ kind: 'text', text: 'Be brief.' }] }, user('hi')],
      },
    );
    expect(body).not.toHaveProperty('response_format');
    expect(instructions(body)).toMatch(/^Be brief\.\n\nAnswer with one JSON value/);
    expect(instructions(ask({ kind: 'json' }, { jsonObject: false }))).toMatch(/^Answer with one JSON value/);
  });
  test('beside tools only where the provider allows it (Groq)', () => {
    const tools = [fn()];
    expect(ask(schema, {}, { tools })).toHaveProperty('response_format');
    for (const format of [schema, { kind: 'json' } as const]) {
      const body = ask(format, { formatWithTools: false }, { tools });
      expect(body).not.toHaveProperty('response_format');
      expect(instructions(body)).toMatch(/^Answer with one JSON value/);
    }
  });
});

describe('thinking', () => {
  const keep: Own = { parameters: { reasoning: 'keep' } };
  const ask = (reasoning: NonNullable<Parameters['reasoning']>, own: Own = {}, maxTokens?: number) =>
    encoded(
      { parameters: { reasoning, ...(maxTokens === undefined ? {} : { maxTokens }) } },
      { ...keep, ...own },
    );

  test('a budget is the effort whose share of the answer comes nearest', () => {
    expect(ask({ budget: 1000, shown: true }, {}, 10_000).body).toMatchObject({ reasoning_effort: 'low' });
    expect(ask({ budget: 6_000, shown: true }, {}, 10_000).body).toMatchObject({ reasoning_effort: 'high' });
    expect(ask({ budget: 20_000, shown: true }).body).toMatchObject({ reasoning_effort: 'high' });
  });
  test('what cannot be told is named as dropped', () => {
    const { body, dropped } = ask({ effort: 'none', shown: null });
    expect(body).not.toHaveProperty('reasoning_effort');
    expect(dropped).toEqual(['reasoning']);
  });
  test('to be shown thoughts needs no effort', () => {
    expect(ask({ shown: true })).toMatchObject({ dropped: [] });
  });
  test('`thinking` and an effort (DeepSeek)', () => {
    const words = {
      none: null,
      minimal: 'low',
      low: 'low',
      medium: 'high',
      high: 'high',
      xhigh: 'high',
      max: 'max',
    };
    const own: Own = { reasoning: { kind: 'thinking', words } };
    expect(ask({ effort: 'medium', shown: null }, own).body).toMatchObject({
      thinking: { type: 'enabled' },
      reasoning_effort: 'high',
    });
    expect(ask({ effort: 'none', shown: null }, own).body).toMatchObject({ thinking: { type: 'disabled' } });
    expect(ask({ effort: 'none', shown: null }, own).body).not.toHaveProperty('reasoning_effort');
  });
  test.each<[NonNullable<Parameters['reasoning']>, object]>([
    [{ effort: 'high', shown: null }, { effort: 'high' }],
    [
      { effort: 'max', shown: false },
      { effort: 'xhigh', exclude: true },
    ],
    [{ budget: 2000, shown: true }, { max_tokens: 2000 }],
    [{ shown: true }, { enabled: true }],
  ])('as an object (OpenRouter): %j', (reasoning, expected) => {
    expect(ask(reasoning, { reasoning: { kind: 'object' } }).body.reasoning).toEqual(expected);
  });
  test('only off can be said (GLM at Cerebras)', () => {
    const own: Own = { reasoning: { kind: 'off-only' } };
    expect(ask({ effort: 'none', shown: null }, own).body).toMatchObject({ reasoning_effort: 'none' });
    expect(ask({ effort: 'high', shown: null }, own).body).not.toHaveProperty('reasoning_effort');
  });
  test('whether thoughts are shown', () => {
    const format: Own = { reasoningShown: 'reasoning_format' };
    expect(bodyOf({}, format)).toMatchObject({ reasoning_format: 'parsed' });
    expect(ask({ shown: false }, format).body).toMatchObject({ reasoning_format: 'hidden' });
    const include: Own = { reasoningShown: 'include_reasoning' };
    expect(ask({ shown: false }, include).body).toMatchObject({ include_reasoning: false });
    expect(ask({ shown: true }, include).body).not.toHaveProperty('include_reasoning');
  });
  test('an effort of every name is a word or nothing', () => {
    const efforts: Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];
    expect(efforts.map((effort) => ask({ effort, shown: null }).body.reasoning_effort)).toEqual([
      undefined,
      'low',
      'low',
      'medium',
      'high',
      'high',
      'high',
    ]);
  });
});
