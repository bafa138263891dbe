import type { DurationMs } from '../ids.ts';
import type { Timer } from '../ports/timer.ts';
import type { ByteConsumer, ByteStream, StreamFault } from './byte-stream.ts';

export type Held =
  /** Everything arrived in order. */
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  /** It is larger or slower than we wait for: what came so far, then the rest. */
  | { readonly kind: 'open'; readonly stream: ByteStream }
  | { readonly kind: 'broken'; readonly fault: StreamFault };

export interface HoldLimits {
  readonly maxBytes: number;
  readonly maxWait: DurationMs;
  /** Sees each chunk; true: what came is enough to know. */
  readonly until?: (chunk: Uint8Array) => boolean;
}

/**
 * Waits for a body that is likely to be short, so that a provider that breaks off in its middle can still become a clean
 * error: nothing has been promised to the client yet. Gives up waiting at `maxBytes`, as soon as `until` says so, or `maxWait` after the call, because
 * a provider that sends spaces to keep the line open must be heard.
 */
export function holdWhole(
  stream: ByteStream,
  { maxBytes, maxWait, until }: HoldLimits,
  timer: Timer,
): Promise<Held> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    let consumer: ByteConsumer | null = null;
    let ended: { readonly fault: StreamFault | null } | null = null;
    let decided = false;
    let paused = false;

    const decide = (held: Held) => {
      if (decided) return;
      decided = true;
      stop();
      resolve(held);
    };
    const giveUp = () => {
      if (decided) return;
      stream.pause();
      decide({ kind: 'open', stream: rest });
    };
    const stop = timer.after(maxWait, giveUp);

    /** The held chunks, then whatever the source still brings. */
    const rest: ByteStream = {
      consume(next) {
        for (let chunk = chunks.shift(); chunk; chunk = chunks.shift()) next.chunk(chunk);
        if (ended) return next.end(ended.fault);
        consumer = next;
        // The held chunks may already be more than the consumer can take.
        if (!paused) stream.resume();
      },
      pause() {
        paused = true;
        stream.pause();
      },
      resume() {
        paused = false;
        if (consumer) stream.resume();
      },
      cancel: () => stream.cancel(),
    };

    stream.consume({
      chunk(bytes) {
        if (consumer) return consumer.chunk(bytes);
        chunks.push(bytes);
        size += bytes.length;
        if (until?.(bytes) || size > maxBytes) giveUp();
      },
      end(fault) {
        if (consumer) return consumer.end(fault);
        ended = { fault };
        if (fault) decide({ kind: 'broken', fault });
        else
          decide({
            kind: 'whole',
            bytes: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks),
          });
      },
    });
  });
}
