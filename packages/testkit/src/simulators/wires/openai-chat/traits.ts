import type { ScriptedUsage } from '../../script.ts';
import type { Limits } from '../../wire.ts';

/** What tells one OpenAI-compatible provider from another (spec/providers 12). */
export interface ChatTraits {
  /** The request's fields that it knows; any other is a 400 where `isStrict`. */
  readonly fields: readonly string[];
  readonly isStrict: boolean;
  readonly roles: readonly string[];
  /** Where the model's thoughts stand; `parts`: `content` is a list then. */
  readonly reasoning: 'reasoning_content' | 'reasoning' | 'parts' | 'details' | 'none';
  /** How a stream brings calls. `bare`: whole, without `index` and `type`; `same-index`: every one as number 0. */
  readonly calls: 'pieces' | 'whole' | 'bare' | 'same-index';
  /** A call's id, from its number in the conversation. */
  readonly callId: (seed: string) => string;
  /** What the ids that come back must look like. */
  readonly callIdPattern: RegExp;
  readonly usage: 'on-request' | 'finish-chunk' | 'groq' | 'every-chunk';
  readonly counts: (usage: ScriptedUsage) => Readonly<Record<string, unknown>>;
  /** `azure`: a chunk without choices, id and model goes first. */
  readonly opening: 'plain' | 'azure';
  readonly end: 'done-marker' | 'done-object';
  readonly errors: 'openai' | 'numbered' | 'flat' | 'text' | 'xai';
  /** Fields beside `choices` in each answer. */
  readonly extras: Readonly<Record<string, unknown>>;
  readonly choices: readonly string[];
  /** User and assistant strictly in turns. */
  readonly alternates: boolean;
  /** Null content of an assistant turn is refused. */
  readonly nullContent: boolean;
  readonly formats: readonly ('json_schema' | 'json_object')[];
  readonly limits: Limits;
  /** The path beneath the provider's base URL. */
  readonly path: RegExp;
}

const COMMON_FIELDS = [
  'model',
  'messages',
  'stream',
  'temperature',
  'top_p',
  'stop',
  'max_tokens',
  'tools',
  'tool_choice',
  'response_format',
];

const OPENAI_FIELDS = [
  ...COMMON_FIELDS,
  'audio',
  'frequency_penalty',
  'function_call',
  'functions',
  'logit_bias',
  'logprobs',
  'max_completion_tokens',
  'metadata',
  'modalities',
  'n',
  'parallel_tool_calls',
  'prediction',
  'presence_penalty',
  'prompt_cache_key',
  'prompt_cache_retention',
  'reasoning_effort',
  'safety_identifier',
  'seed',
  'service_tier',
  'store',
  'stream_options',
  'top_logprobs',
  'user',
  'verbosity',
  'web_search_options',
];

const plus = (...more: readonly string[]) => [...COMMON_FIELDS, ...more];

const openaiCounts = ({ input, cached, output, reasoning }: ScriptedUsage) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: reasoning, audio_tokens: 0 },
});

const plainCounts = ({ input, output }: ScriptedUsage) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
});

export const OPENAI_TRAITS: ChatTraits = {
  fields: OPENAI_FIELDS,
  isStrict: true,
  roles: ['system', 'developer', 'user', 'assistant', 'tool'],
  reasoning: 'none',
  calls: 'pieces',
  callId: (seed) => `call_${seed}`,
  callIdPattern: /^.{1,64}$/s,
  usage: 'on-request',
  counts: openaiCounts,
  opening: 'plain',
  end: 'done-marker',
  errors: 'openai',
  extras: { service_tier: 'default', system_fingerprint: 'fp_sim' },
  choices: ['none', 'auto', 'required'],
  alternates: false,
  nullContent: true,
  formats: ['json_schema', 'json_object'],
  limits: {},
  path: /^\/chat\/completions$/,
};

const BARE_ERRORS = 'its errors are sentences';
const NO_CACHE = 'it reports no cached tokens';
const NO_REFUSAL = 'its models refuse in plain text: there is no field for it';
const NO_REASONING_COUNT = 'it does not count reasoning apart';

/** A provider that serves open models: no `developer`, the old name of the token limit. */
const COMPATIBLE: ChatTraits = {
  ...OPENAI_TRAITS,
  fields: plus(
    'stream_options',
    'seed',
    'n',
    'frequency_penalty',
    'presence_penalty',
    'user',
    'parallel_tool_calls',
    'reasoning_effort',
    'logprobs',
    'top_logprobs',
    'top_k',
    'max_completion_tokens',
  ),
  isStrict: false,
  roles: ['system', 'user', 'assistant', 'tool'],
  extras: {},
  limits: { refusal: NO_REFUSAL },
};

export const AZURE_TRAITS: ChatTraits = {
  ...OPENAI_TRAITS,
  opening: 'azure',
  path: /^\/[^/]+\/openai\/(?:v1|deployments\/[^/]+)\/chat\/completions$/,
};

export const GROQ_TRAITS: ChatTraits = {
  ...COMPATIBLE,
  fields: plus(
    'stream_options',
    'seed',
    'frequency_penalty',
    'presence_penalty',
    'user',
    'parallel_tool_calls',
    'reasoning_effort',
    'reasoning_format',
    'include_reasoning',
    'max_completion_tokens',
    'service_tier',
    'metadata',
    'store',
  ),
  isStrict: true,
  reasoning: 'reasoning',
  calls: 'whole',
  usage: 'groq',
  extras: { system_fingerprint: 'fp_groq' },
};

/** Nine letters and digits out of anything. */
const nineCharacters = (seed: string) => `${seed.replace(/[^A-Za-z0-9]/g, '')}aaaaaaaaa`.slice(0, 9);

