import { type AttributeValue, BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ItemKey } from './keys.ts';
import { readByKey } from './read-by-key.ts';

/** {@link readByKey} with the SDK's client, for the control plane. */
export function readItems(
  client: DynamoDBClient,
  table: string,
  keys: readonly ItemKey[],
): Promise<Record<string, AttributeValue>[]> {
  return readByKey((input) => client.send(new BatchGetItemCommand(input)), table, keys);
}
