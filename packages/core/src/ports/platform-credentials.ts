import type { ProviderSlug } from '../providers/descriptor.ts';
import type { Secret } from '../secret.ts';

/** The operator's own provider keys (spec 5.2, step 3). */
export interface PlatformCredentials {
  /** The key for the provider, or null when the operator set none. @throws {StoreUnavailable} */
  find(provider: ProviderSlug): Promise<Secret | null>;
}
