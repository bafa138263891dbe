import { defineProvider } from '../descriptor.ts';

export const openrouter = defineProvider({
  slug: 'openrouter',
  name: 'OpenRouter',
  compatPrefixes: ['openrouter'],
  baseUrl: 'https://openrouter.ai/api/v1',
  credentialHeaders: ['authorization', 'x-api-key'],
  chat: { kind: 'openai', path: 'chat/completions' },
});
