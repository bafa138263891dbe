import type { ParameterTable } from '../../../form/parameter-table.ts';
import type { MessagesModel } from '../../claude-models.ts';

/** What this format has a field for (spec/providers 3.1, column messages). */
export const MESSAGES_PARAMETERS: ParameterTable = {
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
  metadata: 'drop',
  store: 'drop',
  serviceTier: 'keep',
  promptCacheKey: 'drop',
  promptCacheRetention: 'drop',
  truncation: 'drop',
  maxToolCalls: 'drop',
  cacheHints: 'keep',
  imageDetail: 'drop',
};

/** The same for one model on one platform. */
export function parametersOf(model: MessagesModel, hasServiceTiers: boolean): ParameterTable {
  return {
    ...MESSAGES_PARAMETERS,
    ...(model.sampling === 'refused' ? { temperature: 'drop', topP: 'drop', topK: 'drop' } : {}),
    ...(model.thinking === 'none' ? { reasoning: 'drop' } : {}),
    ...(hasServiceTiers ? {} : { serviceTier: 'drop' }),
  };
}
