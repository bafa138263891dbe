import { gemini } from '../../dialects/gemini/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

export const googleAiStudioTranslation: ProviderTranslation = {
  slug: 'google-ai-studio',
  dialectFor: () => gemini,
};
