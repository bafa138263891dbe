import { defineProvider } from '../descriptor.ts';

export const grok = defineProvider({
  slug: 'grok',
  name: 'xAI',
  aliases: ['xai'],
  compatPrefixes: ['grok'],
  authors: ['xai'],
  baseUrl: 'https://api.x.ai/v1',
  // Also used with Anthropic clients, whose older versions put the key in `x-api-key`.
  credentialHeaders: ['authorization', 'x-api-key'],
  serves: {
    'openai-chat': { path: 'chat/completions' },
    'openai-responses': { path: 'responses' },
    'anthropic-messages': { path: 'v1/messages' },
  },
  usage: 'xai-chat',
});
