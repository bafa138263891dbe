import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '@weir/core';

export interface ControlStoreOptions {
  readonly client: DynamoDBClient;
  /** The `config` table's name. */
  readonly table: string;
  readonly clock: Clock;
}
