import { defineProvider } from '../descriptor.ts';

export const cerebras = defineProvider({
  slug: 'cerebras',
  name: 'Cerebras',
  compatPrefixes: ['cerebras'],
  baseUrl: 'https://api.cerebras.ai/v1',
  serves: { 'openai-chat': { path: 'chat/completions' } },
});
