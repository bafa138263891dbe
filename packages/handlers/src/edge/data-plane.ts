import {
  durationMs,
  type Ports,
  parseBaseUrls,
  parsePrivateEndpoints,
  runRequest,
  StoreUnavailable,
  type TranslationPort,
  type Translator,
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
import { randomIds, systemClock, systemTimer, zlibCompression } from './ports.ts';
import { streamingHandler } from './streaming-handler.ts';

/** Translators load with the first request that needs one: what passes through pays nothing for them. */
function lazyTranslation(): TranslationPort {
  let loading: Promise<Translator> | null = null;
  return {
    load() {
      loading ??= import('../lazy/translation.ts').then(({ createTranslation }) => createTranslation());
      return loading;
    },
  };
}

async function notYet(): Promise<never> {
  throw new StoreUnavailable('not part of this build');
}

/** The data plane on AWS: everything it needs, made once per process from the function's environment. */
export function createDataPlane() {
  let open = 0;
  const bucket = required('WEIR_BUCKET');
  const loadBucket = async () => (await import('../lazy/bucket.ts')).createBucket({ bucket });
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
      loadSecrets: async () => (await import('../lazy/secret-reader.ts')).createSecretReader(),
      clock: systemClock,
    }),
    keyRing: { open: notYet, named: notYet },
    accessTokens: { googleToken: notYet },
    ownRole: { credentialFor: () => null },
    ledger: { reserve: notYet },
    pricing: { load: notYet },
    routing: { load: notYet },
    unifiedBilling: 'open',
    translation: lazyTranslation(),
    upstream: new HttpsUpstream(new AddressGuard(parsePrivateEndpoints(required('WEIR_PRIVATE_ENDPOINTS')))),
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
