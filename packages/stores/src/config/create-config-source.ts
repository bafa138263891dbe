import type { ConfigSource } from '@weir/core';
import { DynamoDBCall } from '../aws/dynamodb-call.ts';
import { type DynamoDBConfigOptions, DynamoDBConfigSource } from './dynamodb-config-source.ts';
import { FreshConfigSource } from './fresh-config-source.ts';

/** The data plane's configuration: the table, remembered as design 6 allows. One per process. */
export function createConfigSource({
  table,
  clock,
  client = new DynamoDBCall(),
}: Omit<DynamoDBConfigOptions, 'client'> & Partial<Pick<DynamoDBConfigOptions, 'client'>>): ConfigSource {
  return new FreshConfigSource(new DynamoDBConfigSource({ client, table, clock }), clock);
}
