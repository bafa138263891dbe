import {
  type ChatAddress,
  chatDialect,
  deviate,
  OPENAI_CHAT,
} from '../../dialects/openai-chat/provider/index.ts';
import { type Fault, fault } from '../../form/fault.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

/** The host is named by the model's first part; the v1 endpoint takes the deployment in the body. */
function address(model: string): ChatAddress | Fault {
  const slash = model.indexOf('/');
  const [resource, deployment] = [model.slice(0, Math.max(0, slash)), model.slice(slash + 1)];
  if (resource === '' || deployment === '')
    return fault(['model'], 'A model of Azure OpenAI is "azure-openai/{resource}/{deployment}".');
  return { path: `${encodeURIComponent(resource)}/openai/v1/chat/completions`, model: deployment };
}

/**
 * A deployment's name says nothing about its model, so nothing is guessed from it (spec/providers 9): fields that both
 * families take are preferred, and what only one of them takes is sent as the caller wrote it.
 */
const chat = chatDialect(
  deviate(
    {
      address,
      parameters: { reasoning: 'keep' },
      reasoning: {
        kind: 'effort',
        words: {
          none: 'none',
          minimal: 'minimal',
          low: 'low',
          medium: 'medium',
          high: 'high',
          xhigh: 'xhigh',
          max: 'xhigh',
        },
      },
    },
    OPENAI_CHAT,
  ),
);

export const azureOpenaiTranslation: ProviderTranslation = { slug: 'azure-openai', dialectFor: () => chat };
