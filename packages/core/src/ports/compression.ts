/** Decodes bodies for the record, off the caller's way. */
export interface Compression {
  /**
   * Undoes a `content-encoding` (gzip, deflate, br, zstd). Null when the encoding is unknown, the bytes are damaged or
   * the result would pass `maxBytes`.
   */
  decode(encoding: string, bytes: Uint8Array, maxBytes: number): Promise<Uint8Array | null>;
}
