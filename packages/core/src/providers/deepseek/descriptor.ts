import { defineProvider } from '../descriptor.ts';

export const deepseek = defineProvider({
  slug: 'deepseek',
  name: 'DeepSeek',
  compatPrefixes: ['deepseek'],
  authors: ['deepseek'],
  baseUrl: 'https://api.deepseek.com',
  credentialHeaders: ['authorization', 'x-api-key'],
  serves: {
    'openai-chat': { path: 'chat/completions' },
    'openai-responses': { path: 'responses' },
  },
  streamUsage: 'on-request',
});
