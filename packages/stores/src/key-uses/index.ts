/** When stored keys were last used: noted by the log plane, listed by the control plane. */
import type { KeyUses } from '@weir/core';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { DynamoDBKeyUses, type KeyUsesOptions } from './dynamodb-key-uses.ts';

export type { KeyUsesOptions };

/** One per process: it remembers what it has noted. */
export const createKeyUses = ({
  client = createDynamoDBClient(),
  table,
}: Pick<KeyUsesOptions, 'table'> & Partial<KeyUsesOptions>): KeyUses =>
  new DynamoDBKeyUses({ client, table });
