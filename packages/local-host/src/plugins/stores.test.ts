import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, expect, test } from '@jest/globals';
import type { Fixture } from '../__fixtures__/assembly.ts';
import { eventually } from '../__fixtures__/eventually.ts';
import { type RunningHost, runningHost } from '../__fixtures__/running-host.ts';
import { type Call, engineClient } from '../engines/aws-json.ts';
import { startLocalHost } from '../start-local-host.ts';

const open: Array<() => PromiseLike<void>> = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(fixture: Fixture, options?: Parameters<typeof runningHost>[1]): Promise<RunningHost> {
  const running = await runningHost(fixture, options);
  open.push(() => running[Symbol.asyncDispose]());
  return running;
}

async function restart(running: RunningHost, assembly = running.assembly): Promise<void> {
  await running.host.stop();
  const again = await startLocalHost({ assembly, dataDir: running.dataDir });
  open.push(() => again.stop());
}

const endpoint = (service: string) => process.env[`AWS_ENDPOINT_URL_${service}`] ?? '';
const dynamodb = (): Call => engineClient('dynamodb', endpoint('DYNAMODB'));
const sqs = (): Call => engineClient('sqs', endpoint('SQS'));
const kms = (): Call => engineClient('kms', endpoint('KMS'));
const secrets = (): Call => engineClient('secretsmanager', endpoint('SECRETS_MANAGER'));

const table = (properties: object = {}) => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
      { AttributeName: 'owner', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-owner',
        KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    ...properties,
  },
});

const item = (sk: string, ttl?: number) => ({
  pk: { S: 'a' },
  sk: { S: sk },
  owner: { S: 'me' },
  ...(ttl === undefined ? {} : { ttl: { N: String(ttl) } }),
});

async function sortKeys(index?: string): Promise<string[]> {
  const { Items } = await dynamodb()('Query', {
    TableName: 'Table',
    ...(index ? { IndexName: index } : {}),
    KeyConditionExpression: index ? '#o = :v' : 'pk = :v',
    ...(index ? { ExpressionAttributeNames: { '#o': 'owner' } } : {}),
    ExpressionAttributeValues: { ':v': { S: index ? 'me' : 'a' } },
  });
  return (Items as Array<{ sk: { S: string } }>).map(({ sk }) => sk.S).toSorted();
}

test('a table has its keys and indexes, and its items outlive the host', async () => {
  const running = await start({ resources: { Table: table() } });
  for (const sk of ['1', '2']) await dynamodb()('PutItem', { TableName: 'Table', Item: item(sk) });
  expect(await sortKeys('by-owner')).toEqual(['1', '2']);
  await restart(running);
  expect(await sortKeys()).toEqual(['1', '2']);
  expect(await sortKeys('by-owner')).toEqual(['1', '2']);
});

test('expired items are swept, the others and those without a time stay', async () => {
  await start({ resources: { Table: table() } }, { sweepEveryMs: 30 });
  const now = Math.floor(Date.now() / 1000);
  await dynamodb()('PutItem', { TableName: 'Table', Item: item('forever') });
  await dynamodb()('PutItem', { TableName: 'Table', Item: item('later', now + 3600) });
  await dynamodb()('PutItem', { TableName: 'Table', Item: item('past', now - 10) });
  await eventually(async () => (await sortKeys()).join() === 'forever,later');
});

test('a table in the folder that has other indexes than the template is refused by name', async () => {
  const running = await start({ resources: { Table: table() } });
  const { writeAssembly } = await import('../__fixtures__/assembly.ts');
  const changed = await writeAssembly(join(running.folder, 'changed'), {
    resources: { Table: table({ GlobalSecondaryIndexes: [] }) },
  });
  await expect(restart(running, changed)).rejects.toThrow(
    /Weir\/Table: the table in the data folder has other keys/,
  );
});

test('a queue keeps its messages over a restart, those received but not deleted too, and they come at once', async () => {
  const running = await start({
    resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 900 } } },
  });
  const QueueUrl = () => `${endpoint('SQS')}/000000000000/Queue`;
  await sqs()('SendMessage', { QueueUrl: QueueUrl(), MessageBody: 'received' });
  await sqs()('ReceiveMessage', { QueueUrl: QueueUrl() });
  await sqs()('SendMessage', { QueueUrl: QueueUrl(), MessageBody: 'waiting' });
  await restart(running);
  const { Messages } = await sqs()('ReceiveMessage', { QueueUrl: QueueUrl(), MaxNumberOfMessages: 10 });
  const bodies = (Messages as Array<{ Body: string }>).map(({ Body }) => Body);
  expect(bodies.toSorted()).toEqual(['received', 'waiting']);
});

test('a queue’s attributes follow the template on the next start', async () => {
  const queue = (VisibilityTimeout: number) => ({
    resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout } } },
  });
  const running = await start(queue(60));
  const { writeAssembly } = await import('../__fixtures__/assembly.ts');
  await restart(running, await writeAssembly(join(running.folder, 'changed'), queue(90)));
  const QueueUrl = `${endpoint('SQS')}/000000000000/Queue`;
  const { Attributes } = await sqs()('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] });
  expect(Attributes).toMatchObject({ VisibilityTimeout: '90' });
});

test('a bucket answers the SDK as a function has it, and keeps its objects over a restart', async () => {
  const running = await start({ resources: { ObjectBucket: { Type: 'AWS::S3::Bucket', Properties: {} } } });
  const client = () => new S3Client({ forcePathStyle: true });
  await client().send(new PutObjectCommand({ Bucket: 'objectbucket', Key: 'bodies/1', Body: 'content' }));
  await restart(running);
  const { Body } = await client().send(new GetObjectCommand({ Bucket: 'objectbucket', Key: 'bodies/1' }));
  expect(await Body?.transformToString()).toBe('content');
});

