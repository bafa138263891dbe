import { describe, expect, test } from '@jest/globals';
import { request } from '../dialects/openai-chat/provider/__fixtures__/decode.ts';
import { isFault } from '../form/fault.ts';
import { isJson, type Json } from '../form/json.ts';
import type { Message, ModelRequest, Parameters, Tool } from '../form/request.ts';
import { azureOpenaiTranslation } from './azure-openai/translation.ts';
import { basetenTranslation } from './baseten/translation.ts';
import { cerebrasTranslation } from './cerebras/translation.ts';
import { deepseekTranslation } from './deepseek/translation.ts';
import { demoTranslation } from './demo/translation.ts';
import { fireworksTranslation } from './fireworks/translation.ts';
import { grokTranslation } from './grok/translation.ts';
import { groqTranslation } from './groq/translation.ts';
import { huggingfaceTranslation } from './huggingface/translation.ts';
import { mistralTranslation } from './mistral/translation.ts';
import { openaiTranslation } from './openai/translation.ts';
import { openrouterTranslation } from './openrouter/translation.ts';
import { parallelTranslation } from './parallel/translation.ts';
import { perplexityAiTranslation } from './perplexity-ai/translation.ts';
import type { ProviderTranslation } from './provider-translation.ts';
import { togetherTranslation } from './together/translation.ts';

/** They stand in the content, not beside it. */
const HINTS = ['cacheHints', 'imageDetail'] as const;
type Hint = (typeof HINTS)[number];

/** Every parameter there is, with a value that means something. */
const EVERYTHING: Required<Omit<Parameters, Hint>> = {
  maxTokens: 100,
  temperature: 0.5,
  topP: 0.9,
  topK: 10,
  stop: ['END'],
  seed: 7,
  frequencyPenalty: 0.1,
  presencePenalty: 0.2,
  logitBias: { 50256: -100 },
  candidates: 2,
  logprobs: 2,
  toolChoice: { kind: 'required' },
  parallelToolCalls: false,
  outputFormat: { kind: 'json-schema', name: 'x', schema: { type: 'object' }, strict: null },
  reasoning: { effort: 'high', shown: null },
  verbosity: 'low',
  modalities: ['text', 'audio'],
  audioOutput: { voice: 'alloy', format: 'mp3' },
  prediction: { type: 'content', content: '' },
  user: 'u',
  metadata: { a: 'b' },
  store: false,
  serviceTier: 'auto',
  promptCacheKey: 'k',
  promptCacheRetention: '24h',
  truncation: 'auto',
  maxToolCalls: 3,
};

const CHAT = { dialect: 'openai-chat', body: {}, names: {} } as const;
const TOOL: Tool = { kind: 'function', name: 'f', schema: { type: 'object' }, strict: null };

function encode(translation: ProviderTranslation, model: string, given: Partial<ModelRequest>) {
  const asked = request(given);
  const target = { provider: { slug: translation.slug, name: translation.slug }, model };
  return translation.dialectFor(model, asked).encodeRequest(asked, target);
}

function bodyOf(translation: ProviderTranslation, model: string, given: Partial<ModelRequest>): Json {
  const result = encode(translation, model, given);
  if (isFault(result)) throw new Error(`${result.path.join('.')}: ${result.message}`);
  return result.body;
}

/** Parameters that are refused, and the body of a request with all the others. */
function take(translation: ProviderTranslation, model: string) {
  const refused: string[] = [];
  const rest: Record<string, unknown> = {};
  const tools = isFault(encode(translation, model, { tools: [TOOL] })) ? [] : [TOOL];
  const asked = { source: CHAT, tools, stream: true };
  for (const [name, value] of Object.entries(EVERYTHING))
    if (isFault(encode(translation, model, { ...asked, parameters: { [name]: value } }))) refused.push(name);
    else rest[name] = value;
  const result = encode(translation, model, { ...asked, parameters: rest });
  if (isFault(result)) throw new Error(result.message);
  const { model: _, messages, stream, ...body } = result.body;
  return { fields: Object.keys(body).toSorted(), refused, dropped: result.dropped.toSorted() };
}

