import type { GatewaySnapshot, SpendRule } from '../gateway/settings.ts';
import { durationMs } from '../ids.ts';
import { type Micros, NO_MONEY, parseDollars } from '../money/micros.ts';
import type { Budget } from '../ports/ledger.ts';
import { findProvider } from '../providers/registry.ts';
import type { MetadataValue } from '../record/request-record.ts';
import { type BucketDimension, spendBucketOf } from './spend-bucket.ts';

/** A spend limit's bucket. */
export type SpendBudget = Extract<Budget, { readonly kind: 'limit' }>;

/** What rules can ask of a request: of one call, since each of its fallbacks may be another provider's. */
export interface SpendingRequest {
  readonly gateway: GatewaySnapshot;
  /** The slug, `custom-{slug}` included. */
  readonly provider: string;
  readonly model: string | null;
  readonly metadata: Readonly<Record<string, MetadataValue>>;
}

/**
 * Every budget that a request is paid from (spec 5.11, rules 1 and 2): one for each rule that applies to it. Rules that are
 * off, and limits that are off as a whole, give none.
 */
export function spendBudgetsOf(request: SpendingRequest): readonly SpendBudget[] {
  const limits = request.gateway.settings.spend_limits;
  if (limits === null || !limits.enabled) return [];
  return limits.rules.flatMap((rule) => {
    if (!rule.enabled) return [];
    const dimensions = dimensionsOf(rule, request);
    return dimensions === null ? [] : [budgetOf(request.gateway, rule, spendBucketOf(dimensions))];
  });
}

/** The budget of one of a rule's buckets, as its settings stand now. */
export function budgetOf(
  { account, id }: Pick<GatewaySnapshot, 'account' | 'id'>,
  rule: SpendRule,
  bucket: string,
): SpendBudget {
  return {
    kind: 'limit',
    account,
    gateway: id,
    rule: rule.id,
    bucket,
    limit: spendLimitOf(rule),
    window: {
      technique: rule.technique,
      length: durationMs(Math.max(MIN_WINDOW, Math.round(rule.window * 1000))),
    },
    shards: rule.shards ?? 1,
  };
}

/** Settings from before windows had a least length could hold a shorter one. */
const MIN_WINDOW = 1000;
const MICRO_DOLLAR = 1e-6;

/** The rule's limit by its decimal text, so `0.1` is exactly ten cents; what is smaller than a micro-dollar is cut off. */
export function spendLimitOf({ limit }: Pick<SpendRule, 'limit'>): Micros {
  return limit < MICRO_DOLLAR ? NO_MONEY : (parseDollars(String(limit)) ?? NO_MONEY);
}

/** Whether the rule has a budget of its own for each value of something. */
export function isPartitioned({ provider, model, metadata = {} }: SpendRule): boolean {
  return [provider, model, ...Object.values(metadata)].some((dimension) => dimension?.mode === 'partition');
}

/** Those that split the rule's money, by what the request has of them; null: the rule is not for this request. */
function dimensionsOf(rule: SpendRule, request: SpendingRequest): readonly BucketDimension[] | null {
  const split: BucketDimension[] = [];
  const { provider, model, metadata = {} } = rule;
  if (provider?.mode === 'filter' && !isListedProvider(provider.values, request)) return null;
  if (provider?.mode === 'partition') split.push({ name: 'provider', value: request.provider });
  if (model?.mode === 'filter' && !isListedModel(model.values, request)) return null;
  if (model?.mode === 'partition') split.push({ name: 'model', value: modelOf(request) });
  for (const [key, dimension] of Object.entries(metadata)) {
    const value = metadataText(request, key);
    if (dimension.mode === 'partition') split.push({ name: 'metadata', key, value });
    else if (value === null || !dimension.values.includes(value)) return null;
  }
  return split;
}

/** Any case and any of a provider's names: `OpenAI`, `xai` for `grok`. */
function isListedProvider(values: readonly string[], { provider }: SpendingRequest): boolean {
  return values.some((value) => {
    const slug = value.toLowerCase();
    return slug === provider || findProvider(slug)?.slug === provider;
  });
}

/**
 * Any case, since several providers take a model's name in any: another spelling must not be a way around a budget. With
 * the provider before it or without.
 */
function isListedModel(values: readonly string[], request: SpendingRequest): boolean {
  const model = modelOf(request);
  if (model === null) return false;
  const whole = `${request.provider}/${model}`;
  return values.some((value) => [model, whole].includes(value.toLowerCase()));
}

const modelOf = ({ model }: SpendingRequest) => model?.toLowerCase() ?? null;

/** As text: a rule's values are texts, and 7 and "7" are the same team. Null: the request does not say. */
function metadataText({ metadata }: SpendingRequest, key: string): string | null {
  const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
  return value === undefined || value === null ? null : String(value);
}
