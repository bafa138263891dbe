import { defineProvider } from '../descriptor.ts';

export const anthropic = defineProvider({
  slug: 'anthropic',
  name: 'Anthropic',
  compatPrefixes: ['anthropic'],
  authors: ['anthropic'],
  baseUrl: 'https://api.anthropic.com',
  credential: { kind: 'header', header: 'x-api-key', scheme: null },
  credentialHeaders: ['x-api-key', 'authorization'],
  serves: { 'anthropic-messages': { path: 'v1/messages' } },
  usage: 'anthropic-messages',
});
