import { Refusal } from '../errors/refusal.ts';
import type { KeyPlace } from './credential/credential.ts';
import type { ProviderDescriptor, ProviderSlug } from './descriptor.ts';
import { findProvider } from './registry.ts';

/** The operator's base URLs by provider. */
export type BaseUrls = ReadonlyMap<ProviderSlug, string>;

/**
 * Reads `WEIR_PROVIDER_BASE_URLS`: a JSON object from slug to base URL. A base may hold the placeholders of the
 * provider's own base (`{resource}`, `{region}`, `{service}`, `{id}`).
 *
 * An override replaces scheme, host and base path for every rule; the provider's part of the path stays. A path segment
 * that forms the host name (an Azure resource, a region) is checked as ever, and then left out unless the override holds
 * its placeholder.
 *
 * @throws {Error} with a sentence for the operator when the text is not such an object.
 */
export function parseBaseUrls(text: string): BaseUrls {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new Error('The provider base URLs must be a JSON object from provider to URL.');
  return new Map(
    Object.entries(parsed).map(([name, url]): [ProviderSlug, string] => {
      const provider = findProvider(name);
      if (!provider) throw new Error(`The provider base URLs name an unknown provider: "${name}".`);
      return [provider.slug, checkedBase(name, url)];
    }),
  );
}

function checkedBase(name: string, url: unknown): string {
  const filled = typeof url === 'string' ? URL.parse(url.replace(/\{\w+\}/g, 'x')) : null;
  const usable =
    filled !== null &&
    (filled.protocol === 'https:' || filled.protocol === 'http:') &&
    filled.username === '' &&
    filled.password === '' &&
    filled.search === '' &&
    filled.hash === '';
  if (typeof url !== 'string' || !usable)
    throw new Error(
      `The base URL of "${name}" must be an http or https URL without credentials, query or fragment.`,
    );
  return url.replace(/\/+$/, '');
}

export interface Base {
  readonly baseUrl: string;
  readonly overridden: boolean;
}

/** The base URL that requests to the provider start from. @param place of the credential that is used. */
export function baseOf(provider: ProviderDescriptor, baseUrls: BaseUrls, place: KeyPlace): Base | Refusal {
  const override = baseUrls.get(provider.slug);
  if (override !== undefined) return { baseUrl: override, overridden: true };
  if (provider.baseUrl !== null) return { baseUrl: provider.baseUrl, overridden: false };
  const placed = provider.placedBaseUrl?.(place) ?? null;
  if (placed !== null) return { baseUrl: placed, overridden: false };
  return new Refusal('unknownProvider', {
    message: `${provider.name} is not set up on this gateway: ${
      provider.placedBaseUrl ? 'no stored key says whose account it is, and ' : ''
    }its operator has given no base URL for it.`,
  });
}
