import { type ChatDeviations, chatDialect, deviate } from '../../dialects/openai-chat/provider/index.ts';
import { workersAiRun } from '../../dialects/workers-ai/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

/** developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility: text of every model, and never null. */
const WORKERS_AI: ChatDeviations = deviate({
  address: (model) => ({ path: 'v1/chat/completions', model }),
  parameters: { topK: 'keep', reasoning: 'keep' },
});

const chat = chatDialect(WORKERS_AI);
const run = workersAiRun(chat);

/** Models that were taken over from Hugging Face as they are, with their own form alone. */
const ONLY_NATIVE = /^@hf\//;

export const workersAiTranslation: ProviderTranslation = {
  slug: 'workers-ai',
  dialectFor: (model) => (ONLY_NATIVE.test(model) ? run : chat),
};
