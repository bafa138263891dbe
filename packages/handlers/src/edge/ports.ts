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

interface Decoding {
  readonly maxOutputLength: number;
  /** What to do where the bytes end: without it, only a whole body will do. */
  readonly finishFlush?: number;
}

interface Decoder {
  readonly decode: (bytes: Uint8Array, options: Decoding) => Promise<Uint8Array>;
  readonly asFarAsItGoes: number;
}

const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH, ZSTD_e_flush } = zlib.constants;
const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: { decode: promisify(zlib.gunzip), asFarAsItGoes: Z_SYNC_FLUSH },
  deflate: { decode: promisify(zlib.inflate), asFarAsItGoes: Z_SYNC_FLUSH },
  br: { decode: promisify(zlib.brotliDecompress), asFarAsItGoes: BROTLI_OPERATION_FLUSH },
  zstd: { decode: promisify(zlib.zstdDecompress), asFarAsItGoes: ZSTD_e_flush },
};

export const zlibCompression: Compression = {
  async decode(encoding, bytes, maxBytes, isCut = false) {
    const decoder = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
    if (!decoder) return null;
    try {
      const limit = { maxOutputLength: maxBytes };
      if (!isCut) return await decoder.decode(bytes, limit);
      const beginning = await decoder.decode(bytes, { ...limit, finishFlush: decoder.asFarAsItGoes });
      return beginning.length > 0 ? beginning : null;
    } catch {
      // Damaged or too large, or cut where nobody expected it: the record keeps the bytes as they came.
      return null;
    }
  },
};
