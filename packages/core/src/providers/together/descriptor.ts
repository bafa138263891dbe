import { defineProvider } from '../descriptor.ts';

export const together = defineProvider({
  slug: 'together',
  name: 'Together AI',
  compatPrefixes: ['together'],
  baseUrl: 'https://api.together.xyz/v1',
  serves: {
    'openai-chat': { path: 'chat/completions' },
    'openai-responses': { path: 'responses' },
    embeddings: { path: 'embeddings' },
  },
});
