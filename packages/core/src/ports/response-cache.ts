import type { AccountId, EpochMs, GatewayId } from '../ids.ts';
import type { CacheKey } from '../policy/cache-key.ts';
import { StoreUnavailable } from './config-source.ts';

/** The largest body that is kept, and the largest request whose answer is (spec 5.4-6). */
export const MAX_CACHED = 25 * 1024 * 1024;

/** An answer as the client got it, without what belonged to that one request. */
export interface CachedAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Without content encoding. */
  readonly body: Uint8Array;
  /** What it answers: a client format, or another endpoint. Under a key of the caller's own, requests of any form meet. */
  readonly form: string;
  /** The caller had asked for a stream. */
  readonly asStream: boolean;
  readonly storedAt: EpochMs;
}

/** Who an entry belongs to: purging asks for it. */
export interface CacheOwner {
  readonly account: AccountId;
  readonly gateway: GatewayId;
}

export interface CacheSighting {
  /** Null: there is none, or its time is over. */
  readonly answer: CachedAnswer | null;
  /** Who is getting the answer just now; null: nobody, or the lease is over. */
  readonly leader: string | null;
}

/**
 * How long a reader waits for a store that is slow: `briefly` when it calls unless it is told an answer in time, `patiently`
 * when it came to share a call, and what it hears decides how often the provider is called.
 */
export type CachePatience = 'briefly' | 'patiently';

/** The store was silent just before, so that this question was not asked; nothing was waited for. */
export class CacheSpared extends StoreUnavailable {
  readonly isSpared = true;

  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof StoreUnavailable && 'isSpared' in value;
  }
}

/**
 * Answers by key, and who fetches a missing one. Guarantees: a reader sees an entry whole or not at all; what `get` gives
 * is never older than the last `put`, `purge` or lease that ended before it began; of any number of callers at once one
 * gets the lease. Every method throws `StoreUnavailable` when the store cannot be asked. `get` and `lease`, which requests
 * wait for, throw {@link CacheSpared} for a short while after several that nobody answered.
 */
export interface ResponseCache {
  /** One read; a large body costs a second one. @param patience `briefly` unless said otherwise. */
  get(key: CacheKey, patience?: CachePatience): Promise<CacheSighting>;
  /**
   * Puts the answer in the place of whatever is there and ends the lease, whoever held it. False, and nothing is stored:
   * the key was purged at `askedAt` or later, so the answer may be what the purge was meant for.
   */
  put(
    key: CacheKey,
    owner: CacheOwner,
    answer: CachedAnswer,
    times: { readonly askedAt: EpochMs; readonly expiresAt: EpochMs },
  ): Promise<boolean>;
  /** True: `holder` has the lease until then, new or prolonged. False: someone else has, or there is an answer. */
  lease(key: CacheKey, owner: CacheOwner, holder: string, until: EpochMs): Promise<boolean>;
  /** Ends the lease if it is still the holder's. */
  release(key: CacheKey, holder: string): Promise<void>;
  /**
   * Deletes the answer; one that was asked for before and comes later is not stored. Entries of others stay untouched.
   * @returns whether there was one.
   */
  purge(key: CacheKey, owner: CacheOwner): Promise<boolean>;
}
