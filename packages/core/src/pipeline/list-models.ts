import { isRefusal } from '../errors/refusal.ts';
import type { BaseUrls } from '../providers/base-urls.ts';
import { baseOf } from '../providers/base-urls.ts';
import { PROVIDERS } from '../providers/registry.ts';
import type { Surface } from './exchange.ts';

/**
 * `GET …/models` in OpenAI's list shape: one entry for each provider that the unified endpoint serves, named
 * `<prefix>/*`, because which models a provider has is the provider's own to say.
 */
export function listModels(surface: Surface, baseUrls: BaseUrls): Uint8Array {
  const data = PROVIDERS.filter(
    (provider) => provider.translated && !isRefusal(baseOf(provider, baseUrls)),
  ).flatMap((provider) => {
    const prefix =
      (surface === 'api' ? provider.authors[0] : undefined) ??
      provider.compatPrefixes[0] ??
      provider.authors[0];
    return prefix === undefined
      ? []
      : [{ id: `${prefix}/*`, object: 'model', created: 0, owned_by: provider.slug }];
  });
  return Buffer.from(JSON.stringify({ object: 'list', data }));
}
