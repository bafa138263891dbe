import { setTimeout as sleep } from 'node:timers/promises';
import { describeError, type Log } from '../log.ts';

/**
 * Runs `work` every `everyMs`, the first time after one interval, never twice at once. A failure is logged and the next
 * turn tries again.
 * @returns stops it and waits for a turn that is under way.
 */
export function repeat(
  name: string,
  everyMs: number,
  work: (signal: AbortSignal) => Promise<void>,
  log: Log,
): () => Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  const loop = async () => {
    while (!signal.aborted) {
      await sleep(everyMs, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      await work(signal).catch((error: unknown) => {
        if (!signal.aborted) log('host', `${name}: ${describeError(error)}`);
      });
    }
  };
  const done = loop();
  return async () => {
    stop.abort();
    await done;
  };
}
