import { type ChatDeviations, chatDialect, deviate } from '../../dialects/openai-chat/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

/** docs.mistral.ai/api: unknown fields are a 422; usage comes unasked, and asking is one of them. */
export const MISTRAL: ChatDeviations = deviate({
  address: (model) => ({ path: 'v1/chat/completions', model }),
  parameters: { prediction: 'keep' },
  seedField: 'random_seed',
  requiredWord: 'any',
  callIds: 'nine-alphanumerics',
  namesToolMessages: true,
  bridgesToolToUser: true,
  prefixField: true,
  replay: { kind: 'parts' },
  files: 'document-url',
  includeUsage: false,
});

const chat = chatDialect(MISTRAL);

export const mistralTranslation: ProviderTranslation = { slug: 'mistral', dialectFor: () => chat };
