import { defineProvider } from '../descriptor.ts';

export const fireworks = defineProvider({
  slug: 'fireworks',
  name: 'Fireworks AI',
  compatPrefixes: ['fireworks'],
  authors: ['fireworks'],
  baseUrl: 'https://api.fireworks.ai/inference/v1',
  credentialHeaders: ['authorization', 'x-api-key'],
  serves: {
    'openai-chat': { path: 'chat/completions' },
    embeddings: { path: 'embeddings' },
  },
});
