import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Patience } from '../aws/client-settings.ts';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { DynamoDBLogStore, type DynamoDBLogStoreOptions } from './dynamodb-log-store.ts';

/** A page of a query is a megabyte, and no inference request waits on the log plane. */
const OFF_PATH: Patience = { connect: 1_000, answer: 5_000, attempts: 3 };

/** What asks the `logs` table: the log store and the totals can share one. */
export const createLogsClient = (): DynamoDBClient => createDynamoDBClient({ patience: OFF_PATH });

/** The log store on AWS. One per process: it knows which hours it has announced. */
export function createLogStore({
  client = createLogsClient(),
  ...rest
}: Omit<DynamoDBLogStoreOptions, 'client'> &
  Partial<Pick<DynamoDBLogStoreOptions, 'client'>>): DynamoDBLogStore {
  return new DynamoDBLogStore({ client, ...rest });
}
