import { cohere } from '../../dialects/cohere/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

export const cohereTranslation: ProviderTranslation = {
  slug: 'cohere',
  dialectFor: () => cohere,
};