export const MISTRAL_TRAITS: ChatTraits = {
  ...COMPATIBLE,
  fields: plus(
    'random_seed',
    'n',
    'frequency_penalty',
    'presence_penalty',
    'parallel_tool_calls',
    'prediction',
    'prompt_mode',
    'reasoning_effort',
    'safe_prompt',
    'metadata',
  ),
  isStrict: true,
  reasoning: 'parts',
  calls: 'bare',
  callId: nineCharacters,
  callIdPattern: /^[A-Za-z0-9]{9}$/,
  usage: 'finish-chunk',
  counts: (usage) => ({ ...plainCounts(usage), prompt_tokens_details: { cached_tokens: usage.cached } }),
  errors: 'flat',
  path: /^\/v1\/chat\/completions$/,
  choices: ['none', 'auto', 'any', 'required'],
  limits: { refusal: NO_REFUSAL, 'reasoning-count': NO_REASONING_COUNT },
};

export const XAI_TRAITS: ChatTraits = {
  ...COMPATIBLE,
  reasoning: 'reasoning_content',
  calls: 'whole',
  // Reasoning stands beside the completion, not in it; the total holds both.
  counts: ({ input, cached, output, reasoning }) => ({
    prompt_tokens: input,
    completion_tokens: output - reasoning,
    total_tokens: input + output,
    prompt_tokens_details: { text_tokens: input, audio_tokens: 0, image_tokens: 0, cached_tokens: cached },
    completion_tokens_details: { reasoning_tokens: reasoning, audio_tokens: 0 },
    num_sources_used: 0,
  }),
  errors: 'xai',
};

export const DEEPSEEK_TRAITS: ChatTraits = {
  ...COMPATIBLE,
  reasoning: 'reasoning_content',
  counts: (usage) => ({
    ...openaiCounts(usage),
    prompt_cache_hit_tokens: usage.cached,
    prompt_cache_miss_tokens: usage.input - usage.cached,
  }),
  formats: ['json_object'],
};

export const CEREBRAS_TRAITS: ChatTraits = {
  ...COMPATIBLE,
  fields: plus(
    'stream_options',
    'seed',
    'user',
    'parallel_tool_calls',
    'reasoning_effort',
    'reasoning_format',
    'disable_reasoning',
    'logprobs',
    'top_logprobs',
    'max_completion_tokens',
    'service_tier',
  ),
  isStrict: true,
  reasoning: 'reasoning',
  calls: 'whole',
  usage: 'finish-chunk',
  errors: 'flat',
  extras: { system_fingerprint: 'fp_cerebras', time_info: { total_time: 0.03 } },
};

export const PERPLEXITY_TRAITS: ChatTraits = {
  ...COMPATIBLE,
  fields: plus(
    'frequency_penalty',
    'presence_penalty',
    'reasoning_effort',
    'top_k',
    'web_search_options',
  ).filter((name) => name !== 'tools' && name !== 'tool_choice' && name !== 'stop'),
  isStrict: true,
  roles: ['system', 'user', 'assistant'],
  usage: 'every-chunk',
  counts: (usage) => ({
    ...plainCounts(usage),
    reasoning_tokens: usage.reasoning,
    cost: { total_cost: 0.001 },
  }),
  end: 'done-object',
  errors: 'numbered',
  extras: { citations: ['https://example.com/a'], search_results: [] },
  alternates: true,
  formats: ['json_schema'],
  limits: { refusal: NO_REFUSAL, cached: NO_CACHE },
};

export const OPENROUTER_TRAITS: ChatTraits = {
  ...COMPATIBLE,
  fields: [...OPENAI_FIELDS, 'reasoning', 'provider', 'models', 'plugins', 'transforms', 'usage', 'top_k'],
  reasoning: 'details',
  usage: 'on-request',
  counts: (usage) => ({ ...openaiCounts(usage), cost: 0.0001, is_byok: false }),
  errors: 'numbered',
  extras: { provider: 'Simulated' },
};

export const TOGETHER_TRAITS: ChatTraits = {
  ...COMPATIBLE,
  reasoning: 'reasoning',
  errors: 'text',
  limits: { ...COMPATIBLE.limits, 'problem-kind': BARE_ERRORS },
};

export const FIREWORKS_TRAITS: ChatTraits = {
  ...COMPATIBLE,
  reasoning: 'reasoning_content',
  usage: 'every-chunk',
};

export const BASETEN_TRAITS: ChatTraits = { ...COMPATIBLE, reasoning: 'reasoning_content' };

/** Of the parameters it knows only a schema; the others are taken and count for nothing. */
export const PARALLEL_TRAITS: ChatTraits = {
  ...COMPATIBLE,
  limits: {
    ...COMPATIBLE.limits,
    'max-tokens': 'it takes no limit',
    'stream-usage': 'nobody can ask its streams for usage',
  },
  path: /^\/v1beta\/chat\/completions$/,
};

export const HUGGINGFACE_TRAITS: ChatTraits = {
  ...COMPATIBLE,
  calls: 'same-index',
  counts: (usage) => ({ ...plainCounts(usage), cached_tokens: usage.cached }),
  errors: 'text',
  path: /^\/v1\/chat\/completions$/,
  limits: { refusal: NO_REFUSAL, 'reasoning-count': NO_REASONING_COUNT, 'problem-kind': BARE_ERRORS },
};

export const WORKERS_AI_TRAITS: ChatTraits = {
  ...COMPATIBLE,
  nullContent: false,
  path: /^\/v1\/chat\/completions$/,
};
