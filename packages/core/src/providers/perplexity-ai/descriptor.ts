import { defineProvider } from '../descriptor.ts';

export const perplexityAi = defineProvider({
  slug: 'perplexity-ai',
  name: 'Perplexity',
  aliases: ['perplexity'],
  compatPrefixes: ['perplexity'],
  baseUrl: 'https://api.perplexity.ai',
  serves: { 'openai-chat': { path: 'chat/completions' } },
});
