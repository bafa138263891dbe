import { durationMs, type EpochMs } from '../ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Timer } from '../ports/timer.ts';
import type { ByteConsumer } from './byte-stream.ts';

/** The idle limits in front of us want a sign of life every 10–15 s (design 3). */
const SILENCE = 12_000;

/**
 * Writes `text` whenever nothing else was written for twelve seconds. One timer for the whole stream: a chunk costs a
 * note of the time and nothing more.
 *
 * @param mayWrite false while the stream stands inside an event.
 */
export function keepAlive(
  consumer: ByteConsumer,
  text: string,
  { clock, timer }: { readonly clock: Clock; readonly timer: Timer },
  mayWrite: () => boolean = () => true,
): { readonly consumer: ByteConsumer; stop(): void } {
  const bytes = Buffer.from(text);
  let lastWrite: EpochMs = clock.now();
  let cancel = () => {};
  let stopped = false;
  const watch = (delay: number) => {
    cancel = timer.after(durationMs(delay), () => {
      if (stopped) return;
      const now = clock.now();
      const silent = now - lastWrite;
      if (silent >= SILENCE && mayWrite()) {
        lastWrite = now;
        consumer.chunk(bytes);
      }
      watch(Math.max(1_000, SILENCE - (now - lastWrite)));
    });
  };
  watch(SILENCE);
  const stop = () => {
    stopped = true;
    cancel();
  };
  return {
    consumer: {
      chunk(chunk) {
        lastWrite = clock.now();
        consumer.chunk(chunk);
      },
      end(fault) {
        stop();
        consumer.end(fault);
      },
    },
    stop,
  };
}
