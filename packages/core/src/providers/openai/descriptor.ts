import { defineProvider } from '../descriptor.ts';

/** Models that chat completions refuse (platform.openai.com/docs/models: endpoints of each model). */
const RESPONSES_ONLY =
  /^(?:o1-pro|o3-pro|o3-deep-research|o4-mini-deep-research|computer-use|gpt-5(?:\.\d+)?-(?:pro|codex))/;

export const openai = defineProvider({
  slug: 'openai',
  name: 'OpenAI',
  compatPrefixes: ['openai'],
  authors: ['openai'],
  baseUrl: 'https://api.openai.com/v1',
  serves: {
    // Some models answer on `responses` alone.
    'openai-chat': { path: 'chat/completions', except: RESPONSES_ONLY },
    'openai-responses': { path: 'responses' },
    embeddings: { path: 'embeddings' },
  },
  streamUsage: 'on-request',
});
