import { geminiOnVertex } from '../../dialects/gemini/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

export const googleVertexAiTranslation: ProviderTranslation = {
  slug: 'google-vertex-ai',
  dialectFor: () => geminiOnVertex,
};
