import type { KeyPlace } from '../credential/credential.ts';
import { GLOBAL_LOCATION, isGoogleLocation } from '../credential/place-names.ts';
import { BEARER, defineProvider } from '../descriptor.ts';
import { badPath, fillBase, joinUrl } from '../upstream-path.ts';

const GLOBAL_BASE = 'https://aiplatform.googleapis.com';
const REGIONAL = /^v\d[a-z0-9]*\/projects\/[^/]+\/locations\/([^/]+)\//;
/** Express mode: an API key names the project, so the path does not. */
const EXPRESS = /^v\d[a-z0-9]*\/publishers\//;

/** An API key; anything else is an access token. */
const API_KEY = /^(?:AIza|AQ\.)/;

/** Whose models go by names of their own; every other bare name is one of Google's. */
const PUBLISHERS: readonly (readonly [publisher: string, models: RegExp])[] = [
  ['anthropic', /^claude-/],
  ['mistralai', /^(?:mistral|codestral|ministral)-/],
];

/** `[{location}/][{publisher}/]{model}` in the service account's project and, unless named, its region. */
function placeModel(model: string, { project, region }: KeyPlace): string {
  if (project === undefined || /^(?:projects|publishers)\//.test(model)) return model;
  const parts = model.split('/');
  const [name = '', publisher, location, ...more] = parts.reverse();
  if (more.length > 0 || (location !== undefined && !isGoogleLocation(location))) return model;
  const named = publisher !== undefined && location === undefined && isGoogleLocation(publisher);
  const whose =
    publisher === undefined || named
      ? (PUBLISHERS.find(([, models]) => models.test(name))?.[0] ?? 'google')
      : publisher;
  const where = location ?? (named ? publisher : (region ?? GLOBAL_LOCATION));
  return `projects/${project}/locations/${where}/publishers/${whose}/models/${name}`;
}

export const googleVertexAi = defineProvider({
  slug: 'google-vertex-ai',
  name: 'Google Vertex AI',
  compatPrefixes: ['google-vertex-ai'],
  baseUrl: 'https://{region}-aiplatform.googleapis.com',
  credentialHeaders: ['authorization', 'x-goog-api-key'],
  credentialQuery: ['key'],
  translated: true,
  usage: 'gemini',
  placeModel,
  formOfKey: (key) =>
    API_KEY.test(key) ? { kind: 'header', header: 'x-goog-api-key', scheme: null } : BEARER,
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
