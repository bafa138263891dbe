import { defineProvider } from '../descriptor.ts';

export const openrouter = defineProvider({
  slug: 'openrouter',
  name: 'OpenRouter',
  compatPrefixes: ['openrouter'],
  baseUrl: 'https://openrouter.ai/api/v1',
  credentialHeaders: ['authorization', 'x-api-key'],
  serves: {
    'openai-chat': { path: 'chat/completions' },
    'openai-responses': { path: 'responses' },
    'anthropic-messages': { path: 'messages' },
  },
});
