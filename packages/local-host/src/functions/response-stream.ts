import { Writable } from 'node:stream';

/** Where the bytes of a streamed answer go. Called in order, one at a time. */
export interface StreamTarget {
  /** Takes a chunk; calls `done` when it wants the next. The chunk is not copied and must not change afterwards. */
  write(chunk: Buffer, done: () => void): void;
  /** No more chunks follow. */
  end(): void;
}

/**
 * The stream that a streaming handler writes its answer to, as Lambda's runtime gives it: prelude, eight NUL bytes and
 * body are one run of bytes, and whoever reads them finds the prelude in it.
 */
export class ResponseStream extends Writable {
  readonly #target: StreamTarget;
  #first: Buffer | null = null;

  constructor(target: StreamTarget) {
    super({ decodeStrings: true });
    this.#target = target;
  }

  /** The runtime sends this along as a header; API Gateway expects the prelude whatever it says. */
  setContentType(_type: string): void {}

  /** Bytes that go out in front of the first `write`, and not at all without one. */
  writeFirst(bytes: Buffer): void {
    this.#first = bytes;
  }

  override write(chunk: unknown, ...rest: unknown[]): boolean {
    const first = this.#first;
    if (first) {
      this.#first = null;
      super.write(first);
    }
    return (super.write as (chunk: unknown, ...rest: unknown[]) => boolean).call(this, chunk, ...rest);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#target.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.#target.end();
    done();
  }
}
