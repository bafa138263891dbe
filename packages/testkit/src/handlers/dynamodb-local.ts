import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { createCacheTable, createStateTable, LOCAL } from '../stores/dynamodb-engine.ts';

/** Where Amazon's DynamoDB Local listens if somebody started one, with `-inMemory -sharedDb`: `http://127.0.0.1:8000`. */
export const DYNAMODB_LOCAL = process.env.WEIR_DYNAMODB_LOCAL;

/**
 * Brings the configuration that a function of the data plane reads to DynamoDB Local, beside counts and a cache that are
 * empty.
 *
 * @returns the environment that makes the function use them.
 */
export async function moveTables(
  endpoint: string,
  environment: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const { WEIR_CONFIG_TABLE: config = '', AWS_ENDPOINT_URL_DYNAMODB: embedded = '' } = environment;
  // Tables of an earlier run are still there.
  const tables = { WEIR_CONFIG_TABLE: `config-${Date.now()}`, WEIR_STATE_TABLE: `state-${Date.now()}` };
  for (const table of Object.values(tables)) await createStateTable(endpoint, table);
  const cache = `cache-${Date.now()}`;
  await createCacheTable(endpoint, cache);
  const from = new DynamoDBClient({ endpoint: embedded, ...LOCAL });
  const to = new DynamoDBClient({ endpoint, ...LOCAL });
  const { Items = [] } = await from.send(new ScanCommand({ TableName: config }));
  for (const Item of Items) await to.send(new PutItemCommand({ TableName: tables.WEIR_CONFIG_TABLE, Item }));
  from.destroy();
  to.destroy();
  return { ...tables, WEIR_CACHE_TABLE: cache, AWS_ENDPOINT_URL_DYNAMODB: endpoint };
}
