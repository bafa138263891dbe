import type { EpochMs } from '../../ids.ts';
import type {
  CachedAnswer,
  CachePatience,
  CacheSighting,
  ResponseCache,
} from '../../ports/response-cache.ts';

/** One entry, whatever its key, and what was asked of it. */
export class CacheForTest implements ResponseCache {
  readonly asked: string[] = [];
  /** Of each read. */
  readonly patience: (CachePatience | undefined)[] = [];
  readonly now: () => EpochMs;
  answer: CachedAnswer | null = null;
  leader: string | null = null;
  leasedUntil = 0;
  expiresAt: EpochMs | null = null;
  purged = false;
  /** What is asked fails as long as it is set. */
  error: Error | null = null;

  constructor(now: () => EpochMs) {
    this.now = now;
  }

  async get(...[, patience]: Parameters<ResponseCache['get']>): Promise<CacheSighting> {
    this.patience.push(patience);
    this.#note('get');
    return { answer: this.answer, leader: this.#leader() };
  }

  async put(...[, , answer, { expiresAt }]: Parameters<ResponseCache['put']>): Promise<boolean> {
    this.#note('put');
    if (this.purged) return false;
    this.answer = answer;
    this.expiresAt = expiresAt;
    this.leader = null;
    return true;
  }

  async lease(...[, , holder, until]: Parameters<ResponseCache['lease']>): Promise<boolean> {
    this.#note('lease');
    const leader = this.#leader();
    if (this.answer || (leader !== null && leader !== holder)) return false;
    this.leader = holder;
    this.leasedUntil = until;
    return true;
  }

  async release(...[, holder]: Parameters<ResponseCache['release']>): Promise<void> {
    this.#note('release');
    if (this.leader === holder) this.leader = null;
  }

  async purge(): Promise<boolean> {
    throw new Error('requests do not purge');
  }

  #leader(): string | null {
    return this.leasedUntil > this.now() ? this.leader : null;
  }

  #note(what: string): void {
    this.asked.push(what);
    if (this.error) throw this.error;
  }
}
