import type { Bucket, BucketPage } from './bucket.ts';

/** The bucket in memory. */
export class MemoryBucket implements Bucket {
  readonly #objects = new Map<string, Uint8Array>();

  async put(key: string, bytes: Uint8Array): Promise<void> {
    this.#objects.set(key, bytes.slice());
  }

  async get(key: string): Promise<Uint8Array | null> {
    return this.#objects.get(key)?.slice() ?? null;
  }

  async delete(key: string): Promise<void> {
    this.#objects.delete(key);
  }

  async deleteAll(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#objects.delete(key);
  }

  async list(
    prefix: string,
    { after = '', limit = 1_000 }: { readonly after?: string; readonly limit?: number } = {},
  ): Promise<BucketPage> {
    const following = [...this.#objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const keys = following.slice(0, limit);
    return { keys, next: following.length > limit ? (keys.at(-1) ?? null) : null };
  }
}
