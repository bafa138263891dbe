import { Readable } from 'node:stream';
import type { ByteStream } from '@weir/core';

/** A core stream as a Node stream. It ends, it never errors; back-pressure of the client reaches the provider. */
export class AnswerBody extends Readable {
  readonly #source: ByteStream;
  #begun = false;
  #ended = false;

  constructor(source: ByteStream) {
    super();
    this.#source = source;
  }

  override _read(): void {
    if (this.#begun) {
      this.#source.resume();
      return;
    }
    this.#begun = true;
    this.#source.consume({
      chunk: (bytes) => {
        if (!this.destroyed && !this.push(bytes)) this.#source.pause();
      },
      end: () => {
        this.#ended = true;
        if (!this.destroyed) this.push(null);
      },
    });
  }

  /** Destroyed before its end: the reader is gone, so the provider need not go on. */
  override _destroy(_error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#ended) this.#source.cancel();
    // Whose error it was knows of it; here it would end the process if nobody listens.
    done();
  }
}

/** Bytes that are all here, as a Node stream. */
export function wholeBody(bytes: Uint8Array): Readable {
  return new Readable({
    read() {
      this.push(bytes);
      this.push(null);
    },
  });
}
