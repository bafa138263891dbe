import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { type EngineProcess, startEngine } from './engine-process.ts';

export interface DynamoDBEngine extends EngineProcess {
  /** A table with the keys and the index of the `config` table. */
  createConfigTable(name: string): Promise<void>;
  /** A table with the keys of the `state` table. */
  createStateTable(name: string): Promise<void>;
  /** A table with the key of the `cache` table. */
  createCacheTable(name: string): Promise<void>;
}

/** dynalite, in memory. */
export async function startDynamoDBEngine(): Promise<DynamoDBEngine> {
  const engine = await startEngine(new URL('./dynalite-program.mjs', import.meta.url));
  return {
    ...engine,
    createConfigTable: (name) => createConfigTable(engine.endpoint, name),
    createStateTable: (name) => createStateTable(engine.endpoint, name),
    createCacheTable: (name) => createCacheTable(engine.endpoint, name),
  };
}

function createConfigTable(endpoint: string, name: string): Promise<void> {
  return createTable(endpoint, name, ['pk', 'sk', 'account_pk', 'account_sk'], {
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-account',
        KeySchema: keys('account_pk', 'account_sk'),
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
}

/** Also on an engine that was started elsewhere, such as Amazon's DynamoDB Local. */
export const createStateTable = (endpoint: string, name: string): Promise<void> =>
  createTable(endpoint, name, ['pk', 'sk'], {});

/** Also on an engine that was started elsewhere. */
export const createCacheTable = (endpoint: string, name: string): Promise<void> =>
  createTable(endpoint, name, ['pk'], {});

async function createTable(
  endpoint: string,
  name: string,
  attributes: readonly string[],
  indexes: Pick<CreateTableCommandInput, 'GlobalSecondaryIndexes'>,
): Promise<void> {
  const client = new DynamoDBClient({ endpoint, ...LOCAL });
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: attributes.map((attribute) => ({
        AttributeName: attribute,
        AttributeType: 'S',
      })),
      KeySchema: attributes.includes('sk') ? keys('pk', 'sk') : keys('pk'),
      ...indexes,
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.02 }, { TableName: name });
  client.destroy();
}

function keys(partition: string, sort?: string) {
  return [
    { AttributeName: partition, KeyType: 'HASH' as const },
    ...(sort === undefined ? [] : [{ AttributeName: sort, KeyType: 'RANGE' as const }]),
  ];
}

/** What the engines accept: any region and any keys. A machine that is busy with other tests is no lost answer. */
export const LOCAL = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  patience: { connect: 10_000, answer: 10_000, attempts: 2 },
};
