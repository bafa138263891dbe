import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type ClientOptions, clientSettings, type Patience } from './client-settings.ts';

/** A request waits on this store, so it is short; a second attempt covers a connection that died while frozen. */
const HOT_PATH: Patience = { connect: 1_000, answer: 1_000, attempts: 2 };

/** One per process: it keeps its connections. */
export function createDynamoDBClient(options: ClientOptions = {}): DynamoDBClient {
  return new DynamoDBClient(clientSettings('dynamodb', HOT_PATH, options));
}
