import type { GatewaySettings, GatewaySnapshot } from '../gateway/settings.ts';
import { type HeaderMap, header } from '../http/header-map.ts';
import { durationMs } from '../ids.ts';
import type { ProviderSlug } from '../providers/descriptor.ts';
import type { KeySource } from '../record/request-record.ts';
import type { RuledLimit } from './rate-limits.ts';

/** `open`: the operator's keys serve whoever may use the gateway; `credits`: what they serve is paid from prepaid credits. */
export type UnifiedBilling = 'open' | 'credits';

/** What a deployment says. @throws when it is neither. */
export function parseUnifiedBilling(text: string): UnifiedBilling {
  if (text === 'open' || text === 'credits') return text;
  throw new Error(`unified billing must be "open" or "credits", not ${JSON.stringify(text)}`);
}

const isOperators = (source: KeySource) => source === 'unified' || source === 'role';

/** Whether the account's credits pay for a call (spec 5.3-8, 5.3-11). */
export function isPaidFromCredits(
  mode: UnifiedBilling,
  { workers_ai_billing_mode }: Pick<GatewaySettings, 'workers_ai_billing_mode'>,
  provider: string,
  source: KeySource,
): boolean {
  if (mode !== 'credits' || !isOperators(source)) return false;
  return provider !== WORKERS_AI || workers_ai_billing_mode === 'unified';
}

const WORKERS_AI = 'workers-ai';
/** Spec 5.3-9, with the one that only the client library lists. */
const NATIVE: ReadonlySet<string> = new Set([
  'openai',
  'anthropic',
  'google-ai-studio',
  'google-vertex-ai',
  'grok',
  'groq',
  'deepseek',
]);

/**
 * Whether the operator's key may be used (spec 5.3-9). Where credits pay, the providers' own endpoints are limited to
 * those whose prices are sure; the unified endpoints are not. An open gateway serves whatever its operator has a key for.
 */
export const mayUseOperatorsKey = (mode: UnifiedBilling, provider: string, isNative: boolean): boolean =>
  mode === 'open' || !isNative || provider === WORKERS_AI || NATIVE.has(provider);

/** The name under which the unified limit is refused and recorded. */
export const UNIFIED_RATE_RULE = 'unified';
const REQUESTS = 200;
const SECONDS = 60;

/**
 * Spec 5.3-10: how many calls a gateway may make with the operator's keys where credits pay. Other keys are exempt, and so
 * are Workers AI's models that are not paid from credits. Null: no limit.
 */
export function unifiedRateLimit(
  mode: UnifiedBilling,
  { account, id, internalId, settings }: Pick<GatewaySnapshot, 'account' | 'id' | 'internalId' | 'settings'>,
  provider: string,
  source: KeySource,
): RuledLimit | null {
  if (!isPaidFromCredits(mode, settings, provider, source)) return null;
  return {
    key: `${account}#${id}#${UNIFIED_RATE_RULE}#${internalId}`,
    limit: REQUESTS,
    interval: durationMs(SECONDS * 1000),
    technique: 'sliding',
    rule: UNIFIED_RATE_RULE,
    meaning: `${REQUESTS} requests in ${SECONDS} seconds with the operator's keys`,
  };
}

/** Whether nothing may be kept at the provider: the request's word goes before the gateway's (spec 4.1). */
export function wantsZeroRetention({ zdr }: Pick<GatewaySettings, 'zdr'>, headers: HeaderMap): boolean {
  const said = header(headers, 'cf-aig-zdr')?.trim().toLowerCase();
  return said === 'true' || (said !== 'false' && zdr);
}

/** Spec 5.3-12: those that agree to keep nothing. */
const ZERO_RETENTION: ReadonlySet<string> = new Set(['openai', 'anthropic']);

/**
 * Under which name the operator's key is found (spec 5.3-12). Whether a provider keeps something is agreed for an
 * organisation and shows in its keys alone, so the operator puts a key of such an organisation under `openai@zdr`; there is
 * no other name to fall back on. Other providers have no such agreement and are called as always.
 */
export const operatorsKeyName = (provider: ProviderSlug, zeroRetention: boolean): ProviderSlug =>
  zeroRetention && ZERO_RETENTION.has(provider) ? (`${provider}@zdr` as ProviderSlug) : provider;
