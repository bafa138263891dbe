import { isUtf8 } from 'node:buffer';
import { endsInsideEvent, saysItsEnd } from '../streaming/cut-event.ts';
import type { KeptBody } from './request-record.ts';

/** The largest part of a body that a record keeps (spec 5.18-2: the vendor keeps no row at all beyond it). */
export const MAX_KEPT = 10 * 1024 * 1024;

/** How much of a longer body's end is kept as well: there the provider says what was used. */
const TAIL = 64 * 1024;

/** Keeps references to the chunks that pass, up to {@link MAX_KEPT}; nothing is copied before the last byte is out. */
export class KeptBytes {
  readonly #chunks: Uint8Array[] = [];
  /** The last of what is beyond. */
  readonly #beyond: Uint8Array[] = [];
  #beyondSize = 0;
  #kept = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get isComplete(): boolean {
    return this.#kept === this.#size;
  }

  add(chunk: Uint8Array): void {
    const room = MAX_KEPT - this.#kept;
    if (room > 0) {
      const part = chunk.length <= room ? chunk : chunk.subarray(0, room);
      this.#chunks.push(part);
      this.#kept += part.length;
    }
    if (chunk.length > room) this.#follow(room > 0 ? chunk.subarray(room) : chunk);
    this.#size += chunk.length;
  }

  /** The last bytes, where {@link join} has only the first; null where it has all. */
  tail(): Uint8Array | null {
    if (this.isComplete) return null;
    return Buffer.concat([this.join().subarray(-TAIL), ...this.#beyond]).subarray(-TAIL);
  }

  /** See `endsInsideEvent`; the chunks are joined only when the last one has no line end. */
  endsInsideEvent(): boolean {
    const last = this.#chunks.at(-1);
    return last !== undefined && last[last.length - 1] !== 0x0a && endsInsideEvent(this.join());
  }

  /** See `saysItsEnd`; the chunks are joined only when the last one does not say it. */
  saysItsEnd(): boolean {
    const last = this.#chunks.at(-1);
    return last !== undefined && (saysItsEnd(last) || saysItsEnd(this.join()));
  }

  #follow(chunk: Uint8Array): void {
    this.#beyond.push(chunk);
    this.#beyondSize += chunk.length;
    for (
      let [first] = this.#beyond;
      first && this.#beyondSize - first.length >= TAIL;
      [first] = this.#beyond
    ) {
      this.#beyond.shift();
      this.#beyondSize -= first.length;
    }
  }

  join(): Uint8Array {
    const [first] = this.#chunks;
    return this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks);
  }
}

/** A body in the record's form. Null when there is none. */
export function keptBody(bytes: Uint8Array, complete: boolean): KeptBody | null {
  if (bytes.length === 0) return null;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // A text cut in the middle of a character is still text: the character's first bytes are left out.
  const text = isUtf8(buffer) ? buffer : complete ? null : wholeCharacters(buffer);
  return text
    ? { encoding: 'utf8', data: text.toString('utf8'), complete }
    : { encoding: 'base64', data: buffer.toString('base64'), complete };
}

function wholeCharacters(buffer: Buffer): Buffer | null {
  for (let cut = 1; cut <= 3; cut++) {
    const shorter = buffer.subarray(0, buffer.length - cut);
    if (isUtf8(shorter)) return shorter;
  }
  return null;
}
