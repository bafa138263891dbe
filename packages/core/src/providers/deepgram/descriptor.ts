import { defineProvider } from '../descriptor.ts';

export const deepgram = defineProvider({
  slug: 'deepgram',
  name: 'Deepgram',
  baseUrl: 'https://api.deepgram.com',
  credential: { kind: 'header', header: 'authorization', scheme: 'Token' },
  usage: 'none',
});
