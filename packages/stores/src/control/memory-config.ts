import type { Account, AccountId, GatewayId, GatewaySnapshot, TokenHash, TokenRecord } from '@weir/core';

/** The `config` table in memory: what the in-memory stores and the in-memory source share. */
export class MemoryConfig {
  readonly accounts = new Map<AccountId, Account>();
  /** By {@link gatewayPlace}. */
  readonly gateways = new Map<string, GatewaySnapshot>();
  readonly tokens = new Map<TokenHash, TokenRecord>();
}

export const gatewayPlace = (account: AccountId, id: GatewayId) => `${account}/${id}`;
