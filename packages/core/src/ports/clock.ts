import type { EpochMs } from '../ids.ts';

export interface Clock {
  /** Wall time. */
  now(): EpochMs;
}
