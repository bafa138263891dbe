import { type ChatDeviations, chatDialect, deviate } from '../../dialects/openai-chat/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

/** openrouter.ai/docs/api-reference: takes the fields of all the providers behind it and leaves out what one lacks. */
const OPENROUTER: ChatDeviations = deviate({
  parameters: {
    topK: 'keep',
    logitBias: 'keep',
    logprobs: 'keep',
    reasoning: 'keep',
    verbosity: 'keep',
    prediction: 'keep',
    user: 'keep',
    cacheHints: 'keep',
  },
  laterSystem: 'in-place',
  strictTools: true,
  webSearch: 'plugin',
  reasoning: { kind: 'object' },
  replay: { kind: 'details' },
  audio: true,
  files: 'file-or-url',
  cacheControl: true,
});

const chat = chatDialect(OPENROUTER);

export const openrouterTranslation: ProviderTranslation = { slug: 'openrouter', dialectFor: () => chat };