/** A row begins with what it is about, for its name. */
const bySlug = <Rest extends readonly unknown[]>([translation, model, ...rest]: readonly [
  translation: ProviderTranslation,
  model: string,
  ...rest: Rest,
]) => [translation.slug, model, translation, ...rest] as const;

const words = (text: string) => text.trim().split(/\s+/).toSorted();
const SAMPLING = 'temperature top_p stop frequency_penalty presence_penalty';
const TOOLS = 'tools tool_choice parallel_tool_calls';
const ALWAYS = 'response_format stream_options';
/** What only OpenAI and Azure have. */
const OPENAI_ONLY =
  'audio logit_bias logprobs metadata modalities prediction prompt_cache_key prompt_cache_retention service_tier store top_logprobs user verbosity';

/**
 * What each provider lists as a field of its requests: a body holds these and no other, because an unknown one is a 400 at
 * several of them (spec/providers 12).
 */
const FIELDS: ReadonlyArray<readonly [ProviderTranslation, model: string, fields: string, refused: string]> =
  [
    [
      openaiTranslation,
      'gpt-4o',
      `max_completion_tokens seed ${SAMPLING} ${TOOLS} ${ALWAYS} ${OPENAI_ONLY.replace(' verbosity', '')}`,
      'candidates',
    ],
    [
      openaiTranslation,
      'gpt-5-mini',
      `max_completion_tokens seed reasoning_effort ${TOOLS} ${ALWAYS} audio metadata modalities prediction prompt_cache_key prompt_cache_retention service_tier store user verbosity`,
      'stop candidates logprobs',
    ],
    [
      openaiTranslation,
      'o1',
      `max_completion_tokens seed stop reasoning_effort tools tool_choice ${ALWAYS} audio metadata modalities prediction prompt_cache_key prompt_cache_retention service_tier store user`,
      'candidates logprobs',
    ],
    [
      azureOpenaiTranslation,
      'res/dep',
      `max_completion_tokens seed reasoning_effort ${SAMPLING} ${TOOLS} ${ALWAYS} ${OPENAI_ONLY}`,
      'candidates',
    ],
    [
      groqTranslation,
      'llama-3.3-70b-versatile',
      `max_completion_tokens seed temperature top_p stop user ${TOOLS} stream_options`,
      'candidates logprobs modalities audioOutput',
    ],
    [
      groqTranslation,
      'qwen/qwen3-32b',
      `max_completion_tokens seed temperature top_p stop user reasoning_effort reasoning_format ${TOOLS} stream_options`,
      'candidates logprobs modalities audioOutput',
    ],
    [
      mistralTranslation,
      'mistral-large-latest',
      `max_tokens random_seed prediction response_format ${SAMPLING} ${TOOLS}`,
      'candidates logprobs modalities audioOutput',
    ],
    [
      grokTranslation,
      'grok-3',
      `max_completion_tokens seed logprobs top_logprobs user ${SAMPLING} ${TOOLS} ${ALWAYS}`,
      'candidates modalities audioOutput',
    ],
    [
      grokTranslation,
      'grok-4',
      `max_completion_tokens seed logprobs top_logprobs user temperature top_p ${TOOLS} ${ALWAYS}`,
      'stop candidates modalities audioOutput',
    ],
    [
      deepseekTranslation,
      'deepseek-chat',
      `max_tokens logprobs top_logprobs thinking reasoning_effort tools tool_choice ${SAMPLING} ${ALWAYS}`,
      'candidates modalities audioOutput',
    ],
    [
      cerebrasTranslation,
      'gpt-oss-120b',
      `max_completion_tokens seed stop temperature top_p logprobs top_logprobs user reasoning_effort reasoning_format ${TOOLS} ${ALWAYS}`,
      'candidates modalities audioOutput',
    ],
    [
      cerebrasTranslation,
      'llama-3.3-70b',
      `max_completion_tokens seed stop temperature top_p logprobs top_logprobs user ${TOOLS} ${ALWAYS}`,
      'candidates modalities audioOutput',
    ],
    [
      perplexityAiTranslation,
      'sonar',
      'max_tokens temperature top_p top_k frequency_penalty presence_penalty response_format',
      'stop candidates logprobs modalities audioOutput',
    ],
    [
      openrouterTranslation,
      'anthropic/claude-sonnet-4.5',
      `max_tokens top_k seed logit_bias logprobs top_logprobs reasoning verbosity prediction user ${SAMPLING} ${TOOLS} ${ALWAYS}`,
      'candidates modalities audioOutput',
    ],
    [
      togetherTranslation,
      'openai/gpt-oss-120b',
      `max_tokens top_k seed logit_bias reasoning_effort tools tool_choice ${SAMPLING} ${ALWAYS}`,
      'candidates logprobs modalities audioOutput',
    ],
    [
      fireworksTranslation,
      'accounts/fireworks/models/x',
      `max_tokens top_k seed logit_bias logprobs top_logprobs reasoning_effort prediction user ${SAMPLING} ${TOOLS} ${ALWAYS}`,
      'candidates modalities audioOutput',
    ],
    [
      basetenTranslation,
      'moonshotai/Kimi-K2',
      `max_tokens top_k seed logit_bias logprobs top_logprobs reasoning_effort user ${SAMPLING} ${TOOLS} ${ALWAYS}`,
      'candidates modalities audioOutput',
    ],
    [
      huggingfaceTranslation,
      'deepseek-ai/DeepSeek-R1',
      `max_tokens seed logit_bias logprobs top_logprobs reasoning_effort tools tool_choice ${SAMPLING} ${ALWAYS}`,
      'candidates modalities audioOutput',
    ],
    [parallelTranslation, 'speed', 'response_format', 'stop candidates logprobs modalities audioOutput'],
    [
      demoTranslation,
      'demo',
      `max_tokens top_k seed logit_bias logprobs top_logprobs reasoning_effort user ${SAMPLING} ${TOOLS} ${ALWAYS}`,
      'candidates modalities audioOutput',
    ],
  ];

