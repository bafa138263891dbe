/** A map that forgets what was not used for longest once it holds `limit` entries. */
export class RecentlyUsed<K, V> {
  readonly #limit: number;
  /** In order of use: a Map keeps the order in which keys were set. */
  readonly #entries = new Map<K, V>();
  /** Needs no moving: most often one entry is asked for again and again. */
  #last: K | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined && key !== this.#last) {
      this.#entries.delete(key);
      this.#entries.set(key, value);
      this.#last = key;
    }
    return value;
  }

  set(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    this.#last = key;
    if (this.#entries.size > this.#limit) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
  }

  delete(key: K): void {
    this.#entries.delete(key);
    if (key === this.#last) this.#last = undefined;
  }
}
