import { defineProvider } from '../descriptor.ts';
import { joinUrl } from '../upstream-path.ts';

const VERSIONED = /^(?:v\d+|compatibility)(?:\/|$)/;

export const cohere = defineProvider({
  slug: 'cohere',
  name: 'Cohere',
  compatPrefixes: ['cohere'],
  baseUrl: 'https://api.cohere.com',
  translated: true,
  usage: 'cohere',
  // Both API versions are in use; a path without one means v1, as in the contract's examples.
  resolve: ({ baseUrl, path }) => ({ url: joinUrl(baseUrl, VERSIONED.test(path) ? path : `v1/${path}`) }),
});
