import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again until the answer is neither undefined nor null nor false. @throws after `withinMs`. */
export async function eventually<Value>(
  ask: () => Value | Promise<Value>,
  withinMs = 10_000,
): Promise<Exclude<Value, undefined | null | false>> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await ask();
    if (value !== undefined && value !== null && value !== false) {
      return value as Exclude<Value, undefined | null | false>;
    }
    if (Date.now() > deadline) throw new Error(`nothing within ${withinMs} ms`);
    await sleep(10);
  }
}
