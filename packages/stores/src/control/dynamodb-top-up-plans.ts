import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { AccountId, TopUpPlan, TopUpPlans } from '@weir/core';
import { ask } from '../aws/ask.ts';
import { topUpKey } from '../table/keys.ts';
import { readItems } from '../table/read-items.ts';
import { fromTopUpItem, toTopUpItem } from '../table/top-up-item.ts';
import type { ControlStoreOptions } from './control-store-options.ts';

/** An item of its own beside the account's: the data plane reads that one, and needs none of this. */
export class DynamoDBTopUpPlans implements TopUpPlans {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor({ client, table }: Omit<ControlStoreOptions, 'clock'>) {
    this.#client = client;
    this.#table = table;
  }

  async get(account: AccountId): Promise<TopUpPlan | null> {
    const [item] = await readItems(this.#client, this.#table, [topUpKey(account)]);
    return item ? fromTopUpItem(item) : null;
  }

  async put(account: AccountId, plan: TopUpPlan): Promise<void> {
    const command = new PutItemCommand({ TableName: this.#table, Item: toTopUpItem(account, plan) });
    await ask('write the automatic top-up', () => this.#client.send(command));
  }

  async delete(account: AccountId): Promise<void> {
    const { pk, sk } = topUpKey(account);
    const command = new DeleteItemCommand({ TableName: this.#table, Key: { pk: { S: pk }, sk: { S: sk } } });
    await ask('delete the automatic top-up', () => this.#client.send(command));
  }
}
