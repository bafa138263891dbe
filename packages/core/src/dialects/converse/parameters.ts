import type { ParameterTable } from '../../form/parameter-table.ts';
import type { ConverseModel } from './models.ts';

/** What Converse has a field for, whatever the model (spec/providers 3.1, column converse). */
export const CONVERSE_PARAMETERS: ParameterTable = {
  maxTokens: 'keep',
  temperature: 'keep',
  topP: 'keep',
  topK: 'keep',
  stop: 'keep',
  seed: 'drop',
  frequencyPenalty: 'drop',
  presencePenalty: 'drop',
  logitBias: 'drop',
  candidates: 'refuse',
  logprobs: 'refuse',
  toolChoice: 'keep',
  parallelToolCalls: 'keep',
  outputFormat: 'keep',
  reasoning: 'keep',
  verbosity: 'drop',
  modalities: 'refuse',
  audioOutput: 'refuse',
  prediction: 'drop',
  user: 'keep',
  metadata: 'keep',
  store: 'drop',
  serviceTier: 'keep',
  promptCacheKey: 'drop',
  promptCacheRetention: 'drop',
  truncation: 'drop',
  maxToolCalls: 'drop',
  cacheHints: 'keep',
  imageDetail: 'drop',
};

const TOP_K = new Set(['anthropic', 'amazon', 'mistral', 'unknown']);

/** The same for one model. */
export function parametersOf(model: ConverseModel): ParameterTable {
  return {
    ...CONVERSE_PARAMETERS,
    ...(model.sampling === 'refused' ? { temperature: 'drop', topP: 'drop', topK: 'drop' } : {}),
    ...(TOP_K.has(model.vendor) ? {} : { topK: 'drop' }),
    ...(model.vendor === 'anthropic' ? {} : { parallelToolCalls: 'drop' }),
    ...(model.thinking === 'none' ? { reasoning: 'drop' } : {}),
  };
}
