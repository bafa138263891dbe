import { ask, isConditionRefused } from '../aws/ask.ts';
import type { DynamoDBCall } from '../aws/dynamodb-call.ts';
import type { ItemKey } from '../table/keys.ts';
import { type LedgerChange, type LedgerItem, type LedgerTable, NOTHING } from './ledger-table.ts';
import { keyOf, ledgerItem, updateOf } from './stored-item.ts';

/** On the `state` table. Needs `GetItem` and `UpdateItem` only. */
export class DynamoDBLedgerTable implements LedgerTable {
  readonly #client: DynamoDBCall;
  readonly #table: string;

  /** @param client makes one attempt: a write that is repeated unseen could count twice. */
  constructor(client: DynamoDBCall, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async change(key: ItemKey, change: LedgerChange): Promise<LedgerItem | null> {
    try {
      const input = { TableName: this.#table, ...updateOf(key, change) };
      return ledgerItem(await ask('write to the ledger', () => this.#client.updateItem(input)));
    } catch (error) {
      if (isConditionRefused(error)) return null;
      throw error;
    }
  }

  async read(key: ItemKey): Promise<LedgerItem> {
    const input = { TableName: this.#table, Key: keyOf(key), ConsistentRead: true };
    const item = await ask('read the ledger', () => this.#client.getItem(input));
    return item ? ledgerItem(item) : NOTHING;
  }
}
