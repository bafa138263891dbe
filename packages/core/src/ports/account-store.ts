import type { AccountId } from '../ids.ts';

export interface Account {
  readonly id: AccountId;
  readonly name: string;
  /** RFC 3339. */
  readonly createdAt: string;
}

export interface AccountStore {
  get(id: AccountId): Promise<Account | null>;
  /** One conditional write; false when the account exists. */
  create(account: Account): Promise<boolean>;
}
