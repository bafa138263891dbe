import { assertNever } from '../../assert-never.ts';
import type { HeaderMap } from '../../http/header-map.ts';
import type { DurationMs } from '../../ids.ts';
import { durationMs } from '../../ids.ts';
import { type CacheKey, type CacheScope, defaultCacheKey, namedCacheKey } from '../../policy/cache-key.ts';
import { isCacheableRequest, keepsState } from '../../policy/cacheable.ts';
import type { CacheOwner } from '../../ports/response-cache.ts';
import { cacheName } from '../../providers/descriptor.ts';
import type { Authenticated, Step, Target, UsedCredential } from '../exchange.ts';
import { type Asked, askedBy } from './asked.ts';

/** How one step's answer is looked for and kept. */
export interface CachePlan {
  readonly key: CacheKey;
  readonly owner: CacheOwner;
  /** Under a key of the caller's own, requests of any form may meet. Null: the key tells them apart. */
  readonly asked: Asked | null;
  readonly lifetime: DurationMs;
  /** False: the caller wants a fresh answer, which is stored all the same (spec 5.4-7). */
  readonly reads: boolean;
  /** Identical requests in flight make one call. */
  readonly coalesces: boolean;
  /** False: nobody is asked to store the answer. */
  readonly keeps: boolean;
}

/** Null: this step's answer is not cached, and no store is asked (spec 5.4-1, 5.4-6, 5.4-12). */
export function planCache({ exchange, settings, target }: Step): CachePlan | null {
  const { request, endpoint, surface, gateway } = exchange;
  if (settings.cacheTtl.value === 0) return null;
  if (!isCacheableRequest(request.method, request.body.length)) return null;
  if (endpoint.kind === 'run' && surface === 'compat') return null;
  const { account, id, internalId, cacheEpoch } = gateway;
  const scope: CacheScope = { account, gateway: id, internalId, epoch: cacheEpoch };
  const named = settings.cacheKey.value;
  if (named === null && endpoint.kind === 'native' && keepsState(endpoint.path)) return null;
  const reads = !settings.skipCache.value;
  return {
    key: named === null ? keyOf(scope, exchange, target) : namedKey(scope, named, settings, target),
    owner: { account, gateway: id },
    asked: named === null ? null : askedBy(exchange, target),
    lifetime: durationMs(settings.cacheTtl.value * 1000),
    reads,
    coalesces: reads && settings.coalesce.value,
    keeps: true,
  };
}

function namedKey(scope: CacheScope, key: string, { cacheAcrossModels }: Step['settings'], target: Target) {
  const { provider, model } = target;
  return namedCacheKey(scope, {
    key,
    target: cacheAcrossModels.value ? null : { provider: cacheName(provider), model },
  });
}

function keyOf(scope: CacheScope, { request, surface, path }: Authenticated, target: Target): CacheKey {
  const { provider, model, url, headers, credential } = target;
  return defaultCacheKey(scope, {
    provider: cacheName(provider),
    model,
    method: request.method,
    endpoint: `${surface}/${path}`,
    url,
    // A key in the query is part of the URL.
    credential: whose(credential) ?? provider.credentialHeaders.flatMap((name) => headers.get(name) ?? []),
    headers: tellingHeaders(headers, provider.credentialHeaders),
    body: request.body,
  });
}

/** All who are served with the gateway's or the operator's keys share what those were answered; a rotation changes nothing. */
function whose({ source, key }: UsedCredential): string | null {
  switch (source) {
    case 'unified':
    case 'role':
      return 'operator';
    case 'stored':
      return `gateway/${key?.alias}`;
    case 'request':
    case 'none':
      return null;
    default:
      return assertNever(source);
  }
}

/** What callers choose the form, the version or the bill of an answer with. */
const CHOOSING: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'anthropic-beta',
  'anthropic-version',
  'content-type',
  'openai-beta',
  'openai-organization',
  'openai-project',
  'prefer',
  'x-goog-fieldmask',
  'x-goog-user-project',
  'x-http-method-override',
]);
/** Bedrock's guardrails, among others. */
const CHOOSING_PREFIX = 'x-amzn-bedrock-';
/** A server that an account added may know its callers by any header. A new key for each try is no credential. */
const IDENTIFYING = /auth|credential|password|secret|token|(?<!idempotency-)key$/;

/** @param slots the provider's own, which stand in the key as credential. */
const tellingHeaders = (headers: HeaderMap, slots: readonly string[]) =>
  [...headers]
    .filter(
      ([name]) =>
        CHOOSING.has(name) ||
        name.startsWith(CHOOSING_PREFIX) ||
        (IDENTIFYING.test(name) && !slots.includes(name)),
    )
    .sort(([one], [other]) => (one < other ? -1 : 1));
