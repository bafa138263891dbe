import { createHash } from 'node:crypto';
import type {
  GatewaySettings,
  GatewaySnapshot,
  RateLimitRule,
  RateLimitSubject,
  RateLimitTechnique,
} from '../gateway/settings.ts';
import { durationMs, type TokenId } from '../ids.ts';
import type { RateLimit } from '../ports/rate-limiter.ts';
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

/** The limits that a request falls under, each once (spec 5.5; the rules are ours). A limit or an interval of 0 is none. */
export function rateLimitsOf(request: LimitedRequest): readonly RuledLimit[] {
  const { settings } = request.gateway;
  const plain = plainRule(settings);
  const own = plain ? [limitOf(request.gateway, plain, 'rate_limiting_limit', null)] : [];
  return once([...own, ...ruledLimits(request, () => true)]);
}

/**
 * The limits that a call falls under by its provider or its model, but for those that its request was counted under before:
 * a request counts once under each, however many of its calls come there.
 */
export function targetLimitsOf(request: LimitedRequest, before: readonly RateLimit[]): readonly RuledLimit[] {
  const limits = ruledLimits(request, isOfTarget);
  if (limits.length === 0) return limits;
  const known = new Set(before.map(({ key }) => key));
  return once(limits.filter(({ key }) => !known.has(key)));
}

const isOfTarget = ({ by }: RateLimitRule) => by === 'provider' || by === 'model';

function ruledLimits(request: LimitedRequest, applies: (rule: RateLimitRule) => boolean): RuledLimit[] {
  const limits: RuledLimit[] = [];
  for (const [index, rule] of (request.gateway.settings.rate_limits ?? []).entries()) {
    if (rule.limit === 0 || rule.interval === 0 || !applies(rule)) continue;
    const counted = { ...rule, technique: rule.technique ?? 'fixed' };
    for (const value of valuesOf(rule.by ?? null, request))
      limits.push(limitOf(request.gateway, counted, `rate_limits[${index}]`, value));
  }
  return limits;
}

/** Two limits with one key are one, named by the first of its rules. */
function once(limits: readonly RuledLimit[]): readonly RuledLimit[] {
  const first = new Map<string, RuledLimit>();
  for (const limit of limits) if (!first.has(limit.key)) first.set(limit.key, limit);
  return [...first.values()];
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
