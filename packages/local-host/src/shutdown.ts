import { setTimeout as sleep } from 'node:timers/promises';
import { describeError, type Log } from './log.ts';

/** @param withinMs what is left of the grace period; a step that needs longer is left behind. */
type Step = (withinMs: number) => unknown;

/** So that a step behind a slow one still gets a chance. */
const LEAST_MS = 500;

/** What must be stopped, the newest first, all within one grace period. */
export class Shutdown {
  readonly #graceMs: number;
  readonly #log: Log;
  readonly #steps: Step[] = [];
  #done: Promise<void> | null = null;

  constructor(graceMs: number, log: Log) {
    this.#graceMs = graceMs;
    this.#log = log;
  }

  /** A step that waits for functions: it ends in time, or is left behind. */
  add(step: Step): void {
    this.#steps.push(async (withinMs) => {
      const late = new AbortController();
      const timer = sleep(withinMs, 'late', { signal: late.signal }).catch(() => 'stopped');
      if ((await Promise.race([step(withinMs), timer])) === 'late') {
        this.#log('host', 'something did not stop in time and was left behind');
      }
      late.abort();
    });
  }

  /** A step that bounds itself and must have ended when the host has. */
  addOwnBound(step: Step): void {
    this.#steps.push(step);
  }

  /** Runs every step once, however often it is called; a step that fails does not keep the others from running. */
  run(): Promise<void> {
    this.#done ??= this.#runSteps();
    return this.#done;
  }

  async #runSteps(): Promise<void> {
    const deadline = Date.now() + this.#graceMs;
    for (const step of this.#steps.splice(0).reverse()) {
      try {
        await step(Math.max(deadline - Date.now(), LEAST_MS));
      } catch (error) {
        this.#log('host', `while stopping: ${describeError(error)}`);
      }
    }
  }
}
