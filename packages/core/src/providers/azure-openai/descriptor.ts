import { AZURE_RESOURCE } from '../credential/place-names.ts';
import { defineProvider } from '../descriptor.ts';
import { badPath, fillBase, joinUrl, splitPath } from '../upstream-path.ts';

export const azureOpenai = defineProvider({
  slug: 'azure-openai',
  name: 'Azure OpenAI',
  compatPrefixes: ['azure-openai'],
  baseUrl: 'https://{resource}.openai.azure.com',
  credential: { kind: 'header', header: 'api-key', scheme: null },
  credentialHeaders: ['api-key', 'authorization'],
  // `model` is "{resource}/{deployment}" where the host name needs the resource.
  serves: {
    'openai-chat': { path: 'openai/v1/chat/completions' },
    'openai-responses': { path: 'openai/v1/responses' },
    embeddings: { path: 'openai/v1/embeddings' },
  },
  hostInModel: AZURE_RESOURCE,
  // A deployment's name has no slash.
  placeModel: (model, { resource }) =>
    resource === undefined || model.includes('/') ? model : `${resource}/${model}`,
  // Old api-versions refuse `stream_options`.
  streamUsage: 'unasked',
  modelInPath: /^[^/]+\/(?:openai\/deployments\/)?(?!openai\/)([^/]+)\//,
  resolve({ baseUrl, path }) {
    const [resource = '', deployment = '', rest = ''] = splitPath(path, 2);
    if (!AZURE_RESOURCE.test(resource))
      return badPath('The path must begin with an Azure resource name: letters, digits and hyphens.');
    if (deployment === '' || rest === '')
      return badPath('The path must be "{resource}/{deployment}/{endpoint}".');
    const base = fillBase(baseUrl, { resource });
    // `{resource}/openai/…` is the provider's own path: the v1 API names the deployment in the body.
    return {
      url: joinUrl(
        base,
        deployment === 'openai' ? `openai/${rest}` : `openai/deployments/${deployment}/${rest}`,
      ),
    };
  },
});
