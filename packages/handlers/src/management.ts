import { randomBytes } from 'node:crypto';
import { epochMs, type PriceList, parsePrivateEndpoints } from '@weir/core';
import { createRouter } from '@weir/core/routing';
import { DEFAULT_LIMITS } from '@weir/management';
import { createBucket } from '@weir/stores/bucket';
import { createResponseCache } from '@weir/stores/cache';
import { createCircuitList } from '@weir/stores/circuits';
import {
  createAccountStore,
  createDynamoDBClient,
  createGatewayStore,
  createRouteStore,
  createTokenStore,
  createTopUpPlans,
} from '@weir/stores/control';
import { createKeySealer } from '@weir/stores/key-sealer';
import { createKeyUses } from '@weir/stores/key-uses';
import { createCredits, createLedgerView } from '@weir/stores/ledger-lists';
import { createLimitView } from '@weir/stores/limits';
import { createLogStore, createLogsClient } from '@weir/stores/logs';
import { createTotals } from '@weir/stores/totals';
import { required } from './edge/environment.ts';
import { logFailure } from './edge/failure-log.ts';
import { createManagementHandler } from './management/create-handler.ts';

const clock = { now: () => epochMs(Date.now()) };
const bucket = createBucket({ bucket: required('WEIR_BUCKET') });
const records = { client: createLogsClient(), table: required('WEIR_LOGS_TABLE'), clock };
const config = { client: createDynamoDBClient(), table: required('WEIR_CONFIG_TABLE'), clock };

const state = { client: config.client, table: required('WEIR_STATE_TABLE'), clock };

/** The book is large: it loads with the first that asks for a price. */
let prices: Promise<PriceList> | null = null;
function priceList(): Promise<PriceList> {
  prices ??= import('./lazy/price-list.ts').then(({ createPriceList }) =>
    createPriceList({
      table: config.table,
      clock,
      report: (error) => logFailure('prices could not be read', error, ''),
    }),
  );
  return prices;
}

/** The control plane: gateways, tokens and logs, for API Gateway's buffered proxy integration. */
export const handler = createManagementHandler({
  accounts: createAccountStore(config),
  gateways: createGatewayStore(config),
  tokens: createTokenStore(config),
  routes: createRouteStore(config),
  routing: { load: async () => createRouter() },
  counts: createLimitView({ table: state.table, clock }),
  logs: createLogStore({ ...records, bucket }),
  totals: createTotals(records),
  circuits: createCircuitList(state),
  ledger: createLedgerView(state),
  prices: { load: () => priceList() },
  credits: createCredits(state),
  topUpPlans: createTopUpPlans(config),
  keySealer: createKeySealer(required('WEIR_PROVIDER_KEYS_KEY')),
  keyUses: createKeyUses({ client: config.client, table: required('WEIR_LOGS_TABLE') }),
  cache: createResponseCache({
    table: required('WEIR_CACHE_TABLE'),
    clock,
    loadBucket: async () => bucket,
  }),
  clock,
  ids: { random: (size) => randomBytes(size) },
  limits: DEFAULT_LIMITS,
  privateEndpoints: parsePrivateEndpoints(required('WEIR_PRIVATE_ENDPOINTS')),
});
