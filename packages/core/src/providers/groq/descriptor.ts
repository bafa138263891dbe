import { defineProvider } from '../descriptor.ts';

export const groq = defineProvider({
  slug: 'groq',
  name: 'Groq',
  compatPrefixes: ['groq'],
  baseUrl: 'https://api.groq.com/openai/v1',
  serves: { 'openai-chat': { path: 'chat/completions' } },
});
