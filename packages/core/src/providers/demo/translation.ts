import { chatDialect, OPEN_MODELS } from '../../dialects/openai-chat/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

/** A simulator that speaks plain chat. */
const chat = chatDialect(OPEN_MODELS);

export const demoTranslation: ProviderTranslation = { slug: 'demo', dialectFor: () => chat };
