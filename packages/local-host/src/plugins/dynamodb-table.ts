import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { Unsupported } from '../assembly/unsupported.ts';
import { type Call, EngineError, engineClient } from '../engines/aws-json.ts';
import { sweepExpiredItems } from '../sweepers/expired-items.ts';
import { repeat } from '../sweepers/repeat.ts';
import { arn } from './names.ts';
import { definePlugin, type Referenced, type Resource } from './plugin.ts';

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));

const indexSchema = z.strictObject({
  IndexName: z.string(),
  KeySchema: keySchema,
  Projection: z.strictObject({
    ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
    NonKeyAttributes: z.array(z.string()).optional(),
  }),
});

const tableSchema = z.strictObject({
  TableName: z.string().optional(),
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z.array(indexSchema).default([]),
  TimeToLiveSpecification: z.strictObject({ AttributeName: z.string(), Enabled: z.boolean() }).optional(),
});

type Table = z.infer<typeof tableSchema>;

/** Tables and their indexes in the embedded DynamoDB engine; expired items are swept, as DynamoDB does within days. */
export const dynamodbTable = definePlugin({
  types: ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'],
  properties: tableSchema,
  ignores: {
    BillingMode: 'nothing is billed',
    DeletionProtectionEnabled: 'nothing here deletes a table',
    OnDemandThroughput: 'nothing is throttled',
    PointInTimeRecoverySpecification: 'a copy of the data folder is the backup',
    ProvisionedThroughput: 'nothing is throttled',
    Replicas: 'there is one region',
    SSESpecification: 'the disk belongs to the developer',
    Tags: 'nothing reads them',
    WarmThroughput: 'nothing is throttled',
  },
  ref: tableName,
  attribute: (resource, name) =>
    name === 'Arn' ? arn('dynamodb', `table/${tableName(resource)}`) : undefined,
  async start(tables, machine) {
    const call = engineClient('dynamodb', machine.endpoints.dynamodb);
    await Promise.all(tables.map((table) => ensureTable(table, call)));
    const expiring = tables.flatMap(({ logicalId, properties }) => {
      const { TimeToLiveSpecification: ttl, TableName = logicalId, KeySchema } = properties;
      if (!ttl?.Enabled) return [];
      const keys = KeySchema.map(({ AttributeName }) => AttributeName);
      return [{ table: TableName, keys, attribute: ttl.AttributeName }];
    });
    const sweep = async (signal: AbortSignal) => {
      for (const table of expiring) await sweepExpiredItems(call, table, signal);
    };
    if (expiring.length > 0)
      machine.onStop(repeat('expired items', machine.sweepEveryMs, sweep, machine.log));
  },
});

function tableName(resource: Referenced): string {
  return resource.name('TableName') ?? resource.logicalId;
}

async function ensureTable({ logicalId, path, properties }: Resource<Table>, call: Call): Promise<void> {
  const { TableName = logicalId, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } = properties;
  const wanted = {
    TableName,
    AttributeDefinitions,
    KeySchema,
    BillingMode: 'PAY_PER_REQUEST',
    ...(GlobalSecondaryIndexes.length > 0 ? { GlobalSecondaryIndexes } : {}),
  };
  const present = await describe(call, TableName);
  if (!present) await call('CreateTable', wanted);
  else if (shape(present) !== shape(wanted)) {
    throw new Unsupported(
      path,
      `the table in the data folder has other keys or indexes (${shape(present)}) than the template ` +
        `(${shape(wanted)}); start on another folder`,
    );
  }
  while ((await describe(call, TableName))?.TableStatus !== 'ACTIVE') await sleep(5);
}

async function describe(call: Call, TableName: string): Promise<Record<string, unknown> | null> {
  try {
    return (await call('DescribeTable', { TableName })).Table as Record<string, unknown>;
  } catch (error) {
    if (error instanceof EngineError && error.type === 'ResourceNotFoundException') return null;
    throw error;
  }
}

/** Keys and indexes in one comparable line: `pk,sk by-account(account_pk,account_sk)`. */
function shape(table: { KeySchema?: unknown; GlobalSecondaryIndexes?: unknown }): string {
  const keys = (schema: unknown) =>
    keySchema
      .parse(schema)
      .toSorted((a, b) => a.KeyType.localeCompare(b.KeyType))
      .map(({ AttributeName }) => AttributeName)
      .join(',');
  const indexes = z
    .array(z.looseObject({ IndexName: z.string(), KeySchema: keySchema }))
    .default([])
    .parse(table.GlobalSecondaryIndexes)
    .map((index) => `${index.IndexName}(${keys(index.KeySchema)})`)
    .toSorted();
  return [keys(table.KeySchema), ...indexes].join(' ');
}
