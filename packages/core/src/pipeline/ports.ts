import type { DurationMs } from '../ids.ts';
import type { UnifiedBilling } from '../policy/unified-billing.ts';
import type { AccessTokens } from '../ports/access-tokens.ts';
import type { Circuits } from '../ports/circuits.ts';
import type { Clock } from '../ports/clock.ts';
import type { Compression } from '../ports/compression.ts';
import type { ConfigSource } from '../ports/config-source.ts';
import type { FaultLog } from '../ports/fault-log.ts';
import type { Ids } from '../ports/ids.ts';
import type { KeyRing } from '../ports/key-ring.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { OwnRole } from '../ports/own-role.ts';
import type { PlatformCredentials } from '../ports/platform-credentials.ts';
import type { PricingPort } from '../ports/pricing.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import type { RecordSink } from '../ports/record-sink.ts';
import type { ResponseCache } from '../ports/response-cache.ts';
import type { RoutingPort } from '../ports/routing.ts';
import type { Timer } from '../ports/timer.ts';
import type { TranslationPort } from '../ports/translation.ts';
import type { Upstream } from '../ports/upstream.ts';
import type { BaseUrls } from '../providers/base-urls.ts';

/** Everything outside that a request may touch. */
export interface Ports {
  readonly config: ConfigSource;
  readonly upstream: Upstream;
  /** Loaded on first use: a request that passes through needs none of it. */
  readonly translation: TranslationPort;
  /** Loaded with the first request that names a route. */
  readonly routing: RoutingPort;
  readonly records: RecordSink;
  /** Not asked for a request that is not cached. */
  readonly cache: ResponseCache;
  /** Not asked for a request that falls under no limit. */
  readonly rateLimiter: RateLimiter;
  /** Not asked on a gateway without a circuit breaker. */
  readonly circuits: Circuits;
  readonly platformCredentials: PlatformCredentials;
  /** Not asked for a gateway without stored keys. */
  readonly keyRing: KeyRing;
  readonly accessTokens: AccessTokens;
  readonly ownRole: OwnRole;
  /** Not asked for a request that falls under no budget. */
  readonly ledger: Ledger;
  /** Loaded on first use, off the way to the provider. */
  readonly pricing: PricingPort;
  readonly unifiedBilling: UnifiedBilling;
  readonly compression: Compression;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly ids: Ids;
  readonly faults: FaultLog;
  /** The operator's base URLs (see `parseBaseUrls`). */
  readonly baseUrls: BaseUrls;
  /** How long a provider may be silent: before its status line, and between two chunks. */
  readonly upstreamTimeout: DurationMs;
}
