import { GLOBAL_LOCATION, isGoogleLocation } from '../credential/place-names.ts';
import { defineProvider } from '../descriptor.ts';
import { badPath, fillBase, joinUrl } from '../upstream-path.ts';

const GLOBAL_BASE = 'https://aiplatform.googleapis.com';
const REGIONAL = /^v\d[a-z0-9]*\/projects\/[^/]+\/locations\/([^/]+)\//;
/** Express mode: an API key names the project, so the path does not. */
const EXPRESS = /^v\d[a-z0-9]*\/publishers\//;

export const googleVertexAi = defineProvider({
  slug: 'google-vertex-ai',
  name: 'Google Vertex AI',
  compatPrefixes: ['google-vertex-ai'],
  baseUrl: 'https://{region}-aiplatform.googleapis.com',
  credentialHeaders: ['authorization', 'x-goog-api-key'],
  credentialQuery: ['key'],
  translated: true,
  usage: 'gemini',
  modelInPath: /\/models\/([^/:]+)/,
  resolve({ baseUrl, overridden, path }) {
    const region = REGIONAL.exec(path)?.[1] ?? (EXPRESS.test(path) ? GLOBAL_LOCATION : null);
    if (region === null || !isGoogleLocation(region))
      return badPath(
        'The path must be "v1/projects/{project}/locations/{region}/…" with a Google Cloud region or "global".',
      );
    const base = region === GLOBAL_LOCATION && !overridden ? GLOBAL_BASE : fillBase(baseUrl, { region });
    return { url: joinUrl(base, path) };
  },
});
