import type { HeaderMap } from '@weir/core';

/** A call of the management API, read by the edge. `baseUrl` and `sourceAddress` come from the platform, not the caller. */
export interface ManagementRequest {
  readonly method: string;
  /** As sent: percent-encoding untouched, without query and without the API's stage. */
  readonly path: string;
  /** Decoded names and values; the values of one name in their order. */
  readonly query: ReadonlyMap<string, readonly string[]>;
  readonly headers: HeaderMap;
  readonly body: Uint8Array;
  /** Where clients reach this deployment: `https://host[/stage]`, no trailing slash. */
  readonly baseUrl: string;
  readonly sourceAddress: string;
}
