import { defineProvider } from '../descriptor.ts';
import { joinUrl } from '../upstream-path.ts';

export const cartesia = defineProvider({
  slug: 'cartesia',
  name: 'Cartesia',
  baseUrl: 'https://api.cartesia.ai',
  credential: { kind: 'header', header: 'x-api-key', scheme: null },
  credentialHeaders: ['x-api-key', 'authorization'],
  usage: 'none',
  // The contract's examples write `v1/tts/bytes`, the provider serves `tts/bytes`.
  resolve: ({ baseUrl, path }) => ({ url: joinUrl(baseUrl, path, 'v1') }),
});
