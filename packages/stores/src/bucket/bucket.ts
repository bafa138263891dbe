/** What the data plane may do with the bucket: add objects. */
export interface BucketWriter {
  /** Writes the whole object or nothing. @throws {StoreUnavailable} */
  put(key: string, bytes: Uint8Array): Promise<void>;
}

export interface BucketPage {
  /** In byte order. */
  readonly keys: readonly string[];
  /** Pass it as `after` for the next page; null at the end. */
  readonly next: string | null;
}

/** The bucket of large and set-aside things. Every method throws {@link StoreUnavailable} when it cannot be asked. */
export interface Bucket extends BucketWriter {
  get(key: string): Promise<Uint8Array | null>;
  /** No error when there is none. */
  delete(key: string): Promise<void>;
  /** Any number of keys, in as few calls as the service allows. When it throws, some may be gone already. */
  deleteAll(keys: readonly string[]): Promise<void>;
  /** Keys that begin with `prefix` and follow `after`, at most `limit` (1–1,000). */
  list(prefix: string, options?: { readonly after?: string; readonly limit?: number }): Promise<BucketPage>;
}
