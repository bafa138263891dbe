import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 40;

/** Asks again until the answer is there. @throws after `withinMs`, with what was waited for. */
export async function eventually<Value>(
  what: string,
  ask: () => Promise<Value | null>,
  withinMs = 10_000,
): Promise<Value> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await ask();
    if (value !== null) return value;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`);
    await sleep(PAUSE_MS);
  }
}
