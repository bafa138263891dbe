import { createHash, type Hash } from 'node:crypto';
import type { AccountId, GatewayId, Tagged } from '../ids.ts';

/** 64 lower-case hex characters: what a cached answer is found by. It tells nothing of what it was made from. */
export type CacheKey = Tagged<string, 'CacheKey'>;

const KEY = /^[0-9a-f]{64}$/;

export const parseCacheKey = (text: string): CacheKey | null => (KEY.test(text) ? (text as CacheKey) : null);

/** Whose cache it is. Part of every key, so nothing crosses accounts or gateways, and another epoch is another cache. */
export interface CacheScope {
  readonly account: AccountId;
  readonly gateway: GatewayId;
  /** Of the gateway: one that was deleted and made again does not find what the first one kept. */
  readonly internalId: string;
  /** See `GatewaySnapshot.cacheEpoch`. */
  readonly epoch: number;
}

/** What tells one request from another where the caller says nothing (spec 5.4-2). */
export interface RequestIdentity {
  readonly provider: string;
  readonly model: string | null;
  readonly method: string;
  /** The endpoint as the client sees it, its surface first: answers differ in format by it. */
  readonly endpoint: string;
  /** Of the upstream, with its query. */
  readonly url: string;
  /** The caller's own provider credential, as it is sent; in words: a key of ours serves, whose callers share their answers. */
  readonly credential: readonly string[] | string;
  /** Headers that choose the form or the version of the answer. */
  readonly headers: readonly (readonly [name: string, values: readonly string[]])[];
  readonly body: Uint8Array;
}

/** A request of the caller's own naming (spec 5.4-3): body, endpoint and credential do not count. */
export interface NamedIdentity {
  readonly key: string;
  /** Null: the caller lets all models share the key. */
  readonly target: { readonly provider: string; readonly model: string | null } | null;
}

/** SHA-256 over all that tells the request apart: any difference is another key. */
export function defaultCacheKey(scope: CacheScope, identity: RequestIdentity): CacheKey {
  const { provider, model, method, endpoint, url, credential, headers, body } = identity;
  const parts = begin(scope, 'default');
  for (const part of [provider, model, method, endpoint, url]) parts.text(part);
  if (typeof credential === 'string') for (const part of [null, credential]) parts.text(part);
  else parts.list(credential);
  parts.text(String(headers.length));
  for (const [name, values] of headers) {
    parts.text(name);
    parts.list(values);
  }
  parts.bytes(body);
  return parts.key();
}

export function namedCacheKey(scope: CacheScope, { key, target }: NamedIdentity): CacheKey {
  const parts = begin(scope, target === null ? 'named-for-all' : 'named');
  parts.text(key);
  if (target !== null) {
    parts.text(target.provider);
    parts.text(target.model);
  }
  return parts.key();
}

function begin({ account, gateway, internalId, epoch }: CacheScope, kind: string): Parts {
  const parts = new Parts();
  for (const part of ['weir-cache-1', account, gateway, internalId, String(epoch), kind]) parts.text(part);
  return parts;
}

/** Every part goes in behind its length, so that no two lists of parts run into the same bytes. */
class Parts {
  readonly #hash: Hash = createHash('sha256');

  text(part: string | null): void {
    if (part === null) this.#hash.update('-;');
    else
      this.#hash
        .update(`${Buffer.byteLength(part)}:`)
        .update(part)
        .update(';');
  }

  list(parts: readonly string[]): void {
    this.#hash.update(`[${parts.length};`);
    for (const part of parts) this.text(part);
  }

  bytes(part: Uint8Array): void {
    this.#hash.update(`${part.length}:`).update(part);
  }

  key(): CacheKey {
    return this.#hash.digest('hex') as CacheKey;
  }
}
