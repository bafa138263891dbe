import {
  type CachedAnswer,
  type CacheKey,
  type CacheOwner,
  type CacheSighting,
  type Clock,
  type EpochMs,
  type ResponseCache,
  StoreUnavailable,
} from '@weir/core';

interface Entry {
  owner: CacheOwner;
  answer: CachedAnswer | null;
  expiresAt: EpochMs | null;
  purgedAt: EpochMs | null;
  lease: { readonly holder: string; readonly until: EpochMs } | null;
}

/** The cache in memory; `isDown` makes it unreachable. */
export class MemoryResponseCache implements ResponseCache {
  readonly #clock: Clock;
  readonly #entries = new Map<CacheKey, Entry>();
  isDown = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async get(key: CacheKey): Promise<CacheSighting> {
    this.#reach();
    const entry = this.#entries.get(key);
    return { answer: (entry && this.#fresh(entry)) ?? null, leader: this.#leader(entry) };
  }

  async put(
    key: CacheKey,
    owner: CacheOwner,
    answer: CachedAnswer,
    { askedAt, expiresAt }: { readonly askedAt: EpochMs; readonly expiresAt: EpochMs },
  ): Promise<boolean> {
    this.#reach();
    const entry = this.#entry(key, owner);
    if (entry.purgedAt !== null && entry.purgedAt >= askedAt) return false;
    entry.owner = owner;
    entry.answer = { ...answer, body: answer.body.slice() };
    entry.expiresAt = expiresAt;
    entry.lease = null;
    return true;
  }

  async lease(key: CacheKey, owner: CacheOwner, holder: string, until: EpochMs): Promise<boolean> {
    this.#reach();
    const entry = this.#entry(key, owner);
    const leader = this.#leader(entry);
    if (this.#fresh(entry) || (leader !== null && leader !== holder)) return false;
    entry.owner = owner;
    entry.lease = { holder, until };
    return true;
  }

  async release(key: CacheKey, holder: string): Promise<void> {
    this.#reach();
    const entry = this.#entries.get(key);
    if (entry?.lease?.holder === holder) entry.lease = null;
  }

  async purge(key: CacheKey, owner: CacheOwner): Promise<boolean> {
    this.#reach();
    const entry = this.#entry(key, owner);
    if (entry.owner.account !== owner.account || entry.owner.gateway !== owner.gateway) return false;
    const held = this.#fresh(entry) !== null;
    entry.answer = null;
    entry.expiresAt = null;
    entry.purgedAt = this.#clock.now();
    return held;
  }

  #entry(key: CacheKey, owner: CacheOwner): Entry {
    const known = this.#entries.get(key);
    if (known) return known;
    const entry: Entry = { owner, answer: null, expiresAt: null, purgedAt: null, lease: null };
    this.#entries.set(key, entry);
    return entry;
  }

  #fresh({ answer, expiresAt }: Entry): CachedAnswer | null {
    return answer && expiresAt !== null && expiresAt > this.#clock.now() ? answer : null;
  }

  #leader(entry: Entry | undefined): string | null {
    const lease = entry?.lease;
    return lease && lease.until > this.#clock.now() ? lease.holder : null;
  }

  #reach(): void {
    if (this.isDown) throw new StoreUnavailable('the in-memory cache is switched off');
  }
}
