import { type AttributeValue, type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { ask } from '../aws/ask.ts';
import type { LedgerList, ListedItem, SortRange } from './ledger-table.ts';
import { ledgerItem } from './stored-item.ts';

type Item = Record<string, AttributeValue>;

/** Beyond every sort key of the ledger: they are ASCII. */
const LAST = '\u007f';

/** Apart from the table, so that the data plane's bundles hold no query. */
export class DynamoDBLedgerList implements LedgerList {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async *list(
    partition: string,
    { from = ' ', before = LAST }: SortRange = {},
    direction: 'asc' | 'desc' = 'asc',
  ): AsyncIterable<ListedItem> {
    let start: Item | undefined;
    do {
      const command = new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :before',
        ExpressionAttributeValues: {
          ':pk': { S: partition },
          ':from': { S: from },
          ':before': { S: before },
        },
        ConsistentRead: true,
        ScanIndexForward: direction === 'asc',
        ...(start ? { ExclusiveStartKey: start } : {}),
      });
      const page = await ask('list the ledger', () => this.#client.send(command));
      for (const item of page.Items ?? []) {
        const sk = item.sk?.S ?? '';
        if (sk !== before) yield { key: { pk: partition, sk }, item: ledgerItem(item) };
      }
      start = page.LastEvaluatedKey;
    } while (start);
  }
}
