import type {
  AccountStore,
  CircuitList,
  Clock,
  Credits,
  GatewayStore,
  KeyRing,
  KeySealer,
  KeyUses,
  Ledger,
  LedgerView,
  LimitView,
  LogStore,
  PriceListPort,
  ResponseCache,
  RouteStore,
  RoutingPort,
  TokenStore,
  TopUpPlans,
  TotalsReader,
} from '@weir/core';
import { BUNDLED_BOOK, createPriceList, PriceBook } from '@weir/core/pricing';
import { createRouter } from '@weir/core/routing';
import { createBucket, createS3Client } from '@weir/stores/bucket';
import { createResponseCache, DynamoDBCall } from '@weir/stores/cache';
import { createCircuitList } from '@weir/stores/circuits';
import {
  createAccountStore,
  createDynamoDBClient,
  createGatewayStore,
  createRouteStore,
  createTokenStore,
  createTopUpPlans,
} from '@weir/stores/control';
import { createKeyRing } from '@weir/stores/key-ring';
import { createKeySealer } from '@weir/stores/key-sealer';
import { createKeyUses } from '@weir/stores/key-uses';
import { createLedger } from '@weir/stores/ledger';
import { createCredits, createLedgerView } from '@weir/stores/ledger-lists';
import { createLimitView } from '@weir/stores/limits';
import { createLogStore } from '@weir/stores/logs';
import {
  createMemoryLedger,
  MemoryAccountStore,
  MemoryCircuitTable,
  MemoryConfig,
  MemoryGatewayStore,
  MemoryKeyRing,
  MemoryKeyUses,
  MemoryLedgerTable,
  MemoryLimitTable,
  MemoryLogStore,
  MemoryResponseCache,
  MemoryRouteStore,
  MemoryTokenStore,
  MemoryTopUpPlans,
  MemoryTotals,
  StoredCredits,
  StoredLedgerView,
  StoredLimitView,
} from '@weir/stores/memory';
import { createTotals } from '@weir/stores/totals';
import { startLogEngines } from '@weir/testkit/logs';
import { LOCAL, startKmsEngine } from '@weir/testkit/stores';

export interface Stores {
  readonly accounts: AccountStore;
  readonly gateways: GatewayStore;
  readonly tokens: TokenStore;
  readonly routes: RouteStore;
  readonly routing: RoutingPort;
  readonly counts: LimitView;
  readonly logs: LogStore;
  readonly totals: TotalsReader;
  readonly cache: ResponseCache;
  readonly circuits: CircuitList;
  readonly ledger: LedgerView;
  readonly prices: PriceListPort;
  readonly credits: Credits;
  readonly topUpPlans: TopUpPlans;
  readonly keySealer: KeySealer;
  readonly keyUses: KeyUses;
  /** The data plane's half of `keySealer`. */
  readonly keyRing: KeyRing;
  /** The data plane's half of `ledger` and `credits`. */
  readonly spender: Ledger;
}

/** Somewhere to keep state. Accounts keep tests apart, so one place serves them all. */
export interface Place {
  stores(clock: Clock): Stores;
  stop(): Promise<void>;
}

/** Those that are shipped. */
const prices: PriceListPort = { load: async () => createPriceList(() => new PriceBook(BUNDLED_BOOK)) };

const routing: RoutingPort = { load: async () => createRouter() };

/** Budgets, credits and prices without a store. */
export function memoryMoney(clock: Clock) {
  const table = new MemoryLedgerTable();
  const options = { table, list: table, clock };
  return {
    ledger: new StoredLedgerView(options),
    credits: new StoredCredits(options),
    topUpPlans: new MemoryTopUpPlans(),
    prices,
    spender: createMemoryLedger(clock, table),
  };
}

/** Routes and counts without a store. */
export const memoryRoutes = (clock: Clock) => ({
  routes: new MemoryRouteStore(),
  routing,
  counts: new StoredLimitView(new MemoryLimitTable(), clock),
});

export async function inMemory(): Promise<Place> {
  return {
    stores: (clock) => {
      const config = new MemoryConfig();
      const keyRing = new MemoryKeyRing(clock);
      const logs = new MemoryLogStore({ clock });
      return {
        accounts: new MemoryAccountStore(config),
        gateways: new MemoryGatewayStore(config, clock),
        tokens: new MemoryTokenStore(config),
        logs,
        totals: new MemoryTotals({ logs, clock }),
        cache: new MemoryResponseCache(clock),
        circuits: new MemoryCircuitTable(clock),
        keySealer: keyRing,
        keyRing,
        keyUses: new MemoryKeyUses(),
        ...memoryMoney(clock),
        ...memoryRoutes(clock),
      };
    },
    stop: async () => {},
  };
}

/** The stores of a deployment, on the engines that the local host runs. */
export async function onEngines(): Promise<Place> {
  const [engines, kms] = await Promise.all([startLogEngines(), startKmsEngine()]);
  await engines.tableEngine.createConfigTable('config');
  await engines.tableEngine.createCacheTable('cache');
  const client = createDynamoDBClient({ endpoint: engines.tableEngine.endpoint, ...LOCAL });
  const connection = { endpoint: engines.tableEngine.endpoint, ...LOCAL };
  const call = new DynamoDBCall(connection);
  const s3 = createS3Client({ endpoint: engines.bucketEngine.endpoint, ...LOCAL });
  const bucket = createBucket({ bucket: engines.bucket, client: s3 });
  return {
    stores: (clock) => {
      const config = { client, table: 'config', clock };
      return {
        accounts: createAccountStore(config),
        gateways: createGatewayStore(config),
        tokens: createTokenStore(config),
        routes: createRouteStore(config),
        routing,
        counts: createLimitView({ client: call, table: 'config', clock }),
        logs: createLogStore({ client, table: engines.table, bucket, clock }),
        totals: createTotals({ client, table: engines.table, clock }),
        circuits: createCircuitList({ client, table: 'config', clock }),
        ledger: createLedgerView({ client, call, table: 'config', clock }),
        credits: createCredits({ client, call, table: 'config', clock }),
        topUpPlans: createTopUpPlans(config),
        prices,
        keySealer: createKeySealer(kms.key, { endpoint: kms.endpoint, ...LOCAL }),
        keyRing: createKeyRing({
          loadSecrets: async () => ({ find: async () => null }),
          clock,
          client: { endpoint: kms.endpoint, ...LOCAL },
        }),
        keyUses: createKeyUses({ client, table: engines.table }),
        spender: createLedger({ client: call, table: 'config', clock }),
        cache: createResponseCache({ connection, table: 'cache', clock, loadBucket: async () => bucket }),
      };
    },
    stop: async () => {
      client.destroy();
      s3.destroy();
      await Promise.all([engines.stop(), kms[Symbol.asyncDispose]()]);
    },
  };
}
