import { type ChatDeviations, chatDialect, deviate } from '../../dialects/openai-chat/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

/** docs.perplexity.ai/api-reference: it always searches, calls no tools, and wants its turns to alternate. */
const PERPLEXITY: ChatDeviations = deviate({
  parameters: {
    topK: 'keep',
    stop: 'refuse',
    seed: 'drop',
    toolChoice: 'refuse',
    parallelToolCalls: 'drop',
  },
  alternates: true,
  tools: false,
  webSearch: 'always',
  schemaForm: 'bare',
  jsonObject: false,
  files: 'file-url',
  includeUsage: false,
  citationMarks: true,
});

const RESEARCH = deviate({ parameters: { reasoning: 'keep' } }, PERPLEXITY);

const perplexityDeviations = (model: string): ChatDeviations =>
  /deep-research/.test(model) ? RESEARCH : PERPLEXITY;

export const perplexityAiTranslation: ProviderTranslation = {
  slug: 'perplexity-ai',
  dialectFor: (model) => chatDialect(perplexityDeviations(model)),
};
