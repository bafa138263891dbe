import { isDeepStrictEqual } from 'node:util';
import { type AttributeValue, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ask, isConditionRefused } from '../aws/ask.ts';
import type { ItemKey } from './keys.ts';
import { readItems } from './read-items.ts';

type Item = Record<string, AttributeValue>;

export interface PutCondition {
  readonly expression: string;
  readonly values?: Item;
}

/** No item has this key yet. */
export const isAbsent: PutCondition = { expression: 'attribute_not_exists(pk)' };

/**
 * One conditional write; false when the condition did not hold. When an answer is lost, the client writes once more
 * and its own first write refuses the second: so after a refusal the item is read, and if it is ours, it was us.
 *
 * @throws {StoreUnavailable}
 */
export async function putItemIf(
  client: DynamoDBClient,
  table: string,
  item: Item,
  { expression, values }: PutCondition,
): Promise<boolean> {
  const command = new PutItemCommand({
    TableName: table,
    Item: item,
    ConditionExpression: expression,
    ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
  });
  try {
    await ask('write the configuration', () => client.send(command));
    return true;
  } catch (error) {
    if (!isConditionRefused(error)) throw error;
    const [stored] = await readItems(client, table, [keyOf(item)]);
    return isDeepStrictEqual({ ...stored }, item);
  }
}

function keyOf(item: Item): ItemKey {
  return { pk: item.pk?.S ?? '', sk: item.sk?.S ?? '' };
}
