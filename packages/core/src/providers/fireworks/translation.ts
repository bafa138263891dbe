import { type ChatDeviations, chatDialect, deviate } from '../../dialects/openai-chat/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

/** docs.fireworks.ai/api-reference/post-chatcompletions. */
const FIREWORKS: ChatDeviations = deviate({
  parameters: {
    topK: 'keep',
    logitBias: 'keep',
    logprobs: 'keep',
    reasoning: 'keep',
    prediction: 'keep',
    user: 'keep',
  },
  maxStop: 4,
  reasoning: {
    kind: 'effort',
    words: {
      none: 'none',
      minimal: 'low',
      low: 'low',
      medium: 'medium',
      high: 'high',
      xhigh: 'high',
      max: 'high',
    },
  },
  strictTools: true,
});

const chat = chatDialect(FIREWORKS);

export const fireworksTranslation: ProviderTranslation = { slug: 'fireworks', dialectFor: () => chat };
