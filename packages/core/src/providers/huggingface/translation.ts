import { type ChatDeviations, chatDialect, deviate } from '../../dialects/openai-chat/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

/** huggingface.co/docs/inference-providers/tasks/chat-completion: features depend on who serves behind the router. */
const HUGGINGFACE: ChatDeviations = deviate({
  address: (model) => ({ path: 'v1/chat/completions', model }),
  parameters: { logitBias: 'keep', logprobs: 'keep', parallelToolCalls: 'drop', reasoning: 'keep' },
  maxStop: 4,
});

const chat = chatDialect(HUGGINGFACE);

export const huggingfaceTranslation: ProviderTranslation = { slug: 'huggingface', dialectFor: () => chat };
