import { defineProvider } from '../descriptor.ts';

export const replicate = defineProvider({
  slug: 'replicate',
  name: 'Replicate',
  baseUrl: 'https://api.replicate.com/v1',
  credentialHeaders: ['authorization'],
  usage: 'none',
  modelInPath: /^(?:v1\/)?models\/([^/]+\/[^/]+)\/predictions/,
});
