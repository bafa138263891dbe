import type { DurationMs } from '../ids.ts';

export interface Timer {
  /** Calls `run` once after `delay`, unless the returned function is called before. */
  after(delay: DurationMs, run: () => void): () => void;
}
