import {
  type CachedAnswer,
  type CacheKey,
  type CacheOwner,
  type CachePatience,
  type CacheSighting,
  CacheSpared,
  type Clock,
  type EpochMs,
  type ResponseCache,
} from '@weir/core';
import { afterSilence, HEARD, type Hearing, leaveToAsk } from './silence.ts';

/**
 * Does not ask a silent store what requests wait for (see silence.ts). An error that comes as an answer is no silence: it
 * costs nobody any time. What is done beside the requests goes to the store as ever.
 */
export class SparingResponseCache implements ResponseCache {
  readonly #cache: ResponseCache;
  readonly #clock: Clock;
  #hearing: Hearing = HEARD;

  constructor(cache: ResponseCache, clock: Clock) {
    this.#cache = cache;
    this.#clock = clock;
  }

  get(key: CacheKey, patience: CachePatience = 'briefly'): Promise<CacheSighting> {
    return this.#ask(() => this.#cache.get(key, patience));
  }

  lease(key: CacheKey, owner: CacheOwner, holder: string, until: EpochMs): Promise<boolean> {
    return this.#ask(() => this.#cache.lease(key, owner, holder, until));
  }

  put(
    key: CacheKey,
    owner: CacheOwner,
    answer: CachedAnswer,
    times: { readonly askedAt: EpochMs; readonly expiresAt: EpochMs },
  ): Promise<boolean> {
    return this.#cache.put(key, owner, answer, times);
  }

  release(key: CacheKey, holder: string): Promise<void> {
    return this.#cache.release(key, holder);
  }

  purge(key: CacheKey, owner: CacheOwner): Promise<boolean> {
    return this.#cache.purge(key, owner);
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    const { mayAsk, hearing } = leaveToAsk(this.#hearing, this.#clock.now());
    this.#hearing = hearing;
    if (!mayAsk) throw new CacheSpared('the cache was silent just before, and is not asked for a while');
    try {
      const answer = await question();
      this.#hearing = HEARD;
      return answer;
    } catch (error) {
      this.#hearing = isSilence(error) ? afterSilence(this.#hearing, this.#clock.now()) : HEARD;
      throw error;
    }
  }
}

/** Nobody answered in time, as our own calls and the SDK say it. */
const isSilence = (error: unknown) =>
  error instanceof Error && error.cause instanceof Error && error.cause.name === 'TimeoutError';
