import { isDeepStrictEqual } from 'node:util';
import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Account, AccountChange, AccountId, AccountSnapshot, AccountStore } from '@weir/core';
import { ask, isConditionRefused } from '../aws/ask.ts';
import { fromAccountItem, snapshotAttributes, snapshotIn, toAccountItem } from '../table/account-item.ts';
import { accountKey } from '../table/keys.ts';
import { isAbsent, putItemIf } from '../table/put-item.ts';
import { readItems } from '../table/read-items.ts';
import type { ControlStoreOptions } from './control-store-options.ts';

const UNCHANGED_SINCE = 'version = :expected';
/** An account that nobody has changed has no version yet. */
const NEVER_CHANGED = 'attribute_exists(pk) AND attribute_not_exists(version)';

export class DynamoDBAccountStore implements AccountStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor({ client, table }: Omit<ControlStoreOptions, 'clock'>) {
    this.#client = client;
    this.#table = table;
  }

  async get(id: AccountId): Promise<Account | null> {
    const item = await this.#read(id);
    return item ? fromAccountItem(item) : null;
  }

  create(account: Account): Promise<boolean> {
    return putItemIf(this.#client, this.#table, toAccountItem(account), isAbsent);
  }

  async snapshot(id: AccountId): Promise<AccountSnapshot | null> {
    const item = await this.#read(id);
    return item ? snapshotIn(item) : null;
  }

  /** Sets attributes and leaves the others alone: what else an account's item holds is not this store's. */
  async update(expected: AccountSnapshot, change: AccountChange): Promise<AccountSnapshot | 'changed'> {
    const next: AccountSnapshot = { ...expected, ...change, version: expected.version + 1 };
    const { version, custom_providers, prices } = snapshotAttributes(next);
    const { pk, sk } = accountKey(expected.id);
    const isFirst = expected.version === 0;
    const command = new UpdateItemCommand({
      TableName: this.#table,
      Key: { pk: { S: pk }, sk: { S: sk } },
      UpdateExpression: 'SET version = :version, custom_providers = :providers, prices = :prices',
      ConditionExpression: isFirst ? NEVER_CHANGED : UNCHANGED_SINCE,
      ExpressionAttributeValues: {
        ':version': version,
        ':providers': custom_providers,
        ':prices': prices,
        ...(isFirst ? {} : { ':expected': { N: String(expected.version) } }),
      },
    });
    try {
      await ask('change the account', () => this.#client.send(command));
      return next;
    } catch (error) {
      if (!isConditionRefused(error)) throw error;
      // When an answer is lost, the client writes once more, and its own first write refuses the second.
      return isDeepStrictEqual(await this.snapshot(expected.id), next) ? next : 'changed';
    }
  }

  async #read(id: AccountId) {
    const [item] = await readItems(this.#client, this.#table, [accountKey(id)]);
    return item;
  }
}
