import { assertNever } from '../../assert-never.ts';
import { isRefusal } from '../../errors/refusal.ts';
import type { HeaderMap } from '../../http/header-map.ts';
import type { DurationMs } from '../../ids.ts';
import { durationMs } from '../../ids.ts';
import { type CacheKey, type CacheScope, defaultCacheKey, namedCacheKey } from '../../policy/cache-key.ts';
import { isCacheableRequest } from '../../policy/cacheable.ts';
import type { CacheOwner } from '../../ports/response-cache.ts';
import { cacheName, type UnifiedFormat } from '../../providers/descriptor.ts';
import { readModel } from '../../providers/request-body.ts';
import type { Authenticated, Step, Target, UsedCredential } from '../exchange.ts';

/** How one step's answer is looked for and kept. */
export interface CachePlan {
  readonly key: CacheKey;
  readonly owner: CacheOwner;
  /** The caller named the key: requests of any form may meet under it. */
  readonly isNamed: boolean;
  readonly lifetime: DurationMs;
  /** False: the caller wants a fresh answer, which is stored all the same (spec 5.4-7). */
  readonly reads: boolean;
  /** Identical requests in flight make one call. */
  readonly coalesces: boolean;
  /** False: nobody is asked to store the answer. */
  readonly keeps: boolean;
  /** See `CachedAnswer.form`. */
  readonly form: string;
  /** The caller asks for a stream. Known only where the key does not tell. */
  readonly asStream: boolean;
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
  const reads = !settings.skipCache.value;
  return {
    key: named === null ? keyOf(scope, exchange, target) : namedKey(scope, named, settings, target),
    owner: { account, gateway: id },
    isNamed: named !== null,
    lifetime: durationMs(settings.cacheTtl.value * 1000),
    reads,
    coalesces: reads && settings.coalesce.value,
    keeps: true,
    form: formOf(exchange, target),
    asStream: named !== null && asksForStream(request.body),
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
    headers: chosenHeaders(headers),
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
const CHOOSING = [
  'accept',
  'accept-language',
  'anthropic-beta',
  'anthropic-version',
  'content-type',
  'openai-beta',
  'openai-organization',
  'openai-project',
  'x-goog-user-project',
];

const chosenHeaders = (headers: HeaderMap) =>
  CHOOSING.flatMap((name) => {
    const values = headers.get(name);
    return values ? [[name, values] as const] : [];
  });

const FORMATS: readonly UnifiedFormat[] = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'embeddings',
];
const bare = (path: string) => path.replace(/^\/*(?:v1\/)?/, '').replace(/\/+$/, '');

function formOf({ endpoint, path }: Authenticated, { provider }: Target): string {
  if (endpoint.kind === 'unified') return endpoint.format;
  if (endpoint.kind !== 'native') return endpoint.kind;
  const format = FORMATS.find((name) => {
    const served = provider.serves[name];
    return served !== undefined && bare(served.path) === bare(path);
  });
  return format ?? `${provider.slug}/${path}`;
}

function asksForStream(body: Uint8Array): boolean {
  const facts = readModel(body);
  return !isRefusal(facts) && facts.stream;
}
