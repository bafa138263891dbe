import { chatDialect, OPENAI_COMPATIBLE } from '../../dialects/openai-chat/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

/** A simulator that speaks plain chat. */
const chat = chatDialect(OPENAI_COMPATIBLE);

export const demoTranslation: ProviderTranslation = { slug: 'demo', dialectFor: () => chat };
