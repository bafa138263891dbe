import type { HeaderMap } from '../http/header-map.ts';
import type { DurationMs } from '../ids.ts';
import type { ByteStream } from '../streaming/byte-stream.ts';

/** `public`: the request may reach public addresses over TLS, and what the operator allows besides; nothing else. */
export type UpstreamGuard = 'public' | 'none';

export interface UpstreamRequest {
  readonly method: string;
  /** Absolute, with query. */
  readonly url: string;
  readonly headers: HeaderMap;
  readonly body: Uint8Array | null;
  readonly guard: UpstreamGuard;
  /** Until the answer's status line. */
  readonly firstByteTimeout: DurationMs;
  /** Between two chunks of the body. */
  readonly idleTimeout: DurationMs;
}

export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly body: ByteStream;
}

/**
 * The provider could not be reached or broke off before its status line. `unsendable`: the request holds what HTTP
 * cannot carry, and nothing was sent. `forbidden`: its guard does not let it go where it would, and nothing was sent.
 */
export class UpstreamFailure extends Error {
  readonly kind: 'unsendable' | 'forbidden' | 'refused' | 'reset' | 'timeout' | 'name' | 'tls' | 'protocol';

  constructor(kind: UpstreamFailure['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/**
 * Calls a provider. Never follows redirects, never changes bytes, and never sends a request twice that a provider may
 * have seen: only what changes and costs nothing (GET, HEAD, OPTIONS) may be sent again.
 */
export interface Upstream {
  /** @throws {UpstreamFailure} and nothing else. */
  send(request: UpstreamRequest): Promise<UpstreamAnswer>;
}
