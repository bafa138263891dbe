import { chatDialect, OPEN_MODELS } from '../../dialects/openai-chat/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

/** docs.baseten.co/reference/inference-api/chat-completions: what its engines take (vLLM, SGLang, TensorRT-LLM). */
const chat = chatDialect(OPEN_MODELS);

export const basetenTranslation: ProviderTranslation = { slug: 'baseten', dialectFor: () => chat };
