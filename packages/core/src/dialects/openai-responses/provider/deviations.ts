import type { ParameterRule, ParameterTable } from '../../../form/parameter-table.ts';
import type { Effort, ModelRequest, ParameterName } from '../../../form/request.ts';
import type { TargetModel } from '../../provider-dialect.ts';

/** What OpenAI's Responses have a field for (spec/providers 3.1, 5.1). */
export const RESPONSES_PARAMETERS: ParameterTable = {
  maxTokens: 'keep',
  temperature: 'keep',
  topP: 'keep',
  topK: 'drop',
  // Without it the answer would go on where the caller wants its end.
  stop: 'refuse',
  seed: 'drop',
  frequencyPenalty: 'drop',
  presencePenalty: 'drop',
  logitBias: 'drop',
  candidates: 'refuse',
  logprobs: 'keep',
  toolChoice: 'keep',
  parallelToolCalls: 'keep',
  outputFormat: 'keep',
  reasoning: 'keep',
  verbosity: 'keep',
  modalities: 'refuse',
  audioOutput: 'refuse',
  prediction: 'drop',
  user: 'keep',
  metadata: 'keep',
  store: 'keep',
  serviceTier: 'keep',
  promptCacheKey: 'keep',
  promptCacheRetention: 'keep',
  truncation: 'keep',
  maxToolCalls: 'keep',
  cacheHints: 'drop',
  imageDetail: 'keep',
};

/** How a provider that speaks Responses differs from OpenAI. */
export interface Deviations {
  /** After the provider's slug; `responses` where it is not given. */
  path?(target: TargetModel): string;
  /** Rules other than OpenAI's. */
  readonly parameters?: Readonly<Partial<Record<ParameterName, ParameterRule>>>;
  /**
   * Whether to ask for encrypted reasoning. OpenAI refuses that for models that do not reason, so by default the model's
   * name decides; where names say nothing (Azure's deployments), only what the caller asks for does.
   */
  readonly encryptedReasoning?: 'by-name' | 'when-reasoning' | 'never';
  /** The model's own words for efforts, where it does not know all of them; null: it has none for it. */
  readonly efforts?: Readonly<Record<Effort, string | null>>;
  /** It refuses `store`, which then is not written. */
  readonly withoutStore?: boolean;
}

/** Models of OpenAI that do not reason; new ones do. Behind a relay the model's maker stands before its name. */
const PLAIN_MODEL = /^(?:.*\/)?(?:ft:)?(?:gpt-3|gpt-4|chatgpt|gpt-5(?:\.\d+)?-chat)/;

const reasons = (model: string, { parameters }: ModelRequest): boolean =>
  parameters.reasoning?.effort !== 'none' && !PLAIN_MODEL.test(model);

/** A model that reasons refuses what tunes the choice of its words. */
const REASONING: Partial<ParameterTable> = { temperature: 'drop', topP: 'drop', logprobs: 'refuse' };

export function parametersOf(
  { parameters, encryptedReasoning = 'by-name' }: Deviations,
  model: string,
  request: ModelRequest,
): ParameterTable {
  const isKnownToReason = encryptedReasoning === 'by-name' && reasons(model, request);
  return { ...RESPONSES_PARAMETERS, ...(isKnownToReason ? REASONING : {}), ...parameters };
}

export function asksForEncrypted(
  rule: Deviations['encryptedReasoning'],
  model: string,
  request: ModelRequest,
): boolean {
  switch (rule ?? 'by-name') {
    case 'never':
      return false;
    case 'when-reasoning': {
      const { reasoning } = request.parameters;
      return reasoning !== undefined && reasoning.effort !== 'none';
    }
    case 'by-name':
      return !PLAIN_MODEL.test(model);
  }
}

/** A model that never thinks refuses thoughts of the conversation before it. */
export const takesThoughts = ({ encryptedReasoning = 'by-name' }: Deviations, model: string): boolean =>
  encryptedReasoning === 'when-reasoning' || (encryptedReasoning === 'by-name' && !PLAIN_MODEL.test(model));
