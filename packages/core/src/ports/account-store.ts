import type { AccountSnapshot } from '../account/account-snapshot.ts';
import type { AccountId } from '../ids.ts';

export interface Account {
  readonly id: AccountId;
  readonly name: string;
  /** RFC 3339. */
  readonly createdAt: string;
}

/** What an update replaces; what is absent stays as it is. */
export type AccountChange = Partial<Pick<AccountSnapshot, 'customProviders' | 'prices'>>;

/** The control plane's view of accounts: always read from the store itself, never from a copy. */
export interface AccountStore {
  get(id: AccountId): Promise<Account | null>;
  /** One conditional write; false when the account exists. */
  create(account: Account): Promise<boolean>;
  /** What the data plane sees of the account. Null: there is no such account. Version 0: nothing was ever changed. */
  snapshot(id: AccountId): Promise<AccountSnapshot | null>;
  /** One conditional write; `'changed'` when the stored version is not `expected.version` or the account is gone. */
  update(expected: AccountSnapshot, change: AccountChange): Promise<AccountSnapshot | 'changed'>;
}
