import { defineProvider } from '../descriptor.ts';
import { joinUrl } from '../upstream-path.ts';

const ROUTER = 'https://router.huggingface.co';
const ROUTED = /^v1(?:\/|$)/;

/**
 * A model id follows the slug; `v1/…` is the OpenAI-style router. The contract's host, `api-inference.huggingface.co`,
 * answers 410 since 2025 and names this one in its place (huggingface/huggingface_hub#3052).
 */
export const huggingface = defineProvider({
  slug: 'huggingface',
  name: 'Hugging Face',
  compatPrefixes: ['huggingface'],
  baseUrl: 'https://router.huggingface.co/hf-inference/models',
  serves: { 'openai-chat': { path: 'v1/chat/completions', baseUrl: ROUTER } },
  streamUsage: 'on-request',
  modelInPath: /^(?:models\/)?(?!v1\/)([^/]+\/[^/]+)/,
  resolve: ({ baseUrl, overridden, path }) => ({
    url: joinUrl(!overridden && ROUTED.test(path) ? ROUTER : baseUrl, path),
  }),
});
