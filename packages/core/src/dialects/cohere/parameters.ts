import type { ParameterTable } from '../../form/parameter-table.ts';

/** What Cohere v2 has a field for (spec/providers 3.1, column Cohere). */
export const COHERE_PARAMETERS: ParameterTable = {
  maxTokens: 'keep',
  temperature: 'keep',
  topP: 'keep',
  topK: 'keep',
  stop: 'keep',
  seed: 'keep',
  frequencyPenalty: 'keep',
  presencePenalty: 'keep',
  logitBias: 'drop',
  candidates: 'refuse',
  logprobs: 'keep',
  toolChoice: 'keep',
  parallelToolCalls: 'drop',
  outputFormat: 'keep',
  reasoning: 'keep',
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

/** Models from before Cohere's reasoning ones refuse `thinking`. */
const NEVER_THINKS = /^(?:command-(?:r|light|nightly|a-(?:03|vision|translate))|c4ai-aya|command$)/;

/** The same for one model. */
export const parametersOf = (model: string): ParameterTable =>
  NEVER_THINKS.test(model) ? { ...COHERE_PARAMETERS, reasoning: 'drop' } : COHERE_PARAMETERS;
