import type { ParameterTable } from '../../../form/parameter-table.ts';
import type { ChatDeviations, EffortWords } from './deviations.ts';

/** What compatible providers have in common; all else is left out, and named. */
const COMPATIBLE_PARAMETERS: ParameterTable = {
  maxTokens: 'keep',
  temperature: 'keep',
  topP: 'keep',
  topK: 'drop',
  stop: 'keep',
  seed: 'keep',
  frequencyPenalty: 'keep',
  presencePenalty: 'keep',
  logitBias: 'drop',
  candidates: 'refuse',
  logprobs: 'refuse',
  toolChoice: 'keep',
  parallelToolCalls: 'keep',
  outputFormat: 'keep',
  reasoning: 'drop',
  verbosity: 'drop',
  modalities: 'refuse',
  audioOutput: 'refuse',
  prediction: 'drop',
  user: 'drop',
  metadata: 'drop',
  store: 'drop',
  serviceTier: 'drop',
  promptCacheKey: 'drop',
  promptCacheRetention: 'drop',
  truncation: 'drop',
  maxToolCalls: 'drop',
  cacheHints: 'drop',
  imageDetail: 'keep',
};

/** Efforts as most compatible servers know them. */
export const THREE_EFFORTS: EffortWords = {
  none: null,
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
};

/** Careful with everything: what every provider that copied the format takes. */
export const OPENAI_COMPATIBLE: ChatDeviations = {
  address: (model) => ({ path: 'chat/completions', model }),
  parameters: COMPATIBLE_PARAMETERS,
  maxTokensField: 'max_tokens',
  seedField: 'seed',
  maxStop: null,
  systemRole: 'system',
  laterSystem: 'user',
  alternates: false,
  emptyContent: '',
  refusalField: false,
  namesToolMessages: false,
  bridgesToolToUser: false,
  prefixField: false,
  callIds: 'any',
  tools: true,
  customTools: 'emulated',
  strictTools: false,
  requiredWord: 'required',
  allowedTools: 'emulated',
  webSearch: 'none',
  schemaForm: 'named',
  jsonObject: true,
  formatWithTools: true,
  reasoning: { kind: 'effort', words: THREE_EFFORTS },
  reasoningShown: 'none',
  replay: { kind: 'none' },
  googleProofs: false,
  images: true,
  audio: false,
  files: 'none',
  cacheControl: false,
  includeUsage: true,
  reasoningOutside: false,
  repeatsReasoning: false,
  citationMarks: false,
};

/** The common ground with what one provider does otherwise. */
export const deviate = (
  own: Partial<Omit<ChatDeviations, 'parameters'>> & { readonly parameters?: Partial<ParameterTable> },
  from: ChatDeviations = OPENAI_COMPATIBLE,
): ChatDeviations => ({ ...from, ...own, parameters: { ...from.parameters, ...own.parameters } });

/**
 * Servers that run open models, ours to be connected by their owner (vLLM, SGLang, Ollama, llama.cpp): they take what the
 * models need and leave alone what they do not know.
 */
export const OPEN_MODELS: ChatDeviations = deviate({
  parameters: { topK: 'keep', logitBias: 'keep', logprobs: 'keep', reasoning: 'keep', user: 'keep' },
  // What runs there may be Google's own compatible endpoint.
  googleProofs: true,
});

/** What every chat model of OpenAI has in common (platform.openai.com/docs/api-reference/chat). */
export const OPENAI_CHAT: ChatDeviations = deviate({
  parameters: {
    logitBias: 'keep',
    logprobs: 'keep',
    verbosity: 'keep',
    modalities: 'keep',
    audioOutput: 'keep',
    prediction: 'keep',
    user: 'keep',
    metadata: 'keep',
    store: 'keep',
    serviceTier: 'keep',
    promptCacheKey: 'keep',
    promptCacheRetention: 'keep',
  },
  maxTokensField: 'max_completion_tokens',
  maxStop: 4,
  laterSystem: 'in-place',
  emptyContent: null,
  refusalField: true,
  customTools: 'native',
  strictTools: true,
  allowedTools: 'native',
  audio: true,
  files: 'file',
});
