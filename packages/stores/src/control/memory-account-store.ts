import type { Account, AccountChange, AccountId, AccountSnapshot, AccountStore } from '@weir/core';
import { type MemoryConfig, snapshotOfAccount } from './memory-config.ts';

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

  async snapshot(id: AccountId): Promise<AccountSnapshot | null> {
    return snapshotOfAccount(this.#config, id);
  }

  async update(expected: AccountSnapshot, change: AccountChange): Promise<AccountSnapshot | 'changed'> {
    if (snapshotOfAccount(this.#config, expected.id)?.version !== expected.version) return 'changed';
    const next: AccountSnapshot = { ...expected, ...change, version: expected.version + 1 };
    this.#config.accountSnapshots.set(next.id, next);
    return next;
  }
}
