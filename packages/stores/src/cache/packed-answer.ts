import { promisify } from 'node:util';
import { zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import { MAX_CACHED } from '@weir/core';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Shorter bodies fit one read unit as they are. */
const WORTH_PACKING = 1_024;
/** Handing a body to another thread costs 0.15 ms (see logs/body-coding). */
const SMALL = 128 * 1024;

export interface PackedBody {
  readonly coding: 'zstd' | 'none';
  readonly bytes: Uint8Array;
}

/** The shorter of the body and its compressed form: images do not get smaller. */
export async function packBody(body: Uint8Array): Promise<PackedBody> {
  if (body.length < WORTH_PACKING) return { coding: 'none', bytes: body };
  const packed = body.length <= SMALL ? zstdCompressSync(body) : await compress(body);
  return packed.length < body.length ? { coding: 'zstd', bytes: packed } : { coding: 'none', bytes: body };
}

/** Null: the bytes are not what {@link packBody} gave. */
export async function unpackBody({ coding, bytes }: PackedBody): Promise<Uint8Array | null> {
  if (coding === 'none') return bytes;
  try {
    const options = { maxOutputLength: MAX_CACHED };
    return bytes.length <= SMALL / 8 ? zstdDecompressSync(bytes, options) : await decompress(bytes, options);
  } catch {
    // Damaged: the reader takes it for a miss.
    return null;
  }
}
