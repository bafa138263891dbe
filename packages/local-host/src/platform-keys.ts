import { operatorsKeyName, PROVIDERS, type ProviderSlug } from '@weir/core';

/**
 * Where a vendor's own SDK reads its key from another variable than the slug's. The machine's own identities are not among
 * them (`AWS_ACCESS_KEY_ID`, `CLOUDFLARE_API_TOKEN`, Google's file): they are there for other programs and may do far more
 * than run models, so none is taken unasked.
 */
const VENDOR_NAMES: Readonly<Record<string, readonly string[]>> = {
  'aws-bedrock': ['AWS_BEARER_TOKEN_BEDROCK'],
  cohere: ['CO_API_KEY'],
  fal: ['FAL_KEY'],
  'google-ai-studio': ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  'google-vertex-ai': ['GOOGLE_APPLICATION_CREDENTIALS_JSON'],
  grok: ['XAI_API_KEY'],
  huggingface: ['HF_TOKEN'],
  'perplexity-ai': ['PERPLEXITY_API_KEY'],
  replicate: ['REPLICATE_API_TOKEN'],
};

/** The variables that say where the provider is to be found, which is no secret, and what that is called in its key. */
const PLACES: Readonly<Record<string, { readonly member: string; readonly variables: readonly string[] }>> = {
  'aws-bedrock': { member: 'region', variables: ['AWS_REGION', 'AWS_DEFAULT_REGION'] },
  'azure-openai': { member: 'resource', variables: ['AZURE_OPENAI_RESOURCE', 'AZURE_RESOURCE_NAME'] },
  'google-vertex-ai': { member: 'region', variables: ['GOOGLE_CLOUD_LOCATION'] },
  'workers-ai': { member: 'account_id', variables: ['WORKERS_AI_ACCOUNT_ID', 'CLOUDFLARE_ACCOUNT_ID'] },
};

type Environment = Readonly<Record<string, string | undefined>>;
type Key = string | Readonly<Record<string, unknown>>;
type Entry = readonly [name: string, key: Key];

/**
 * The provider keys of an environment, by slug: `<SLUG>_API_KEY`, or the name that the vendor's own SDK reads; with the
 * place, where there is one for it. A key of several parts may stand there as JSON.
 * @returns what the platform secret holds: `{"openai": "sk-…"}`.
 */
export function platformKeys(environment: Environment): Readonly<Record<string, Key>> {
  return Object.fromEntries(
    PROVIDERS.flatMap(({ slug }) => {
      const prefix = slug.replaceAll('-', '_').toUpperCase();
      const names = [`${prefix}_API_KEY`, ...(VENDOR_NAMES[slug] ?? [])];
      const key = firstOf(environment, names);
      const own: readonly Entry[] = key === undefined ? [] : [[slug, withPlace(key, slug, environment)]];
      return [...own, ...zeroRetentionKey(slug, environment[`${prefix}_ZDR_API_KEY`])];
    }),
  );
}

/** Under which the provider keeps nothing, where it offers that. */
function zeroRetentionKey(slug: ProviderSlug, key: string | undefined): readonly Entry[] {
  const name = operatorsKeyName(slug, true);
  return name === slug || key === undefined || key === '' ? [] : [[name, key]];
}

const firstOf = (environment: Environment, names: readonly string[]) =>
  names.map((name) => environment[name]).find((value) => value !== undefined && value !== '');

/** What the key says about its place itself comes first. */
function withPlace(key: string, slug: string, environment: Environment): Key {
  const place = PLACES[slug];
  const value = place && firstOf(environment, place.variables);
  if (!place || value === undefined) return key;
  const parts = objectIn(key) ?? { api_key: key };
  return { [place.member]: value, ...parts };
}

function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    // A plain key.
    return null;
  }
}
