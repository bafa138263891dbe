import { type ChatDeviations, chatDialect, deviate } from '../../dialects/openai-chat/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

/** inference-docs.cerebras.ai/api-reference: unknown fields are a 400. It takes its own thoughts back. */
export const CEREBRAS: ChatDeviations = deviate({
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

const GPT_OSS = deviate({ parameters: { reasoning: 'keep' } }, CEREBRAS);
const GLM = deviate({ parameters: { reasoning: 'keep' }, reasoning: { kind: 'switch-off' } }, CEREBRAS);

export function cerebrasDeviations(model: string): ChatDeviations {
  if (/gpt-oss/.test(model)) return GPT_OSS;
  return /glm/.test(model) ? GLM : CEREBRAS;
}

export const cerebrasTranslation: ProviderTranslation = {
  slug: 'cerebras',
  dialectFor: (model) => chatDialect(cerebrasDeviations(model)),
};
