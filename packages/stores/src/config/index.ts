/** Configuration for the data plane. */
export { createDynamoDBClient } from '../aws/dynamodb-client.ts';
export { DamagedItem } from '../table/damaged-item.ts';
export { createConfigSource } from './create-config-source.ts';
export { DynamoDBConfigSource } from './dynamodb-config-source.ts';
export { FreshConfigSource } from './fresh-config-source.ts';
