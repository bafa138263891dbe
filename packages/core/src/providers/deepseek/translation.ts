import { type ChatDeviations, chatDialect, deviate } from '../../dialects/openai-chat/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

/** api-docs.deepseek.com: structured output is any JSON, so a schema goes into the instructions. */
const DEEPSEEK: ChatDeviations = deviate({
  parameters: { seed: 'drop', parallelToolCalls: 'drop', logprobs: 'keep', reasoning: 'keep' },
  maxStop: 16,
  laterSystem: 'in-place',
  schemaForm: 'json-object',
  reasoning: {
    kind: 'thinking',
    words: {
      none: null,
      minimal: 'low',
      low: 'low',
      medium: 'high',
      high: 'high',
      xhigh: 'high',
      max: 'max',
    },
  },
  // With tools, every turn that made calls must come back with its thoughts.
  replay: { kind: 'field', name: 'reasoning_content', required: true },
  images: false,
});

/** R1 thinks always, gives no probabilities, and refuses its own thoughts (spec/providers 2.9). */
const R1 = deviate(
  { parameters: { logprobs: 'refuse', reasoning: 'drop' }, replay: { kind: 'none' } },
  DEEPSEEK,
);

const deepseekDeviations = (model: string): ChatDeviations => (/r1/i.test(model) ? R1 : DEEPSEEK);

export const deepseekTranslation: ProviderTranslation = {
  slug: 'deepseek',
  dialectFor: (model) => chatDialect(deepseekDeviations(model)),
};
