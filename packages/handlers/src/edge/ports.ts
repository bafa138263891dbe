import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { type Clock, type Compression, epochMs, type Ids, type RecordId, type Timer } from '@weir/core';

export const systemClock: Clock = { now: () => epochMs(Date.now()) };

export const systemTimer: Timer = {
  after(delay, run) {
    const timer = setTimeout(run, delay);
    return () => clearTimeout(timer);
  },
};

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Asking the system costs thirty times what a slice does, so random bytes are fetched a page at a time, used once. */
let pool = Buffer.alloc(0);

function pooled(size: number): Uint8Array {
  if (pool.length < size) pool = randomBytes(4096);
  const bytes = pool.subarray(0, size);
  pool = pool.subarray(size);
  return bytes;
}

/** ULIDs (github.com/ulid/spec): 48 bits of time, 80 of randomness. */
export const randomIds: Ids = {
  record(at) {
    let time = '';
    for (let rest: number = at, index = 0; index < 10; index++, rest = Math.floor(rest / 32))
      time = CROCKFORD[rest % 32] + time;
    let random = '';
    for (const byte of pooled(16)) random += CROCKFORD[byte & 31];
    return (time + random) as RecordId;
  },
  random: (size) => randomBytes(size),
};

/** Each takes the largest result that it may make. */
const DECODERS: Readonly<
  Record<string, (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>>
> = {
  gzip: promisify(zlib.gunzip),
  deflate: promisify(zlib.inflate),
  br: promisify(zlib.brotliDecompress),
  zstd: promisify(zlib.zstdDecompress),
};

export const zlibCompression: Compression = {
  async decode(encoding, bytes, maxBytes) {
    const decoder = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
    if (!decoder) return null;
    try {
      return await decoder(bytes, { maxOutputLength: maxBytes });
    } catch {
      // Damaged, cut or too large: the record keeps the bytes as they came.
      return null;
    }
  },
};
