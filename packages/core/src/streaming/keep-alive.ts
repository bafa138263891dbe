import { durationMs, type EpochMs } from '../ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Timer } from '../ports/timer.ts';
import type { UnifiedFormat } from '../providers/descriptor.ts';
import type { ByteConsumer } from './byte-stream.ts';

/** The idle limits in front of us want a sign of life every 10–15 s (design 3). */
const SILENCE = 12_000;

/** What each format's official parser skips: a comment, or the event that says nothing. */
export const KEEP_ALIVE: Readonly<Record<UnifiedFormat, string>> = {
  'openai-chat': ': keep-alive\n\n',
  'openai-responses': ': keep-alive\n\n',
  'anthropic-messages': 'event: ping\ndata: {"type":"ping"}\n\n',
  embeddings: ': keep-alive\n\n',
};

/** Whether a chunk of server-sent events ends where an event ends. */
const endsEvent = (chunk: Uint8Array) =>
  /(?:\n\n|\r\n\r\n|\r\r)$/.test(Buffer.from(chunk.slice(-4)).toString('latin1'));

/**
 * Writes `text` whenever nothing else was written for twelve seconds, but never inside an event. One timer for the whole
 * stream: a chunk costs a note of the time and nothing more.
 */
export function keepAlive(
  consumer: ByteConsumer,
  text: string,
  { clock, timer }: { readonly clock: Clock; readonly timer: Timer },
): { readonly consumer: ByteConsumer; stop(): void } {
  const bytes = Buffer.from(text);
  let last: Uint8Array = bytes;
  let lastWrite: EpochMs = clock.now();
  let cancel = () => {};
  let stopped = false;
  const watch = (delay: number) => {
    cancel = timer.after(durationMs(delay), () => {
      if (stopped) return;
      const now = clock.now();
      const silent = now - lastWrite;
      if (silent >= SILENCE && endsEvent(last)) {
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
        last = chunk;
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
