import type { EpochMs, RecordId } from '../ids.ts';

export interface Ids {
  /** A new ULID whose time is `at`. */
  record(at: EpochMs): RecordId;
  /** `size` bytes from a cryptographic source. */
  random(size: number): Uint8Array;
}