describe('a body holds what the provider lists, what is left is named, what would change the answer is refused', () => {
  test.each(FIELDS.map(bySlug))('%s %s', (_slug, model, translation, fields, refused) => {
    const taken = take(translation, model);
    expect(taken.fields).toEqual(words(fields));
    expect(taken.refused.toSorted()).toEqual(words(refused));
    const table = translation.dialectFor(model, request()).parameters ?? {};
    const dropped = Object.entries(table).flatMap(([name, rule]) => (rule === 'drop' ? [name] : []));
    // Without tools there is nothing to choose, and nothing is lost.
    const idle = taken.fields.includes('tools') ? [] : ['parallelToolCalls'];
    expect([...taken.dropped, ...idle].toSorted()).toEqual(
      dropped.filter((name) => !HINTS.some((hint) => hint === name)).toSorted(),
    );
  });
});

describe('where each provider is asked', () => {
  const ADDRESSES: ReadonlyArray<readonly [ProviderTranslation, model: string, path: string, name: string]> =
    [
      [openaiTranslation, 'gpt-4o', 'chat/completions', 'gpt-4o'],
      [azureOpenaiTranslation, 'my-res/my-dep', 'my-res/openai/v1/chat/completions', 'my-dep'],
      [groqTranslation, 'x', 'chat/completions', 'x'],
      [mistralTranslation, 'x', 'v1/chat/completions', 'x'],
      [grokTranslation, 'x', 'chat/completions', 'x'],
      [deepseekTranslation, 'x', 'chat/completions', 'x'],
      [cerebrasTranslation, 'x', 'chat/completions', 'x'],
      [perplexityAiTranslation, 'x', 'chat/completions', 'x'],
      [openrouterTranslation, 'a/b:free', 'chat/completions', 'a/b:free'],
      [togetherTranslation, 'a/b', 'chat/completions', 'a/b'],
      [fireworksTranslation, 'accounts/x/models/y', 'chat/completions', 'accounts/x/models/y'],
      [basetenTranslation, 'a/b', 'chat/completions', 'a/b'],
      [huggingfaceTranslation, 'a/b:groq', 'v1/chat/completions', 'a/b:groq'],
      [parallelTranslation, 'speed', 'v1beta/chat/completions', 'speed'],
      [demoTranslation, 'demo', 'chat/completions', 'demo'],
    ];
  test.each(ADDRESSES.map(bySlug))('%s %s', (_slug, model, translation, path, name) => {
    const result = encode(translation, model, {});
    expect(result).toMatchObject({ path, query: '', headers: [], body: { model: name } });
  });
  test('Azure without a deployment is the caller’s mistake', () => {
    for (const model of ['dep', '/dep', 'res/'])
      expect(encode(azureOpenaiTranslation, model, {})).toMatchObject({ path: ['model'] });
  });
});

