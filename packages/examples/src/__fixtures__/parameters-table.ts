import { PROVIDERS } from '@weir/core';
import { type ModelRequest, PROVIDER_TRANSLATIONS } from '@weir/core/translation';

/** What OpenAI's chat format calls the parameters; the other formats' names are close. */
const NAMES: Readonly<Record<string, string>> = {
  maxTokens: 'max_completion_tokens',
  topP: 'top_p',
  topK: 'top_k',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  logitBias: 'logit_bias',
  candidates: 'n',
  toolChoice: 'tool_choice',
  parallelToolCalls: 'parallel_tool_calls',
  outputFormat: 'response_format',
  reasoning: 'reasoning_effort',
  audioOutput: 'audio',
  serviceTier: 'service_tier',
  promptCacheKey: 'prompt_cache_key',
  promptCacheRetention: 'prompt_cache_retention',
  maxToolCalls: 'max_tool_calls',
  cacheHints: 'cache_control',
  imageDetail: 'detail',
};

const NOTHING: ModelRequest = {
  messages: [],
  tools: [],
  parameters: {},
  stream: false,
  includeUsage: false,
  unknown: {},
  source: { dialect: 'openai-chat', body: {}, names: {} },
};

/** The header and a row for each provider: its name, what is left out for it, what is refused. */
export function parametersTable(): readonly (readonly string[])[] {
  const rows = PROVIDERS.flatMap(({ slug, name }) => {
    const table = PROVIDER_TRANSLATIONS.get(slug)?.dialectFor('any-model', NOTHING).parameters;
    if (!table) return [];
    const ruled = (rule: string) =>
      Object.entries(table)
        .filter(([, is]) => is === rule)
        .map(([parameter]) => `\`${NAMES[parameter] ?? parameter}\``)
        .join(' ') || '–';
    return [[name, ruled('drop'), ruled('refuse')]];
  });
  return [['Provider', 'Left out and named', 'Refused'], ...rows];
}
