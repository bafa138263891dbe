import type { HeaderMap } from '../http/header-map.ts';
import type { StreamFault } from '../streaming/byte-stream.ts';
import type { Target } from './exchange.ts';
import type { Bill } from './money/bill.ts';

/** What went out to the client. */
export interface Delivered {
  readonly target: Target;
  readonly status: number;
  readonly headers: HeaderMap;
  /** The answer as the provider sent it, or its first part. */
  readonly bytes: Uint8Array;
  /** Its last bytes, where `bytes` are only the first that a record keeps. */
  readonly tail?: Uint8Array | null;
  readonly isComplete: boolean;
  readonly size: number;
  readonly streamed: boolean;
  readonly fault: StreamFault | null;
  /** It came from the cache: nobody was called, so it used no tokens (spec 5.4-8). */
  readonly cached?: boolean;
  /** Where it was drawn up before the answer left. */
  readonly bill?: Bill;
}
