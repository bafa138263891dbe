import { type ChatDeviations, chatDialect, deviate } from '../../dialects/openai-chat/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

/** docs.baseten.co/reference/inference-api/chat-completions: what its engines take (vLLM, SGLang, TensorRT-LLM). */
export const BASETEN: ChatDeviations = deviate({
  parameters: { topK: 'keep', logitBias: 'keep', logprobs: 'keep', reasoning: 'keep', user: 'keep' },
});

const chat = chatDialect(BASETEN);

export const basetenTranslation: ProviderTranslation = { slug: 'baseten', dialectFor: () => chat };