describe('models of OpenAI', () => {
  const effort = (model: string, asked: 'none' | 'minimal' | 'xhigh' | 'max') =>
    bodyOf(openaiTranslation, model, {
      parameters: { reasoning: { effort: asked, shown: null } },
      source: CHAT,
    }).reasoning_effort;
  const system: Message[] = [
    { role: 'system', content: [{ kind: 'text', text: 's' }] },
    { role: 'user', content: [{ kind: 'text', text: 'u' }] },
  ];

  test.each([
    ['o1-mini', 'user'],
    ['o1', 'developer'],
    ['o4-mini', 'developer'],
    ['gpt-5', 'developer'],
    ['gpt-5.2', 'developer'],
    ['gpt-5-chat-latest', 'system'],
    ['gpt-4o', 'system'],
    ['ft:gpt-4o:acme', 'system'],
    ['chatgpt-4o-latest', 'system'],
    ['gpt-4o-search-preview', 'system'],
  ])('%s hears its instructions from "%s"', (model, role) => {
    expect(bodyOf(openaiTranslation, model, { messages: system })).toMatchObject({
      messages: [{ role }, {}],
    });
  });
  test.each([
    ['o3', ['low', 'low', 'high', 'high']],
    ['gpt-5', ['minimal', 'minimal', 'high', 'high']],
    ['gpt-5.1', ['none', 'low', 'high', 'high']],
    ['gpt-5.2', ['none', 'low', 'xhigh', 'xhigh']],
    ['gpt-4o', [undefined, undefined, undefined, undefined]],
  ])('%s and its efforts', (model, efforts) => {
    expect((['none', 'minimal', 'xhigh', 'max'] as const).map((it) => effort(model, it))).toEqual(efforts);
  });
  test.each([
    ['gpt-5-codex', ['low', 'low', 'high', 'high']],
    ['gpt-5.1-codex-mini', ['low', 'low', 'high', 'high']],
    ['gpt-5.1-codex-max', ['low', 'low', 'xhigh', 'xhigh']],
    ['gpt-5.2-codex', ['low', 'low', 'xhigh', 'xhigh']],
    ['gpt-5-pro', ['high', 'high', 'high', 'high']],
    ['gpt-5.2-pro', ['medium', 'medium', 'xhigh', 'xhigh']],
    ['o3-pro', ['low', 'low', 'high', 'high']],
    ['o3-deep-research', ['medium', 'medium', 'medium', 'medium']],
  ])('%s, over Responses, and its efforts', (model, efforts) => {
    const told = (['none', 'minimal', 'xhigh', 'max'] as const).map((it) => {
      const parameters: Parameters = { reasoning: { effort: it, shown: null } };
      const { reasoning } = bodyOf(openaiTranslation, model, { parameters, source: CHAT });
      return isJson(reasoning) ? reasoning.effort : null;
    });
    expect(told).toEqual(efforts);
  });
  test('a model that was told not to think takes what tunes again', () => {
    const parameters: Parameters = {
      temperature: 0.5,
      logprobs: 1,
      reasoning: { effort: 'none', shown: null },
    };
    expect(bodyOf(openaiTranslation, 'gpt-5.1', { parameters })).toMatchObject({
      temperature: 0.5,
      logprobs: true,
    });
    expect(encode(openaiTranslation, 'gpt-5', { parameters })).toMatchObject({
      kind: 'fault',
      path: ['logprobs'],
    });
  });
  test('old search models are told to search by options', () => {
    const tools: Tool[] = [{ kind: 'web-search', dialect: 'anthropic-messages', options: {} }];
    expect(bodyOf(openaiTranslation, 'gpt-4o-search-preview', { tools })).toHaveProperty(
      'web_search_options',
    );
  });

  const MESSAGES = { dialect: 'anthropic-messages', body: {}, names: {} } as const;
  const thinks = { reasoning: { budget: 4000, shown: true } } as const;
  test.each<[string, string, Partial<ModelRequest>, 'openai-chat' | 'openai-responses']>([
    ['a model without chat', 'gpt-5-pro', { source: CHAT }, 'openai-responses'],
    ['a model without chat', 'gpt-5.1-codex-max', { source: CHAT }, 'openai-responses'],
    ['a model without chat', 'o3-deep-research', { source: CHAT }, 'openai-responses'],
    [
      'Anthropic’s client wants thoughts',
      'gpt-5',
      { source: MESSAGES, parameters: thinks },
      'openai-responses',
    ],
    [
      '… and uses stop strings',
      'gpt-5',
      { source: MESSAGES, parameters: { ...thinks, stop: ['x'] } },
      'openai-chat',
    ],
    ['… of a model that has none', 'gpt-4o', { source: MESSAGES, parameters: thinks }, 'openai-chat'],
    [
      '… hidden',
      'gpt-5',
      { source: MESSAGES, parameters: { reasoning: { effort: 'high', shown: false } } },
      'openai-chat',
    ],
    [
      '… off',
      'gpt-5.1',
      { source: MESSAGES, parameters: { reasoning: { effort: 'none', shown: null } } },
      'openai-chat',
    ],
    [
      'tools of a model that thinks while it calls',
      'gpt-5.6',
      { source: MESSAGES, tools: [TOOL] },
      'openai-responses',
    ],
    [
      '… and is told not to',
      'gpt-5.6',
      { source: MESSAGES, tools: [TOOL], parameters: { reasoning: { effort: 'none', shown: null } } },
      'openai-chat',
    ],
    ['tools of an older model', 'gpt-5.1', { source: MESSAGES, tools: [TOOL] }, 'openai-chat'],
    ['Anthropic’s client without thoughts', 'gpt-5', { source: MESSAGES }, 'openai-chat'],
    [
      'a search of the web',
      'gpt-4o',
      { source: MESSAGES, tools: [{ kind: 'web-search', dialect: 'anthropic-messages', options: {} }] },
      'openai-responses',
    ],
  ])('%s (%s)', (_, model, given, expected) => {
    expect(openaiTranslation.dialectFor(model, request(given)).name).toBe(expected);
  });
});

