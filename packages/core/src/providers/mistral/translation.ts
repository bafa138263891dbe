import { type ChatDeviations, chatDialect, deviate } from '../../dialects/openai-chat/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

/** docs.mistral.ai/api: unknown fields are a 422; usage comes unasked, and asking is one of them. */
const MISTRAL: ChatDeviations = deviate({
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

/** They think when they are told to. Magistral always thinks; the others never do. */
const SMALL_4 = deviate(
  {
    parameters: { reasoning: 'keep' },
    reasoning: {
      kind: 'effort',
      words: {
        none: 'none',
        minimal: 'high',
        low: 'high',
        medium: 'high',
        high: 'high',
        xhigh: 'high',
        max: 'high',
      },
    },
  },
  MISTRAL,
);

const mistralDeviations = (model: string): ChatDeviations =>
  /^mistral-small-(?:latest|2[6-9])/.test(model) ? SMALL_4 : MISTRAL;

export const mistralTranslation: ProviderTranslation = {
  slug: 'mistral',
  dialectFor: (model) => chatDialect(mistralDeviations(model)),
};
