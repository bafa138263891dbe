import {
  durationMs,
  type Ports,
  parseBaseUrls,
  parsePrivateEndpoints,
  parseUnifiedBilling,
  runRequest,
} from '@weir/core';
import { createResponseCache } from '@weir/stores/cache';
import { createCircuits } from '@weir/stores/circuits';
import { createConfigSource } from '@weir/stores/config';
import { createPlatformCredentials } from '@weir/stores/credentials';
import { createRateLimiter } from '@weir/stores/limits';
import { createRecordSink } from '@weir/stores/records';
import { AddressGuard } from './address-guard.ts';
import { required, requiredNumber } from './environment.ts';
import { logFailure } from './failure-log.ts';
import { HttpsUpstream } from './https-upstream.ts';
import { toInboundRequest } from './inbound-event.ts';
import {
  lazyAccessTokens,
  lazyKeyRing,
  lazyLedger,
  lazyPricing,
  lazyRouting,
  lazyTranslation,
} from './lazy-ports.ts';
import { createOwnRole } from './own-role.ts';
import { randomIds, systemClock, systemTimer, zlibCompression } from './ports.ts';
import { streamingHandler } from './streaming-handler.ts';

/** The data plane on AWS: everything it needs, made once per process from the function's environment. */
export function createDataPlane() {
  let open = 0;
  const bucket = required('WEIR_BUCKET');
  const loadBucket = async () => (await import('../lazy/bucket.ts')).createBucket({ bucket });
  const loadSecrets = async () => (await import('../lazy/secret-reader.ts')).createSecretReader();
  const guard = new AddressGuard(parsePrivateEndpoints(required('WEIR_PRIVATE_ENDPOINTS')));
  const upstream = new HttpsUpstream(guard);
  const ports: Ports = {
    config: createConfigSource({ table: required('WEIR_CONFIG_TABLE'), clock: systemClock }),
    rateLimiter: createRateLimiter({ table: required('WEIR_STATE_TABLE'), clock: systemClock }),
    circuits: createCircuits({
      table: required('WEIR_STATE_TABLE'),
      clock: systemClock,
      report: (error) => logFailure('a circuit could not be shared', error, ''),
    }),
    cache: createResponseCache({ table: required('WEIR_CACHE_TABLE'), clock: systemClock, loadBucket }),
    records: createRecordSink({
      queueUrl: required('WEIR_RECORDS_QUEUE_URL'),
      loadBucket,
      // Others are open besides the one that hands its record over.
      expectMore: () => open > 1,
    }),
    platformCredentials: createPlatformCredentials({
      secret: required('WEIR_PLATFORM_SECRET'),
      loadSecrets,
      clock: systemClock,
    }),
    keyRing: lazyKeyRing({ loadSecrets, clock: systemClock }),
    accessTokens: lazyAccessTokens({ upstream, clock: systemClock }),
    ownRole: createOwnRole(),
    ledger: lazyLedger({ table: required('WEIR_STATE_TABLE'), clock: systemClock }),
    pricing: lazyPricing({
      table: required('WEIR_CONFIG_TABLE'),
      clock: systemClock,
      report: (error) => logFailure('a newer price book could not be read', error, ''),
    }),
    routing: lazyRouting(),
    unifiedBilling: parseUnifiedBilling(required('WEIR_UNIFIED_BILLING')),
    translation: lazyTranslation(),
    upstream,
    compression: zlibCompression,
    clock: systemClock,
    timer: systemTimer,
    ids: randomIds,
    faults: { report: logFailure },
    baseUrls: parseBaseUrls(required('WEIR_PROVIDER_BASE_URLS')),
    upstreamTimeout: durationMs(requiredNumber('WEIR_UPSTREAM_TIMEOUT_MS')),
  };
  return streamingHandler(async (event, context) => {
    const request = toInboundRequest(event, Date.now(), context.getRemainingTimeInMillis());
    open += 1;
    const close = () => {
      open -= 1;
    };
    try {
      const answer = await runRequest(request, ports);
      return { ...answer, settle: () => answer.settle().finally(close) };
    } catch (error) {
      close();
      throw error;
    }
  });
}
