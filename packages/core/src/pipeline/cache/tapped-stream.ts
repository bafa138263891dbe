import type { ByteStream } from '../../streaming/byte-stream.ts';
import { KEEP_ALIVE } from '../../streaming/keep-alive.ts';

const SIGNS_OF_LIFE = new Set(Object.values(KEEP_ALIVE));
const LONGEST_SIGN = Math.max(...[...SIGNS_OF_LIFE].map((sign) => sign.length));

/** Said to this client to keep its line open: no part of the answer. Each is a chunk of its own. */
const isSignOfLife = (chunk: Uint8Array) =>
  chunk.length <= LONGEST_SIGN && SIGNS_OF_LIFE.has(Buffer.from(chunk).toString('latin1'));

/**
 * The same stream, heard along. The chunks are kept by reference, up to `most` bytes.
 *
 * @param ended called once, before the stream's own end: with all its bytes, or null when it broke or was too long.
 */
export function tapped(
  stream: ByteStream,
  most: number,
  ended: (bytes: Uint8Array | null) => void,
): ByteStream {
  const chunks: Uint8Array[] = [];
  let size = 0;
  return {
    consume(consumer) {
      stream.consume({
        chunk(bytes) {
          if (!isSignOfLife(bytes)) {
            size += bytes.length;
            if (size <= most) chunks.push(bytes);
            else chunks.length = 0;
          }
          consumer.chunk(bytes);
        },
        end(fault) {
          ended(fault === null && size <= most ? Buffer.concat(chunks) : null);
          consumer.end(fault);
        },
      });
    },
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    cancel: () => stream.cancel(),
  };
}
