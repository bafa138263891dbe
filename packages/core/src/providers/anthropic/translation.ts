import { anthropicMessages } from '../../dialects/anthropic-messages/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

export const anthropicTranslation: ProviderTranslation = {
  slug: 'anthropic',
  dialectFor: () => anthropicMessages,
};
