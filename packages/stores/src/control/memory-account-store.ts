import type { Account, AccountId, AccountStore } from '@weir/core';
import type { MemoryConfig } from './memory-config.ts';

export class MemoryAccountStore implements AccountStore {
  readonly #config: MemoryConfig;

  constructor(config: MemoryConfig) {
    this.#config = config;
  }

  async get(id: AccountId): Promise<Account | null> {
    return this.#config.accounts.get(id) ?? null;
  }

  async create(account: Account): Promise<boolean> {
    if (this.#config.accounts.has(account.id)) return false;
    this.#config.accounts.set(account.id, account);
    return true;
  }
}
