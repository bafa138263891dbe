import { Writable } from 'node:stream';

/** Where a streamed answer goes. Called in order, one at a time. */
export interface StreamTarget {
  /** Metadata, without the delimiter that follows it on the wire: the same as writing both. */
  open(metadata: string): void;
  /** Takes a chunk; calls `done` when it wants the next. The chunk is not copied and must not change afterwards. */
  write(chunk: Buffer, done: () => void): void;
  /** No more chunks follow. */
  end(): void;
}

/** What ends the metadata of a streamed answer. */
export const DELIMITER = Buffer.alloc(8);

/**
 * The stream that a streaming handler writes its answer to, as Lambda's runtime gives it: prelude, eight NUL bytes and
 * body are one run of bytes, and whoever reads them finds the prelude in it.
 *
 * A chunk goes straight to the target while that wants one; what comes sooner waits in the stream's own buffer.
 */
export class ResponseStream extends Writable {
  readonly #target: StreamTarget;
  #metadata: string | null = null;
  /** The target has a chunk that it has not taken yet. */
  #busy = false;
  /** What the stream's own machinery wants of the target then. */
  #next: (() => void) | null = null;
  #promisedDrain = false;

  constructor(target: StreamTarget) {
    super({ decodeStrings: true });
    this.#target = target;
  }

  /** The runtime sends this along as a header; API Gateway expects the prelude whatever it says. */
  setContentType(_type: string): void {}

  /** Metadata that goes out in front of the first `write`, and not at all without one. */
  openWith(metadata: string): void {
    this.#metadata = metadata;
  }

  override write(chunk: unknown, ...rest: unknown[]): boolean {
    const metadata = this.#metadata;
    const direct = this.#isDirect();
    if (metadata !== null) {
      this.#metadata = null;
      if (direct) this.#target.open(metadata);
      else super.write(Buffer.concat([Buffer.from(metadata), DELIMITER]));
    }
    if (direct && rest.length === 0) {
      if (Buffer.isBuffer(chunk)) return this.#hand(chunk);
      if (typeof chunk === 'string') return this.#hand(Buffer.from(chunk));
    }
    return (super.write as (chunk: unknown, ...rest: unknown[]) => boolean).call(this, chunk, ...rest);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#whenFree(() => this.#target.write(chunk, done));
  }

  override _final(done: () => void): void {
    this.#whenFree(() => {
      this.#target.end();
      done();
    });
  }

  #isDirect(): boolean {
    return (
      !this.#busy &&
      this.writableLength === 0 &&
      this.writableCorked === 0 &&
      !this.writableEnded &&
      !this.destroyed
    );
  }

  #hand(chunk: Buffer): boolean {
    this.#busy = true;
    this.#target.write(chunk, this.#taken);
    this.#promisedDrain = this.#busy;
    return !this.#busy;
  }

  readonly #taken = (): void => {
    this.#busy = false;
    const next = this.#next;
    this.#next = null;
    next?.();
    if (!this.#promisedDrain) return;
    this.#promisedDrain = false;
    if (!this.writableEnded && !this.destroyed) this.emit('drain');
  };

  #whenFree(run: () => void): void {
    if (this.#busy) this.#next = run;
    else run();
  }
}
