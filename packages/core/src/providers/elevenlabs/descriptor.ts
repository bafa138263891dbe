import { defineProvider } from '../descriptor.ts';

export const elevenlabs = defineProvider({
  slug: 'elevenlabs',
  name: 'ElevenLabs',
  baseUrl: 'https://api.elevenlabs.io',
  credential: { kind: 'header', header: 'xi-api-key', scheme: null },
  credentialHeaders: ['xi-api-key'],
  usage: 'none',
});
