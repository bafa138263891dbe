import { type ChatDeviations, chatDialect, deviate } from '../../dialects/openai-chat/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

/** docs.parallel.ai/chat-api: it searches for every answer; of the parameters only a schema for the answer counts. */
const PARALLEL: ChatDeviations = deviate({
  address: (model) => ({ path: 'v1beta/chat/completions', model }),
  parameters: {
    maxTokens: 'drop',
    temperature: 'drop',
    topP: 'drop',
    stop: 'refuse',
    seed: 'drop',
    frequencyPenalty: 'drop',
    presencePenalty: 'drop',
    toolChoice: 'refuse',
    parallelToolCalls: 'drop',
  },
  tools: false,
  webSearch: 'always',
  jsonObject: false,
  images: false,
  includeUsage: false,
});

const chat = chatDialect(PARALLEL);

export const parallelTranslation: ProviderTranslation = { slug: 'parallel', dialectFor: () => chat };