describe('a deployment at Azure', () => {
  test('is never guessed from its name: chat with the fields that every model takes (14-39)', () => {
    for (const name of ['gpt-5', 'gpt-4o', 'o1-mini'])
      expect(
        bodyOf(azureOpenaiTranslation, `res/${name}`, { parameters: { maxTokens: 5, temperature: 0.5 } }),
      ).toMatchObject({ model: name, max_completion_tokens: 5, temperature: 0.5 });
  });
  test('is asked over Responses where thoughts or a search of the web are wanted', () => {
    const source = { dialect: 'anthropic-messages', body: {}, names: {} } as const;
    const parameters: Parameters = { reasoning: { budget: 4000, shown: true } };
    const tools: Tool[] = [{ kind: 'web-search', dialect: 'anthropic-messages', options: {} }];
    for (const given of [
      { source, parameters },
      { source: CHAT, tools },
    ])
      expect(encode(azureOpenaiTranslation, 'res/dep', given)).toMatchObject({
        path: 'res/openai/v1/responses',
        body: { model: 'dep' },
      });
    for (const given of [
      { source: CHAT, parameters },
      { source, parameters: { ...parameters, stop: ['x'] } },
      { source, parameters: { reasoning: { effort: 'none', shown: null } } as const },
    ])
      expect(encode(azureOpenaiTranslation, 'res/dep', given)).toMatchObject({
        path: 'res/openai/v1/chat/completions',
      });
  });
});

