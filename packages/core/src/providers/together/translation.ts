import { type ChatDeviations, chatDialect, deviate } from '../../dialects/openai-chat/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

/** docs.together.ai/reference/chat-completions. Its `logprobs` is a number and has another answer. */
const TOGETHER: ChatDeviations = deviate({
  parameters: { topK: 'keep', logitBias: 'keep', parallelToolCalls: 'drop', reasoning: 'keep' },
});

const chat = chatDialect(TOGETHER);

export const togetherTranslation: ProviderTranslation = { slug: 'together', dialectFor: () => chat };
