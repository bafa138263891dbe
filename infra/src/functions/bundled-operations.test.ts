import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { bundlePath, FUNCTION_NAMES, type FunctionName } from '../bundles.ts';
import { synthesise } from '../synthesise-for-test.ts';
import { permissionsOf } from './permissions-for-test.ts';

/** Operations as the SDK's clients name them in a bundle → the permission that AWS asks for. */
const PERMISSION_FOR: Readonly<Record<string, string>> = {
  BatchGetItem: 'dynamodb:BatchGetItem',
  BatchWriteItem: 'dynamodb:BatchWriteItem',
  DeleteItem: 'dynamodb:DeleteItem',
  ExecuteStatement: 'dynamodb:PartiQL',
  GetItem: 'dynamodb:GetItem',
  PutItem: 'dynamodb:PutItem',
  Query: 'dynamodb:Query',
  Scan: 'dynamodb:Scan',
  TransactGetItems: 'dynamodb:GetItem',
  TransactWriteItems: 'dynamodb:UpdateItem',
  UpdateItem: 'dynamodb:UpdateItem',
  CopyObject: 's3:PutObject',
  CreateMultipartUpload: 's3:PutObject',
  DeleteObject: 's3:DeleteObject',
  DeleteObjects: 's3:DeleteObject',
  GetObject: 's3:GetObject',
  ListObjectsV2: 's3:ListBucket',
  PutObject: 's3:PutObject',
  ChangeMessageVisibility: 'sqs:ChangeMessageVisibility',
  DeleteMessage: 'sqs:DeleteMessage',
  ReceiveMessage: 'sqs:ReceiveMessage',
  SendMessage: 'sqs:SendMessage',
  SendMessageBatch: 'sqs:SendMessage',
  CreateSecret: 'secretsmanager:CreateSecret',
  GetSecretValue: 'secretsmanager:GetSecretValue',
  PutSecretValue: 'secretsmanager:PutSecretValue',
  UpdateSecret: 'secretsmanager:UpdateSecret',
};

const FUNCTIONS: Readonly<
  Record<FunctionName, { readonly logicalId: string; readonly carriedAlong: readonly string[] }>
> = {
  // The bucket that they spill records into could also be emptied.
  unified: { logicalId: 'Unified', carriedAlong: ['s3:DeleteObject', 's3:ListBucket'] },
  provider: { logicalId: 'Provider', carriedAlong: ['s3:DeleteObject', 's3:ListBucket'] },
  // The bucket that it reads bodies from could also write them.
  management: { logicalId: 'Management', carriedAlong: ['s3:PutObject'] },
  'log-consumer': { logicalId: 'LogConsumer', carriedAlong: [] },
  // The log store that it writes missing records to could also list and delete them.
  sweeper: { logicalId: 'Sweeper', carriedAlong: ['dynamodb:BatchWriteItem', 'dynamodb:DeleteItem'] },
  // The stores that it creates an account and a token in could also change, list and delete them.
  'first-account': {
    logicalId: 'FirstAccount',
    carriedAlong: ['dynamodb:DeleteItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
  },
  // The few calls of DynamoDB that are made without the SDK come together.
  prices: { logicalId: 'Prices', carriedAlong: ['dynamodb:GetItem', 'dynamodb:UpdateItem'] },
};

/** What Lambda and KMS do in the function's name, without a call of its own. */
const NOT_CALLED = /^(kms|logs):|^sqs:(DeleteMessage|GetQueueAttributes|ReceiveMessage)$/;

const packages = resolve(import.meta.dirname, '../../../packages');
const folderOf = (name: FunctionName) => join(packages, bundlePath(name));
const built = FUNCTION_NAMES.every((name) => existsSync(folderOf(name)));
if (!built) process.stdout.write('skipped: bundled operations against permissions need "npm run bundle"\n');

/** Its vocabulary holds every word, the operations' names among them; it calls nobody. */
const VOCABULARY = 'tokenizer.mjs';

/** The function's code, its lazy parts included. */
function bundleOf(name: FunctionName): string {
  const folder = folderOf(name);
  return readdirSync(folder)
    .filter((file) => file !== VOCABULARY)
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
}

/** No local run checks permissions, so one that is missing, or no longer needed, would show on AWS only. */
(built ? describe : describe.skip)('permissions', () => {
  test.each(FUNCTION_NAMES)('of %s are those that its bundle can use', async (name) => {
    const { logicalId, carriedAlong } = FUNCTIONS[name];
    const granted = Object.values(permissionsOf(await synthesise(), logicalId)).flat();
    const bundle = bundleOf(name);
    const usable = Object.entries(PERMISSION_FOR)
      .filter(([operation]) => bundle.includes(`"${operation}"`))
      .map(([, permission]) => permission)
      .filter((permission) => !carriedAlong.includes(permission));
    const called = granted.filter((permission) => !NOT_CALLED.test(permission));
    expect([...new Set(called)].sort()).toEqual([...new Set(usable)].sort());
  });
});
