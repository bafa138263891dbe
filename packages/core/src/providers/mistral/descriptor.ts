import { defineProvider } from '../descriptor.ts';

export const mistral = defineProvider({
  slug: 'mistral',
  name: 'Mistral AI',
  compatPrefixes: ['mistral'],
  baseUrl: 'https://api.mistral.ai',
  serves: { 'openai-chat': { path: 'v1/chat/completions' }, embeddings: { path: 'v1/embeddings' } },
});
