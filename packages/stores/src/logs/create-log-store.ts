import type { Patience } from '../aws/client-settings.ts';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { DynamoDBLogStore, type DynamoDBLogStoreOptions } from './dynamodb-log-store.ts';

/** A page of a query is a megabyte, and no inference request waits on the log plane. */
const OFF_PATH: Patience = { connect: 1_000, answer: 5_000, attempts: 3 };

/** The log store on AWS. One per process: it knows which hours it has announced. */
export function createLogStore({
  client = createDynamoDBClient({ patience: OFF_PATH }),
  ...rest
}: Omit<DynamoDBLogStoreOptions, 'client'> &
  Partial<Pick<DynamoDBLogStoreOptions, 'client'>>): DynamoDBLogStore {
  return new DynamoDBLogStore({ client, ...rest });
}
