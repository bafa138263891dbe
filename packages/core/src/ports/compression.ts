/** Decodes bodies for the record, off the caller's way. */
export interface Compression {
  /**
   * Undoes a `content-encoding` (gzip, deflate, br, zstd). Null when the encoding is unknown, the bytes are damaged or
   * the result would pass `maxBytes`.
   *
   * @param isCut the bytes are only the first of a body: what they hold is decoded as far as it goes. Default: they are
   * all, or damaged.
   */
  decode(encoding: string, bytes: Uint8Array, maxBytes: number, isCut?: boolean): Promise<Uint8Array | null>;
}
