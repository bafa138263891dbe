import { defineProvider } from '../descriptor.ts';

/** Answers without a key: a simulator whose address only the operator knows. */
export const demo = defineProvider({
  slug: 'demo',
  name: 'Demo',
  compatPrefixes: ['demo'],
  authors: ['demo'],
  baseUrl: null,
  credential: { kind: 'none' },
  chat: { kind: 'openai', path: 'chat/completions' },
  streamUsage: 'on-request',
});
