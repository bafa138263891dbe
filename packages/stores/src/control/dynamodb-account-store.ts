import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Account, AccountId, AccountStore } from '@weir/core';
import { fromAccountItem, toAccountItem } from '../table/account-item.ts';
import { accountKey } from '../table/keys.ts';
import { isAbsent, putItemIf } from '../table/put-item.ts';
import { readItems } from '../table/read-items.ts';
import type { ControlStoreOptions } from './control-store-options.ts';

export class DynamoDBAccountStore implements AccountStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor({ client, table }: Omit<ControlStoreOptions, 'clock'>) {
    this.#client = client;
    this.#table = table;
  }

  async get(id: AccountId): Promise<Account | null> {
    const [item] = await readItems(this.#client, this.#table, [accountKey(id)]);
    return item ? fromAccountItem(item) : null;
  }

  create(account: Account): Promise<boolean> {
    return putItemIf(this.#client, this.#table, toAccountItem(account), isAbsent);
  }
}
