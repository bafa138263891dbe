import type {
  CachedAnswer,
  CacheKey,
  CacheOwner,
  CachePatience,
  CacheSighting,
  EpochMs,
  ResponseCache,
} from '@weir/core';

/** Reads of one key: one is under way, and whoever came since waits for the next. */
interface Reads {
  readonly current: Promise<unknown>;
  next: Promise<CacheSighting> | null;
}

/**
 * Requests of one process that meet at a key ask the store together: one read at a time, and one of them for the lease.
 * Nobody gets what was read before it asked, so an answer is no older than without sharing.
 */
export class SharedResponseCache implements ResponseCache {
  readonly #cache: ResponseCache;
  readonly #reads = new Map<CacheKey, Reads>();
  readonly #leases = new Map<CacheKey, Promise<boolean>>();
  /** Leases of this process: who has one prolongs it without waiting for anybody. */
  readonly #held = new Map<CacheKey, string>();

  constructor(cache: ResponseCache) {
    this.#cache = cache;
  }

  get(key: CacheKey, patience: CachePatience = 'briefly'): Promise<CacheSighting> {
    const reads = this.#reads.get(key);
    if (!reads) return this.#read(key, patience);
    reads.next ??= reads.current.then(() => this.#read(key, patience));
    return reads.next;
  }

  #read(key: CacheKey, patience: CachePatience): Promise<CacheSighting> {
    const reading = this.#cache.get(key, patience);
    const current = settled(reading);
    const reads: Reads = { current, next: null };
    this.#reads.set(key, reads);
    current.then(() => {
      if (reads.next === null && this.#reads.get(key) === reads) this.#reads.delete(key);
    });
    return reading;
  }

  /**
   * While one of us is asking, the others need not: at most one can get it. When it hears nothing, none of them does: a
   * refusal would tell them that somebody leads.
   */
  async lease(key: CacheKey, owner: CacheOwner, holder: string, until: EpochMs): Promise<boolean> {
    if (this.#held.get(key) === holder) return this.#cache.lease(key, owner, holder, until);
    const asking = this.#leases.get(key);
    if (asking) {
      await asking;
      return false;
    }
    const answer = this.#cache.lease(key, owner, holder, until);
    this.#leases.set(key, answer);
    try {
      const granted = await answer;
      if (granted) this.#held.set(key, holder);
      return granted;
    } finally {
      this.#leases.delete(key);
    }
  }

  put(
    key: CacheKey,
    owner: CacheOwner,
    answer: CachedAnswer,
    times: { readonly askedAt: EpochMs; readonly expiresAt: EpochMs },
  ): Promise<boolean> {
    this.#held.delete(key);
    return this.#cache.put(key, owner, answer, times);
  }

  release(key: CacheKey, holder: string): Promise<void> {
    if (this.#held.get(key) === holder) this.#held.delete(key);
    return this.#cache.release(key, holder);
  }

  purge(key: CacheKey, owner: CacheOwner): Promise<boolean> {
    return this.#cache.purge(key, owner);
  }
}

const settled = (promise: Promise<unknown>): Promise<void> =>
  promise.then(
    () => undefined,
    // Whoever asked hears of it.
    () => undefined,
  );
