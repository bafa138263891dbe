import { createHash } from 'node:crypto';
import type {
  GatewaySettings,
  GatewaySnapshot,
  RateLimitSubject,
  RateLimitTechnique,
} from '../gateway/settings.ts';
import { type DurationMs, durationMs, type TokenId } from '../ids.ts';
import type { LimitVerdict, RateLimit } from '../ports/rate-limiter.ts';
import type { MetadataValue } from '../record/request-record.ts';

/** A limit with the rule that it comes from. */
export interface RuledLimit extends RateLimit {
  /** As the gateway's settings have it: `rate_limiting_limit`, `rate_limits[2]`. */
  readonly rule: string;
  /** `100 requests in 60 seconds for each token` */
  readonly meaning: string;
}

/** What rules can ask of a request. */
export interface LimitedRequest {
  readonly gateway: GatewaySnapshot;
  /** Null on an open gateway without one. */
  readonly token: TokenId | null;
  readonly metadata: Readonly<Record<string, MetadataValue>>;
  /** All that may be called for it, the fallbacks included. */
  readonly targets: readonly { readonly provider: string; readonly model: string | null }[];
}

/** What became of one limit. `unknown`: nobody could count. */
export interface CountedLimit {
  readonly limit: RuledLimit;
  readonly verdict: LimitVerdict | 'unknown';
}

/** Stage 5's decision on rate limits: what, why and by which rule. */
export type Admission =
  | { readonly kind: 'unlimited' }
  /** `tightest` has the least left; null: no limit could be counted. */
  | {
      readonly kind: 'admitted';
      readonly tightest: Tightest | null;
      /** Rules that could not be counted; the request passed without them. */
      readonly unchecked: readonly string[];
    }
  | { readonly kind: 'refused'; readonly by: RuledLimit; readonly retryAfter: DurationMs }
  /** The gateway wants no request that could not be counted. */
  | { readonly kind: 'uncountable'; readonly unchecked: readonly string[] };

interface Tightest {
  readonly limit: RuledLimit;
  readonly remaining: number;
  readonly resetAfter: DurationMs;
}

/** The limits that a request falls under, each once (spec 5.5; the rules are ours). A limit or an interval of 0 is none. */
export function rateLimitsOf(request: LimitedRequest): readonly RuledLimit[] {
  const { settings } = request.gateway;
  const limits = new Map<string, RuledLimit>();
  const add = (limit: RuledLimit) => {
    if (!limits.has(limit.key)) limits.set(limit.key, limit);
  };
  const plain = plainRule(settings);
  if (plain) add(limitOf(request.gateway, plain, 'rate_limiting_limit', null));
  for (const [index, rule] of (settings.rate_limits ?? []).entries()) {
    if (rule.limit === 0 || rule.interval === 0) continue;
    const counted = { ...rule, technique: rule.technique ?? 'fixed' };
    for (const value of valuesOf(rule.by ?? null, request))
      add(limitOf(request.gateway, counted, `rate_limits[${index}]`, value));
  }
  return [...limits.values()];
}

interface CountedRule {
  readonly limit: number;
  readonly interval: number;
  readonly technique: RateLimitTechnique;
  readonly by?: RateLimitSubject;
}

function plainRule(settings: GatewaySettings): CountedRule | null {
  const limit = settings.rate_limiting_limit ?? 0;
  const interval = settings.rate_limiting_interval ?? 0;
  if (limit === 0 || interval === 0) return null;
  return { limit, interval, technique: settings.rate_limiting_technique ?? 'fixed' };
}

/**
 * A changed rule begins to count anew, and so does a gateway that was deleted and made again. What callers choose is in
 * the key as a hash: a key has no length of theirs.
 */
function limitOf(
  gateway: GatewaySnapshot,
  rule: CountedRule,
  name: string,
  value: string | null,
): RuledLimit {
  const { limit, interval, technique, by } = rule;
  const subject = by === undefined ? 'all' : typeof by === 'string' ? by : `metadata:${by.metadata}`;
  const own = hash(JSON.stringify([gateway.internalId, technique, interval, limit, subject, value]));
  const counted = `${limit} ${limit === 1 ? 'request' : 'requests'} in ${interval} ${interval === 1 ? 'second' : 'seconds'}`;
  return {
    key: `${gateway.account}#${gateway.id}#${own}`,
    limit,
    interval: durationMs(interval * 1000),
    technique,
    rule: name,
    meaning: by === undefined ? counted : `${counted} for each ${subject.replace(':', ' ')}`,
  };
}

/**
 * Under what a rule counts the request. What has no token, no such metadata or no model counts together, so that leaving
 * it out is no way around the rule. A request with fallbacks counts for each provider and model that it may reach.
 */
function valuesOf(
  by: RateLimitSubject | null,
  { token, metadata, targets }: LimitedRequest,
): (string | null)[] {
  if (by === null) return [null];
  if (by === 'token') return [token];
  if (by === 'provider') return targets.map(({ provider }) => provider);
  if (by === 'model') return targets.map(({ provider, model }) => model && `${provider}/${model}`);
  const value = Object.hasOwn(metadata, by.metadata) ? metadata[by.metadata] : undefined;
  return [value === undefined ? null : JSON.stringify(value)];
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);

/**
 * One decision from all verdicts. One full limit refuses, and of several the one that lasts longest is named: waiting
 * for less would be in vain. A refusal goes before what nobody could count.
 *
 * @param failsClosed refuse what could not be counted (design 12).
 */
export function admissionOf(counted: readonly CountedLimit[], failsClosed: boolean): Admission {
  let refused: Extract<Admission, { kind: 'refused' }> | null = null;
  let tightest: Tightest | null = null;
  const unchecked: string[] = [];
  for (const { limit, verdict } of counted) {
    if (verdict === 'unknown') unchecked.push(limit.rule);
    else if (!verdict.admitted) {
      if (refused === null || verdict.retryAfter > refused.retryAfter)
        refused = { kind: 'refused', by: limit, retryAfter: verdict.retryAfter };
    } else if (tightest === null || verdict.remaining < tightest.remaining) {
      tightest = { limit, remaining: verdict.remaining, resetAfter: verdict.resetAfter };
    }
  }
  if (refused) return refused;
  if (counted.length === 0) return { kind: 'unlimited' };
  if (unchecked.length > 0 && failsClosed) return { kind: 'uncountable', unchecked };
  return { kind: 'admitted', tightest, unchecked };
}

/** What answers say about the limits, refusals included. */
export function admissionHeaders(admission: Admission): ReadonlyMap<string, readonly string[]> {
  switch (admission.kind) {
    case 'unlimited':
    case 'uncountable':
      return new Map();
    case 'refused':
      return limitHeaders(admission.by.limit, 0, admission.retryAfter);
    case 'admitted': {
      const { tightest, unchecked } = admission;
      const headers = tightest
        ? limitHeaders(tightest.limit.limit, tightest.remaining, tightest.resetAfter)
        : new Map<string, readonly string[]>();
      if (unchecked.length > 0) headers.set('weir-degraded', ['rate-limit']);
      return headers;
    }
  }
}

function limitHeaders(limit: number, remaining: number, reset: DurationMs): Map<string, readonly string[]> {
  return new Map([
    ['x-ratelimit-limit', [String(limit)]],
    ['x-ratelimit-remaining', [String(remaining)]],
    // In whole seconds, as Retry-After.
    ['x-ratelimit-reset', [String(Math.ceil(reset / 1000))]],
  ]);
}
