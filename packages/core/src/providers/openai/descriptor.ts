import { defineProvider } from '../descriptor.ts';

export const openai = defineProvider({
  slug: 'openai',
  name: 'OpenAI',
  compatPrefixes: ['openai'],
  authors: ['openai'],
  baseUrl: 'https://api.openai.com/v1',
  chat: { kind: 'openai', path: 'chat/completions' },
  streamUsage: 'on-request',
});
