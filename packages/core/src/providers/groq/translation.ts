import {
  type ChatDeviations,
  chatDialect,
  deviate,
  THREE_EFFORTS,
} from '../../dialects/openai-chat/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

/** console.groq.com/docs/openai: unknown fields are a 400, penalties are listed and refused. */
const GROQ: ChatDeviations = deviate({
  parameters: { frequencyPenalty: 'drop', presencePenalty: 'drop', user: 'keep' },
  maxTokensField: 'max_completion_tokens',
  maxStop: 4,
  laterSystem: 'in-place',
  formatWithTools: false,
});

/** It cannot be told not to think. */
const GPT_OSS = deviate(
  {
    parameters: { reasoning: 'keep' },
    reasoning: { kind: 'effort', words: { ...THREE_EFFORTS, none: 'low' } },
    reasoningShown: 'include_reasoning',
  },
  GROQ,
);

/** They think or they do not; unasked, their thoughts stand in the text. */
const QWEN_3 = deviate(
  {
    parameters: { reasoning: 'keep' },
    reasoning: {
      kind: 'effort',
      words: {
        none: 'none',
        minimal: 'default',
        low: 'default',
        medium: 'default',
        high: 'default',
        xhigh: 'default',
        max: 'default',
      },
    },
    reasoningShown: 'reasoning_format',
  },
  GROQ,
);

function groqDeviations(model: string): ChatDeviations {
  if (/gpt-oss/.test(model)) return GPT_OSS;
  return /qwen-?3/.test(model) ? QWEN_3 : GROQ;
}

export const groqTranslation: ProviderTranslation = {
  slug: 'groq',
  dialectFor: (model) => chatDialect(groqDeviations(model)),
};
