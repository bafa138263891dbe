import type { ParameterTable } from '../../form/parameter-table.ts';
import type { GeminiModel } from './models.ts';

/** What Gemini has a field for, whatever the model and the surface (spec/providers 3.1, column Gemini). */
export const GEMINI_PARAMETERS: ParameterTable = {
  maxTokens: 'keep',
  temperature: 'keep',
  topP: 'keep',
  topK: 'keep',
  stop: 'keep',
  seed: 'keep',
  frequencyPenalty: 'keep',
  presencePenalty: 'keep',
  logitBias: 'drop',
  // There is a field, but the form holds one answer.
  candidates: 'refuse',
  logprobs: 'keep',
  toolChoice: 'keep',
  parallelToolCalls: 'drop',
  outputFormat: 'keep',
  reasoning: 'keep',
  verbosity: 'drop',
  modalities: 'keep',
  audioOutput: 'keep',
  prediction: 'drop',
  user: 'drop',
  metadata: 'drop',
  store: 'drop',
  serviceTier: 'keep',
  promptCacheKey: 'drop',
  promptCacheRetention: 'drop',
  truncation: 'drop',
  maxToolCalls: 'drop',
  cacheHints: 'drop',
  imageDetail: 'drop',
};

/** Vertex has labels for users and metadata, and takes its tier in a header. */
export const VERTEX_PARAMETERS: ParameterTable = {
  ...GEMINI_PARAMETERS,
  user: 'keep',
  metadata: 'keep',
  serviceTier: 'drop',
};

/** The same for one model. */
export const parametersOf = (model: GeminiModel, table: ParameterTable): ParameterTable =>
  model.thinking.kind === 'none' ? { ...table, reasoning: 'drop' } : table;
