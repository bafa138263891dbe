import { messagesOnVertex } from '../../dialects/anthropic-messages/provider/index.ts';
import { geminiOnVertex } from '../../dialects/gemini/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

/** The publisher in a model's name decides what is spoken (spec/providers 1). */
const ANTHROPIC = /^projects\/[^/]+\/locations\/[^/]+\/publishers\/anthropic\/models\/[^/]+$/;

const claude = messagesOnVertex(
  (model, verb) => `v1/${model.split('/').map(encodeURIComponent).join('/')}:${verb}`,
);

export const googleVertexAiTranslation: ProviderTranslation = {
  slug: 'google-vertex-ai',
  dialectFor: (model) => (ANTHROPIC.test(model) ? claude : geminiOnVertex),
};
