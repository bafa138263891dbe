import { defineProvider } from '../descriptor.ts';

export const ideogram = defineProvider({
  slug: 'ideogram',
  name: 'Ideogram',
  baseUrl: 'https://api.ideogram.ai',
  credential: { kind: 'header', header: 'api-key', scheme: null },
  credentialHeaders: ['api-key'],
  usage: 'none',
});
