import type {
  Account,
  AccountId,
  AccountSnapshot,
  GatewayId,
  GatewaySnapshot,
  TokenHash,
  TokenRecord,
} from '@weir/core';

/** The `config` table in memory: what the in-memory stores and the in-memory source share. */
export class MemoryConfig {
  readonly accounts = new Map<AccountId, Account>();
  /** Of the accounts that were ever changed. */
  readonly accountSnapshots = new Map<AccountId, AccountSnapshot>();
  /** By {@link gatewayPlace}. */
  readonly gateways = new Map<string, GatewaySnapshot>();
  readonly tokens = new Map<TokenHash, TokenRecord>();
}

export const gatewayPlace = (account: AccountId, id: GatewayId) => `${account}/${id}`;

export function snapshotOfAccount(config: MemoryConfig, id: AccountId): AccountSnapshot | null {
  if (!config.accounts.has(id)) return null;
  return config.accountSnapshots.get(id) ?? { id, version: 0, customProviders: [], prices: [] };
}
