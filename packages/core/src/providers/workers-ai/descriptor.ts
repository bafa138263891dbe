import { defineProvider } from '../descriptor.ts';
import { joinUrl } from '../upstream-path.ts';

const MODEL = /^@(?:cf|hf)\//;

/**
 * Cloudflare's model service. Its URL names a Cloudflare account: that of the stored key, or else the operator sets the base
 * URL.
 */
export const workersAi = defineProvider({
  slug: 'workers-ai',
  name: 'Workers AI',
  compatPrefixes: ['workers-ai'],
  baseUrl: null,
  placedBaseUrl: ({ account }) =>
    account === undefined ? null : `https://api.cloudflare.com/client/v4/accounts/${account}/ai`,
  serves: {
    'openai-chat': { path: 'v1/chat/completions' },
    'openai-responses': { path: 'v1/responses', only: /gpt-oss/ },
    embeddings: { path: 'v1/embeddings' },
  },
  modelInPath: /^(?:run\/)?((?:@|%40)(?:cf|hf)(?:\/|%2f).+)$/i,
  resolve({ baseUrl, path }) {
    // Clients send a model's slashes both raw and as %2F; the provider wants them raw.
    const model = path
      .replace(/^run\//, '')
      .replace(/%2f/gi, '/')
      .replace(/^%40/, '@');
    return { url: joinUrl(baseUrl, MODEL.test(model) ? `run/${model}` : path) };
  },
});
