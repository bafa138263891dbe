import type { AccessTokens, KeyRing, Ledger, PricingPort, RoutingPort, TranslationPort } from '@weir/core';
import type { GoogleTokens } from './google-tokens.ts';

/** Loads with the first call, once: what nobody needs costs a cold start nothing. */
function once<Part>(load: () => Promise<Part>): () => Promise<Part> {
  let loading: Promise<Part> | null = null;
  return () => {
    loading ??= load();
    return loading;
  };
}

/** Translators load with the first request that needs one: what passes through pays nothing for them. */
export const lazyTranslation = (): TranslationPort => ({
  load: once(async () => (await import('../lazy/translation.ts')).createTranslation()),
});

/** Only requests that name a route walk one. */
export const lazyRouting = (): RoutingPort => ({
  load: once(async () => (await import('../lazy/routing.ts')).createRouter()),
});

type PricingPart = typeof import('../lazy/pricing.ts');

/** Prices load beside the first call of a provider. */
export const lazyPricing = (options: Parameters<PricingPart['createPricing']>[0]): PricingPort => ({
  load: once(async () => (await import('../lazy/pricing.ts')).createPricing(options)),
});

type KeyRingPart = typeof import('../lazy/key-ring.ts');

/** Only gateways that keep keys open any. */
export function lazyKeyRing(options: Parameters<KeyRingPart['createKeyRing']>[0]): KeyRing {
  const load = once(async () => (await import('../lazy/key-ring.ts')).createKeyRing(options));
  return {
    open: async (...asked) => (await load()).open(...asked),
    named: async (...asked) => (await load()).named(...asked),
  };
}

type LedgerPart = typeof import('../lazy/ledger.ts');

/** Only what falls under a budget is reserved. */
export function lazyLedger(options: Parameters<LedgerPart['createLedger']>[0]): Ledger {
  const load = once(async () => (await import('../lazy/ledger.ts')).createLedger(options));
  return { reserve: async (request) => (await load()).reserve(request) };
}

/** Only service accounts need tokens. */
export function lazyAccessTokens(options: ConstructorParameters<typeof GoogleTokens>[0]): AccessTokens {
  const load = once(async () => new (await import('../lazy/google-tokens.ts')).GoogleTokens(options));
  return { googleToken: async (credential) => (await load()).googleToken(credential) };
}
