import type {
  AccountStore,
  CircuitList,
  Clock,
  Credits,
  GatewayStore,
  Ids,
  KeySealer,
  KeyUses,
  LedgerView,
  LimitView,
  LogStore,
  PriceListPort,
  PrivateEndpoints,
  ResponseCache,
  RouteStore,
  RoutingPort,
  TokenStore,
  TopUpPlans,
  TotalsReader,
} from '@weir/core';

/** All that the management API needs of the world. */
export interface ManagementPorts {
  readonly accounts: AccountStore;
  readonly gateways: GatewayStore;
  readonly tokens: TokenStore;
  readonly routes: RouteStore;
  /** The engine that requests walk through routes with. */
  readonly routing: RoutingPort;
  readonly logs: LogStore;
  readonly totals: TotalsReader;
  readonly cache: Pick<ResponseCache, 'purge'>;
  readonly circuits: CircuitList;
  readonly ledger: LedgerView;
  /** What rate limits count. */
  readonly counts: LimitView;
  readonly prices: PriceListPort;
  readonly credits: Credits;
  readonly topUpPlans: TopUpPlans;
  /** Seals provider keys; nothing here can open one. */
  readonly keySealer: KeySealer;
  readonly keyUses: Pick<KeyUses, 'list'>;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'random'>;
  /** Takes what went wrong behind an answer that does not say it: for the operator's log. */
  readonly report: (error: unknown) => void;
  readonly limits: ManagementLimits;
  /** What custom providers may reach although it is not public. */
  readonly privateEndpoints: PrivateEndpoints;
}

export interface ManagementLimits {
  /** How many gateways an account may have (spec 3, rule 4). */
  readonly gatewaysPerAccount: number;
  /** How many provider keys a gateway may have: they are read with it. */
  readonly keysPerGateway: number;
  readonly customProvidersPerAccount: number;
  /** How many routes a gateway may have: they are read with it. */
  readonly routesPerGateway: number;
  readonly versionsPerRoute: number;
}

export const DEFAULT_LIMITS: ManagementLimits = {
  gatewaysPerAccount: 1000,
  keysPerGateway: 100,
  customProvidersPerAccount: 100,
  routesPerGateway: 50,
  versionsPerRoute: 100,
};
