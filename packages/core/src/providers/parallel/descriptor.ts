import { defineProvider } from '../descriptor.ts';

export const parallel = defineProvider({
  slug: 'parallel',
  name: 'Parallel',
  compatPrefixes: ['parallel'],
  baseUrl: 'https://api.parallel.ai',
  credential: { kind: 'header', header: 'x-api-key', scheme: null },
  credentialHeaders: ['x-api-key', 'authorization'],
  // docs.parallel.ai/api-reference/chat-api-beta/chat-completions
  serves: { 'openai-chat': { path: 'v1beta/chat/completions' } },
  streamUsage: 'unasked',
});
