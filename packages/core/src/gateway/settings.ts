import type { AccountId, GatewayId } from '../ids.ts';
import type { PriceOverride } from '../money/price-override.ts';
import type { GatewayRoute } from '../routing/route.ts';
import type { JsonValue } from './json-value.ts';
import type { StoredKey } from './stored-key.ts';

export type RateLimitTechnique = 'fixed' | 'sliding';
/** Whose requests a rule counts together. */
export type RateLimitSubject = 'token' | 'provider' | 'model' | { readonly metadata: string };

/** Ours: a limit beside the gateway's own (spec 5.5). */
export type RateLimitRule = {
  /** Requests; 0: no limit. */
  readonly limit: number;
  /** Seconds; 0: no limit. */
  readonly interval: number;
  /** Absent: `fixed`. */
  readonly technique?: RateLimitTechnique;
  /** Absent: all requests of the gateway together. */
  readonly by?: RateLimitSubject;
};

/** Ours: when a provider that fails is passed over. A type alias, so that it is JSON as well. */
export type CircuitBreaker = {
  /** Percent of the calls. */
  readonly failure_rate: number;
  /** Fewer calls within 30 s decide nothing. */
  readonly minimum_calls: number;
  /** Seconds; each failed probe doubles it, up to two minutes. */
  readonly cool_down: number;
};

/** How a spend rule uses a dimension: one budget for each value, or only requests with one of these values. */
export type SpendDimension =
  | { readonly mode: 'partition' }
  | { readonly mode: 'filter'; readonly values: readonly string[] };

/** How much may be spent in a stretch of time (spec 5.11). A type alias, so that it is JSON as well. */
export type SpendRule = {
  /** 1 to 64 letters, digits, `_` and `-`; what was spent is counted under it. */
  readonly id: string;
  readonly enabled: boolean;
  /** Dollars; 0: nothing may be spent. See `spendLimitOf`. */
  readonly limit: number;
  readonly limitType: 'cost';
  /** Seconds, 1 or more; need not be whole. */
  readonly window: number;
  readonly technique: 'fixed' | 'sliding';
  readonly metadata?: Readonly<Record<string, SpendDimension>>;
  readonly model?: SpendDimension;
  readonly provider?: SpendDimension;
  /** Ours: over how many items a hot budget is spread, 1 to 16. Absent: 1. */
  readonly shards?: number;
};

export type SpendLimits = {
  readonly enabled: boolean;
  /** At most 20, each with an id of its own. */
  readonly rules: readonly SpendRule[];
};

export type Backoff = 'constant' | 'linear' | 'exponential';
/**
 * A gateway's settings, in the names of the wire (spec 3). Durations in seconds except `retry_delay` (ms).
 * Fields that only later stages read are kept as JSON exactly as they were written.
 */
export interface GatewaySettings {
  readonly cache_invalidate_on_update: boolean;
  readonly cache_ttl: number | null;
  /** Ours: identical requests in flight make one upstream call. */
  readonly cache_coalesce?: boolean;
  readonly collect_logs: boolean;
  readonly rate_limiting_interval: number | null;
  readonly rate_limiting_limit: number | null;
  readonly rate_limiting_technique: RateLimitTechnique | null;
  /** Ours: refuse what cannot be counted while the store is down, instead of letting it pass. */
  readonly rate_limiting_fail_closed?: boolean;
  /** Ours: at most 20. */
  readonly rate_limits?: readonly RateLimitRule[];
  /** Null and absent: off. */
  readonly circuit_breaker?: CircuitBreaker | null;
  readonly authentication: boolean;
  readonly byok_only: boolean;
  readonly dlp?: JsonValue;
  readonly guardrails: JsonValue;
  readonly log_classification: boolean;
  readonly log_management: number | null;
  readonly log_management_strategy: 'STOP_INSERTING' | 'DELETE_OLDEST' | null;
  readonly logpush: boolean;
  readonly logpush_public_key: string | null;
  readonly otel: JsonValue;
  readonly retry_max_attempts: number | null;
  readonly retry_delay: number | null;
  readonly retry_backoff: Backoff | null;
  readonly spend_limits: SpendLimits | null;
  readonly store_id: string | null;
  readonly stripe: JsonValue;
  readonly workers_ai_billing_mode: 'postpaid' | 'unified';
  /** Ours: what the gateway pays, where it is not what the price book says. At most 100. */
  readonly prices?: readonly PriceOverride[];
  readonly zdr: boolean;
}

/** What every field is when neither the creator nor the contract says otherwise (spec 3). */
export const DEFAULT_SETTINGS: GatewaySettings = {
  cache_invalidate_on_update: false,
  cache_ttl: 0,
  collect_logs: true,
  rate_limiting_interval: 0,
  rate_limiting_limit: 0,
  rate_limiting_technique: 'fixed',
  authentication: true,
  byok_only: false,
  guardrails: null,
  log_classification: false,
  log_management: null,
  log_management_strategy: 'DELETE_OLDEST',
  logpush: false,
  logpush_public_key: null,
  otel: null,
  retry_max_attempts: null,
  retry_delay: null,
  retry_backoff: null,
  spend_limits: null,
  store_id: null,
  stripe: null,
  workers_ai_billing_mode: 'postpaid',
  zdr: false,
};

/**
 * All that the data plane needs of a gateway, in one stored item with one version number: a reader sees an old
 * state or a new one, never a mixture. `version` grows by one at every change.
 */
export interface GatewaySnapshot {
  readonly account: AccountId;
  readonly id: GatewayId;
  /** A uuid that outlives nothing: a gateway deleted and created again gets a new one. */
  readonly internalId: string;
  readonly version: number;
  /** Grows when all that the cache holds for the gateway must no longer be found (spec 5.4-11): every key is made with it. */
  readonly cacheEpoch: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly modifiedAt: string;
  readonly settings: GatewaySettings;
  /** Its provider keys (spec 5.2): sealed. */
  readonly keys: readonly StoredKey[];
  /** The deployed version of each route (spec 5.10). */
  readonly routes: readonly GatewayRoute[];
}
