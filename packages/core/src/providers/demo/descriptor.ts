import { defineProvider } from '../descriptor.ts';

/** Answers without a key: a simulator whose address only the operator knows. */
export const demo = defineProvider({
  slug: 'demo',
  name: 'Demo',
  compatPrefixes: ['demo'],
  authors: ['demo'],
  baseUrl: null,
  credential: { kind: 'none' },
  serves: {
    'openai-chat': { path: 'chat/completions' },
    embeddings: { path: 'embeddings' },
  },
  streamUsage: 'on-request',
});
