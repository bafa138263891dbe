import { defineProvider } from '../descriptor.ts';

export const googleAiStudio = defineProvider({
  slug: 'google-ai-studio',
  name: 'Google AI Studio',
  // The WebSocket endpoints of the contract call it `google`.
  aliases: ['google'],
  compatPrefixes: ['google-ai-studio'],
  authors: ['google'],
  baseUrl: 'https://generativelanguage.googleapis.com',
  credential: { kind: 'header', header: 'x-goog-api-key', scheme: null },
  credentialHeaders: ['x-goog-api-key', 'authorization'],
  credentialQuery: ['key'],
  translated: true,
  usage: 'gemini',
  modelInPath: /(?:^|\/)(?:models|tunedModels)\/([^/:]+)/,
});