describe('what single providers want', () => {
  const thinking: Message[] = [
    { role: 'user', content: [{ kind: 'text', text: 'hi' }] },
    {
      role: 'assistant',
      content: [
        { kind: 'reasoning', text: 'hm' },
        { kind: 'tool-call', id: 'call_1', name: 'f', arguments: '{}' },
      ],
    },
    {
      role: 'user',
      content: [
        { kind: 'tool-result', callId: 'call_1', content: [{ kind: 'text', text: 'r' }], isError: false },
        { kind: 'text', text: 'and?' },
      ],
    },
  ];
  const messages = (translation: ProviderTranslation, model: string) =>
    bodyOf(translation, model, { messages: thinking, tools: [TOOL] }).messages;

  test('DeepSeek wants its thoughts back; R1 refuses them', () => {
    expect(messages(deepseekTranslation, 'deepseek-v4-pro')).toMatchObject([
      {},
      { reasoning_content: 'hm' },
      {},
      {},
    ]);
    expect(JSON.stringify(messages(deepseekTranslation, 'deepseek-r1'))).not.toContain('hm');
  });
  test('Cerebras takes its thoughts back', () => {
    expect(messages(cerebrasTranslation, 'gpt-oss-120b')).toMatchObject([{}, { reasoning: 'hm' }, {}, {}]);
  });
  test('OpenRouter takes details', () => {
    expect(messages(openrouterTranslation, 'a/b')).toMatchObject([
      {},
      { reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] },
      {},
      {},
    ]);
  });
  test('Mistral: thinking parts, nine characters, the tool’s name, an assistant in between, "any"', () => {
    const nine = expect.stringMatching(/^[A-Za-z0-9]{9}$/);
    const body = bodyOf(mistralTranslation, 'magistral-medium-latest', {
      messages: thinking,
      tools: [TOOL],
      parameters: { toolChoice: { kind: 'required' }, seed: 1, maxTokens: 5 },
      stream: true,
    });
    expect(body).toMatchObject({
      messages: [
        {},
        { content: [{ type: 'thinking' }], tool_calls: [{ id: nine }] },
        { role: 'tool', tool_call_id: nine, name: 'f', content: 'r' },
        { role: 'assistant' },
        { role: 'user', content: 'and?' },
      ],
      tool_choice: 'any',
      random_seed: 1,
      max_tokens: 5,
    });
    expect(body).not.toHaveProperty('stream_options');
  });
  test('nobody else is sent thoughts', () => {
    for (const translation of [openaiTranslation, groqTranslation, togetherTranslation, demoTranslation])
      expect(JSON.stringify(messages(translation, 'x'))).not.toContain('hm');
  });
  test('Perplexity refuses tools, by their place', () => {
    expect(encode(perplexityAiTranslation, 'sonar', { tools: [TOOL] })).toMatchObject({
      path: ['tools', '0'],
    });
  });
  test.each([
    ['grok-3-mini', 'medium', 'low'],
    ['grok-4.3', 'none', 'none'],
    ['grok-4.5', 'none', 'low'],
    ['grok-4', 'high', undefined],
    ['grok-4.20-0309-reasoning', 'high', undefined],
  ] as const)('%s told to think "%s" hears "%s"', (model, effort, expected) => {
    const parameters: Parameters = { reasoning: { effort, shown: null } };
    expect(bodyOf(grokTranslation, model, { parameters }).reasoning_effort).toBe(expected);
  });
  const OFF: ReadonlyArray<readonly [ProviderTranslation, model: string, fields: Json]> = [
    [groqTranslation, 'openai/gpt-oss-20b', { reasoning_effort: 'low', include_reasoning: false }],
    [groqTranslation, 'qwen/qwen3-32b', { reasoning_effort: 'none', reasoning_format: 'hidden' }],
    [cerebrasTranslation, 'zai-glm-4.7', { reasoning_effort: 'none', reasoning_format: 'hidden' }],
    [cerebrasTranslation, 'gpt-oss-120b', { reasoning_effort: 'low', reasoning_format: 'hidden' }],
    [fireworksTranslation, 'x', { reasoning_effort: 'none' }],
    [mistralTranslation, 'mistral-small-latest', { reasoning_effort: 'none' }],
    [deepseekTranslation, 'deepseek-chat', { thinking: { type: 'disabled' } }],
  ];
  test.each(OFF.map(bySlug))(
    '%s %s told not to think, and not to show it',
    (_slug, model, translation, fields) => {
      const parameters: Parameters = { reasoning: { effort: 'none', shown: false } };
      expect(bodyOf(translation, model, { parameters })).toMatchObject(fields);
    },
  );
});
