import { type ChatDeviations, chatDialect, deviate } from '../../dialects/openai-chat/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

/** docs.x.ai/docs/api-reference. Its searches of the web are on Responses only. */
export const GROK: ChatDeviations = deviate({
  parameters: { logprobs: 'keep', user: 'keep' },
  maxTokensField: 'max_completion_tokens',
  laterSystem: 'in-place',
  strictTools: true,
  reasoningOutside: true,
  repeatsReasoning: true,
});

/** Thinking models refuse stop strings and penalties. */
const THINKING = deviate(
  { parameters: { stop: 'refuse', frequencyPenalty: 'drop', presencePenalty: 'drop' } },
  GROK,
);

/** The one family that takes an effort, and two of them. */
const MINI = deviate(
  {
    parameters: { reasoning: 'keep' },
    reasoning: {
      kind: 'effort',
      words: {
        none: 'low',
        minimal: 'low',
        low: 'low',
        medium: 'low',
        high: 'high',
        xhigh: 'high',
        max: 'high',
      },
    },
  },
  THINKING,
);

export function grokDeviations(model: string): ChatDeviations {
  if (/^grok-3-mini/.test(model)) return MINI;
  return /non-reasoning|^grok-[23](?!\d)/.test(model) ? GROK : THINKING;
}

export const grokTranslation: ProviderTranslation = {
  slug: 'grok',
  dialectFor: (model) => chatDialect(grokDeviations(model)),
};
