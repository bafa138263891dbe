import { chatDialect, deviate, OPENAI_CHAT } from '../../dialects/openai-chat/provider/index.ts';
import { responsesDialect } from '../../dialects/openai-responses/provider/index.ts';
import type { ProviderDialect } from '../../dialects/provider-dialect.ts';
import { type Fault, fault, isFault } from '../../form/fault.ts';
import type { ModelRequest } from '../../form/request.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

interface Deployment {
  /** As a segment of a path. */
  readonly resource: string;
  readonly name: string;
}

/** The host is named by the model's first part; the v1 endpoints take the deployment in the body. */
function deploymentOf(model: string): Deployment | Fault {
  const slash = model.indexOf('/');
  const [resource, name] = [model.slice(0, Math.max(0, slash)), model.slice(slash + 1)];
  if (resource === '' || name === '')
    return fault(['model'], 'A model of Azure OpenAI is "azure-openai/{resource}/{deployment}".');
  return { resource: encodeURIComponent(resource), name };
}

/**
 * A deployment's name says nothing about its model, so nothing is guessed from it (spec/providers 9): fields that both
 * families take are preferred, and what only one of them takes is sent as the caller wrote it.
 */
const chat = chatDialect(
  deviate(
    {
      address(model) {
        const deployment = deploymentOf(model);
        if (isFault(deployment)) return deployment;
        return { path: `${deployment.resource}/openai/v1/chat/completions`, model: deployment.name };
      },
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

function responses({ resource, name }: Deployment): ProviderDialect {
  const dialect = responsesDialect({
    path: () => `${resource}/openai/v1/responses`,
    encryptedReasoning: 'when-reasoning',
  });
  return {
    ...dialect,
    encodeRequest: (request, target) => dialect.encodeRequest(request, { ...target, model: name }),
  };
}

/** As OpenAI itself, as far as that does not depend on the model. */
export const azureOpenaiTranslation: ProviderTranslation = {
  slug: 'azure-openai',
  dialectFor(model, request) {
    const deployment = deploymentOf(model);
    return isFault(deployment) || !needsResponses(request) ? chat : responses(deployment);
  },
};

/** Chat never shows thoughts and searches nothing; Responses has no stop sequences. */
function needsResponses({ source, tools, parameters: { reasoning, stop } }: ModelRequest): boolean {
  if (stop) return false;
  const wantsThoughts = reasoning && reasoning.effort !== 'none' && reasoning.shown !== false;
  return (
    (source.dialect === 'anthropic-messages' && wantsThoughts === true) ||
    tools.some(({ kind }) => kind === 'web-search')
  );
}
