/** Why a body ended before its end. A value, never an exception: an errored body would kill the function's process. */
export interface StreamFault {
  readonly kind: 'reset' | 'idle-timeout' | 'total-timeout' | 'deadline' | 'too-large' | 'cancelled';
  readonly message: string;
}

export interface ByteConsumer {
  /** One chunk, as it arrived; the consumer must not change it. */
  chunk(bytes: Uint8Array): void;
  /** Called exactly once, after the last chunk. `fault` is null when the source ended in order. */
  end(fault: StreamFault | null): void;
}

/**
 * Bytes pushed as they arrive. It cannot throw or error. Pushing, rather than an async iterator, keeps a relayed chunk
 * at one read and one write.
 */
export interface ByteStream {
  /** Starts the flow. Called once. */
  consume(consumer: ByteConsumer): void;
  pause(): void;
  resume(): void;
  /** Stops reading and closes the source; `end` follows with the fault `cancelled`, unless it came before. */
  cancel(): void;
}

/** A stream of bytes that are already here. */
export function wholeStream(bytes: Uint8Array): ByteStream {
  return {
    consume(consumer) {
      if (bytes.length > 0) consumer.chunk(bytes);
      consumer.end(null);
    },
    pause() {},
    resume() {},
    cancel() {},
  };
}
