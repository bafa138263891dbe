import type { ParameterTable } from '../../form/parameter-table.ts';

/** What Workers AI's own format has a field for (spec/providers 11). */
export const WORKERS_AI_PARAMETERS: ParameterTable = {
  maxTokens: 'keep',
  temperature: 'keep',
  topP: 'keep',
  topK: 'keep',
  stop: 'refuse',
  seed: 'keep',
  frequencyPenalty: 'keep',
  presencePenalty: 'keep',
  logitBias: 'drop',
  candidates: 'refuse',
  logprobs: 'refuse',
  toolChoice: 'keep',
  parallelToolCalls: 'drop',
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

/** In tokens. Always sent: left to itself, the service stops after very few. */
export const DEFAULT_MAX_TOKENS = 2048;
