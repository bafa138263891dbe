import { type PlatformCredentials, type ProviderSlug, Secret } from '@weir/core';

/** The operator's keys in memory. */
export class MemoryPlatformCredentials implements PlatformCredentials {
  readonly #keys = new Map<string, Secret>();

  constructor(keys: Readonly<Record<string, string>> = {}) {
    for (const [provider, key] of Object.entries(keys)) {
      if (key !== '') this.#keys.set(provider, new Secret(key));
    }
  }

  async find(provider: ProviderSlug): Promise<Secret | null> {
    return this.#keys.get(provider) ?? null;
  }
}
