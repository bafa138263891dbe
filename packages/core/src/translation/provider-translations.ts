import type { ProviderTranslation } from '../providers/provider-translation.ts';

/** How each provider is spoken to, by slug. */
export const PROVIDER_TRANSLATIONS: ReadonlyMap<string, ProviderTranslation> = new Map();
