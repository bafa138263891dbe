import { defineProvider } from '../descriptor.ts';

export const mistral = defineProvider({
  slug: 'mistral',
  name: 'Mistral AI',
  compatPrefixes: ['mistral'],
  baseUrl: 'https://api.mistral.ai',
  chat: { kind: 'openai', path: 'v1/chat/completions' },
});
