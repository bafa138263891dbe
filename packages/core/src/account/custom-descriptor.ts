import { BEARER, defineProvider, type ProviderDescriptor } from '../providers/descriptor.ts';
import type { AccountSnapshot } from './account-snapshot.ts';
import { cleanBaseUrl } from './base-url.ts';
import type { CustomProvider } from './custom-provider.ts';

const PREFIX = 'custom-';
/** Where any client may write the key of a provider that we know nothing of. */
export const CUSTOM_CREDENTIAL_HEADERS: readonly string[] = [
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
];

/** A custom provider's name on every path, in models and in records: always prefixed, whatever the slug begins with (spec 5.15-2). */
export const customName = ({ slug }: Pick<CustomProvider, 'slug'>): string => `${PREFIX}${slug}`;

export const isCustomName = (name: string): boolean => name.toLowerCase().startsWith(PREFIX);

/** Whether two slugs mean one provider: what stands behind `custom-` is found in any case. */
export const isSameProvider = (one: string, other: string): boolean =>
  one === other || (one.startsWith(PREFIX) && one.toLowerCase() === other.toLowerCase());

/** The account's provider of a name like `custom-{slug}`, in any case, whether it is enabled or not. */
export function customProviderNamed(account: AccountSnapshot | null, name: string): CustomProvider | null {
  if (!account || !isCustomName(name)) return null;
  const slug = name.slice(PREFIX.length).toLowerCase();
  return account.customProviders.find((provider) => provider.slug.toLowerCase() === slug) ?? null;
}

/** As {@link findProvider} for the providers of an account: null for one that is not enabled (spec 5.15-4). */
export function findCustomProvider(account: AccountSnapshot | null, name: string): ProviderDescriptor | null {
  const provider = customProviderNamed(account, name);
  return provider?.enable ? customDescriptor(provider) : null;
}

const MOST_KNOWN = 1_000;
const known = new Map<string, ProviderDescriptor>();

/** What the pipeline needs to know of a custom provider; made once for each version of it. */
export function customDescriptor(provider: CustomProvider): ProviderDescriptor {
  const version = versionOf(provider);
  const found = known.get(version);
  if (found) return found;
  const descriptor = describe(provider, version);
  if (known.size === MOST_KNOWN) known.clear();
  known.set(version, descriptor);
  return descriptor;
}

const versionOf = ({ id, modified_at }: CustomProvider) => `${id}:${modified_at}`;

/**
 * An OpenAI-shaped provider under its own URL (spec 5.15-2, 5.15-3). Its usage is asked for on nobody's behalf, because a
 * server that we do not know may refuse the field.
 */
function describe(provider: CustomProvider, version: string): ProviderDescriptor {
  const base = cleanBaseUrl(provider.base_url);
  const isBare = new URL(base).pathname === '/';
  const endpoint = (path: string) => ({ path: isBare ? `v1/${path}` : path });
  const name = customName(provider);
  return defineProvider({
    slug: name,
    name: provider.name,
    compatPrefixes: [name],
    baseUrl: base,
    credential: BEARER,
    credentialHeaders: CUSTOM_CREDENTIAL_HEADERS,
    serves: { 'openai-chat': endpoint('chat/completions'), embeddings: endpoint('embeddings') },
    streamUsage: 'unasked',
    headers: Object.entries(provider.headers),
    cacheTag: version,
    guard: 'public',
    // The contract's formula, to the letter: no part of the path is taken for a repetition of the base's.
    resolve: ({ baseUrl, path }) => ({ url: path === '' ? baseUrl : `${baseUrl}/${path}` }),
  });
}
