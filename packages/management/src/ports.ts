import type { CircuitList, Clock, GatewayStore, Ids, LogStore, ResponseCache, TokenStore } from '@weir/core';

/** All that the management API needs of the world. */
export interface ManagementPorts {
  readonly gateways: GatewayStore;
  readonly tokens: TokenStore;
  readonly logs: LogStore;
  readonly cache: Pick<ResponseCache, 'purge'>;
  readonly circuits: CircuitList;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'random'>;
  /** Takes what went wrong behind an answer that does not say it: for the operator's log. */
  readonly report: (error: unknown) => void;
  readonly limits: ManagementLimits;
}

export interface ManagementLimits {
  /** How many gateways an account may have (spec 3, rule 4). */
  readonly gatewaysPerAccount: number;
}

export const DEFAULT_LIMITS: ManagementLimits = { gatewaysPerAccount: 1000 };
