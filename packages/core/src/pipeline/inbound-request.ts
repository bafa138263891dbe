import type { HeaderMap } from '../http/header-map.ts';
import type { EpochMs } from '../ids.ts';

/** A request as the edge hands it over: nothing decided, nothing parsed. */
export interface InboundRequest {
  readonly method: string;
  /** Percent-encoding untouched, starting with a slash, without stage and query. */
  readonly path: string;
  /** Without the question mark. */
  readonly rawQuery: string;
  readonly headers: HeaderMap;
  /** Empty when there is none. */
  readonly body: Uint8Array;
  /** The caller's address as the platform saw it. */
  readonly sourceAddress: string;
  readonly arrivedAt: EpochMs;
  /** When the host ends this process's work on the request. */
  readonly deadline: EpochMs;
}
