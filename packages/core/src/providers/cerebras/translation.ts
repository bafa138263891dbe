import {
  type ChatDeviations,
  chatDialect,
  deviate,
  THREE_EFFORTS,
} from '../../dialects/openai-chat/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

/** inference-docs.cerebras.ai/api-reference: unknown fields are a 400. It takes its own thoughts back. */
const CEREBRAS: ChatDeviations = deviate({
  parameters: {
    frequencyPenalty: 'drop',
    presencePenalty: 'drop',
    logprobs: 'keep',
    user: 'keep',
  },
  maxTokensField: 'max_completion_tokens',
  maxStop: 4,
  strictTools: true,
  replay: { kind: 'field', name: 'reasoning' },
  images: false,
});

/** It cannot be told not to think. */
const GPT_OSS = deviate(
  {
    parameters: { reasoning: 'keep' },
    reasoning: { kind: 'effort', words: { ...THREE_EFFORTS, none: 'low' } },
    reasoningShown: 'reasoning_format',
  },
  CEREBRAS,
);
const GLM = deviate(
  {
    parameters: { reasoning: 'keep' },
    reasoning: { kind: 'off-only' },
    reasoningShown: 'reasoning_format',
  },
  CEREBRAS,
);
/** Unasked, its thoughts stand in the text. */
const QWEN = deviate({ reasoningShown: 'reasoning_format' }, CEREBRAS);

function cerebrasDeviations(model: string): ChatDeviations {
  if (/gpt-oss/.test(model)) return GPT_OSS;
  if (/glm/.test(model)) return GLM;
  return /qwen-?3/.test(model) ? QWEN : CEREBRAS;
}

export const cerebrasTranslation: ProviderTranslation = {
  slug: 'cerebras',
  dialectFor: (model) => chatDialect(cerebrasDeviations(model)),
};
