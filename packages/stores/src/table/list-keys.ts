import { type DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';
import type { AccountId } from '@weir/core';
import * as z from 'zod/mini';
import { ask } from '../aws/ask.ts';
import { accountPartition, BY_ACCOUNT, type ItemKey } from './keys.ts';

const indexed = z.object({ pk: z.object({ S: z.string() }), sk: z.object({ S: z.string() }) });

/**
 * Keys of the account's items whose `account_sk` begins with `prefix`. The index follows the table by a moment (on
 * AWS, milliseconds as a rule), so the caller reads the items themselves by key: contents are then never old, and
 * only something written this instant may still be missing.
 */
export async function listKeys(
  client: DynamoDBClient,
  table: string,
  account: AccountId,
  prefix: string,
): Promise<ItemKey[]> {
  const keys: ItemKey[] = [];
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      IndexName: BY_ACCOUNT,
      KeyConditionExpression: 'account_pk = :account AND begins_with(account_sk, :prefix)',
      ExpressionAttributeValues: { ':account': { S: accountPartition(account) }, ':prefix': { S: prefix } },
      ProjectionExpression: 'pk, sk',
    },
  );
  await ask('list the configuration', async () => {
    for await (const page of pages) {
      for (const item of page.Items ?? []) {
        const { pk, sk } = indexed.parse(item);
        keys.push({ pk: pk.S, sk: sk.S });
      }
    }
  });
  return keys;
}