test('objects under an expiring prefix are swept by age, others stay', async () => {
  const Rules = [
    { Id: 'old', Prefix: 'old/', Status: 'Enabled', ExpirationInDays: 0 },
    { Id: 'young', Prefix: 'young/', Status: 'Enabled', ExpirationInDays: 1 },
    { Id: 'off', Prefix: 'off/', Status: 'Disabled', ExpirationInDays: 0 },
  ];
  const bucket = { Type: 'AWS::S3::Bucket', Properties: { LifecycleConfiguration: { Rules } } };
  await start({ resources: { Bucket: bucket } }, { sweepEveryMs: 200 });
  const client = new S3Client({ forcePathStyle: true });
  for (const Key of ['old/1', 'young/1', 'off/1', 'other']) {
    await client.send(new PutObjectCommand({ Bucket: 'bucket', Key, Body: 'x' }));
  }
  await eventually(async () => {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: 'bucket' }));
    return Contents.map(({ Key }) => Key).join() === 'off/1,other,young/1';
  });
});

test('a secret starts with the template’s value, takes a new one, keeps it, and its file is for its owner only', async () => {
  const resources = { Token: { Type: 'AWS::SecretsManager::Secret', Properties: { SecretString: '{}' } } };
  const running = await start({ resources });
  const SecretId = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:Token-local0';
  expect(await secrets()('GetSecretValue', { SecretId })).toMatchObject({
    ARN: SecretId,
    Name: 'Token',
    SecretString: '{}',
  });
  await secrets()('PutSecretValue', { SecretId, SecretString: '{"a":1}' });
  await restart(running);
  expect(await secrets()('GetSecretValue', { SecretId: 'Token' })).toMatchObject({ SecretString: '{"a":1}' });
  const folder = join(running.dataDir, 'secrets');
  const [file, ...others] = await readdir(folder);
  expect(others).toEqual([]);
  expect((await stat(join(folder, file ?? ''))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(folder, file ?? ''), 'utf8')).toContain('{\\"a\\":1}');
});

test('a secret that the template lets AWS generate is random and follows its rules', async () => {
  const secret = (GenerateSecretString: object) => ({
    Type: 'AWS::SecretsManager::Secret',
    Properties: { GenerateSecretString },
  });
  await start({
    resources: {
      Plain: secret({ PasswordLength: 40, ExcludePunctuation: true }),
      Keyed: secret({
        SecretStringTemplate: '{"user":"u"}',
        GenerateStringKey: 'password',
        ExcludeCharacters: 'abc',
      }),
    },
  });
  const value = async (SecretId: string) =>
    String((await secrets()('GetSecretValue', { SecretId })).SecretString);
  expect(await value('Plain')).toMatch(/^[A-Za-z0-9]{40}$/);
  expect(JSON.parse(await value('Keyed'))).toEqual({
    user: 'u',
    password: expect.stringMatching(/^[^abc]{32}$/),
  });
});

test('an unknown secret is refused as AWS refuses it', async () => {
  await start({ resources: {} });
  await expect(secrets()('GetSecretValue', { SecretId: 'nothing' })).rejects.toMatchObject({
    type: 'ResourceNotFoundException',
  });
});

test('a key makes data keys and opens them again in their context only, also after a restart', async () => {
  const resources = {
    Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: {}, EnableKeyRotation: true } },
  };
  const running = await start({ resources });
  const KeyId = 'arn:aws:kms:us-east-1:000000000000:key/Key';
  const EncryptionContext = { account: 'a', gateway: 'g' };
  const made = await kms()('GenerateDataKey', { KeyId, KeySpec: 'AES_256', EncryptionContext });
  expect(Buffer.from(String(made.Plaintext), 'base64')).toHaveLength(32);
  expect(made.CiphertextBlob).not.toContain(made.Plaintext);
  const file = join(running.dataDir, 'kms', 'Key.key');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const { CiphertextBlob } = made;
  await restart(running);
  const turned = { gateway: 'g', account: 'a' };
  expect(await kms()('Decrypt', { CiphertextBlob, EncryptionContext: turned })).toMatchObject({
    Plaintext: made.Plaintext,
  });
  for (const other of [{}, { account: 'a' }, { ...EncryptionContext, gateway: 'h' }]) {
    await expect(kms()('Decrypt', { CiphertextBlob, EncryptionContext: other })).rejects.toMatchObject({
      type: 'InvalidCiphertextException',
    });
  }
});

test.each([
  ['GenerateDataKey', { KeyId: 'none', KeySpec: 'AES_256' }, 'NotFoundException'],
  ['GenerateDataKey', { KeyId: '../secrets/x', KeySpec: 'AES_256' }, 'NotFoundException'],
  ['GenerateDataKey', { KeyId: 'Key' }, 'ValidationException'],
  ['Decrypt', { CiphertextBlob: 'bm90aGluZw==' }, 'InvalidCiphertextException'],
  ['Decrypt', {}, 'ValidationException'],
  ['Encrypt', {}, 'UnknownOperationException'],
])('the keys refuse %s of %j as AWS does', async (operation, input, type) => {
  await start({ resources: { Key: { Type: 'AWS::KMS::Key', Properties: {} } } });
  await expect(kms()(operation, input)).rejects.toMatchObject({ type });
});

test('everything the host keeps is closed to other users', async () => {
  const running = await start({ resources: { Table: table() } });
  expect((await stat(running.dataDir)).mode & 0o777).toBe(0o700);
  for (const name of ['dynamodb', 'kms', 'sqs-s3', 'secrets']) {
    expect((await stat(join(running.dataDir, name))).mode & 0o777).toBe(0o700);
  }
});
