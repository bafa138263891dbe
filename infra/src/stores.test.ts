import { beforeAll, describe, expect, test } from '@jest/globals';
import { resource, resourcesOf, synthesise, type Template } from './synthesise-for-test.ts';

const OUR_KEY = { 'Fn::GetAtt': ['DataKey', 'Arn'] };
const STATEFUL = [
  'DataKey',
  'ProviderKeysKey',
  'ConfigTable',
  'StateTable',
  'CacheTable',
  'LogsTable',
  'ObjectBucket',
  'PlatformKeysSecret',
  'FirstTokenSecret',
];

let template: Template;

beforeAll(async () => {
  template = await synthesise();
});

describe('tables', () => {
  const tables = ['ConfigTable', 'StateTable', 'CacheTable', 'LogsTable'];

  test.each(tables)('%s is billed on demand, encrypted with our key, recoverable and expires items', (id) => {
    expect(resource(template, id).Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: OUR_KEY },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      DeletionProtectionEnabled: true,
    });
  });

  test.each([
    ['ConfigTable', ['pk', 'sk']],
    ['StateTable', ['pk', 'sk']],
    ['LogsTable', ['pk', 'sk']],
    ['CacheTable', ['pk']],
  ])('%s has the key %j', (id, names) => {
    expect(resource(template, id).Properties.KeySchema).toEqual(
      names.map((name, index) => ({ AttributeName: name, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
    );
  });

  test('only the config table has an index: everything of an account', () => {
    expect(resource(template, 'ConfigTable').Properties.GlobalSecondaryIndexes).toEqual([
      {
        IndexName: 'by-account',
        KeySchema: [
          { AttributeName: 'account_pk', KeyType: 'HASH' },
          { AttributeName: 'account_sk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ]);
    for (const id of ['StateTable', 'CacheTable', 'LogsTable']) {
      expect(resource(template, id).Properties.GlobalSecondaryIndexes).toBeUndefined();
    }
  });

  test('there are no others', () => {
    expect(resourcesOf(template, 'AWS::DynamoDB::Table').map(([id]) => id)).toEqual(tables);
  });
});

describe('the records queue', () => {
  test('keeps records as long as SQS can, under our key, and hands hopeless ones to the dead-letter queue', () => {
    expect(resource(template, 'RecordsQueue').Properties).toMatchObject({
      KmsMasterKeyId: OUR_KEY,
      MessageRetentionPeriod: 1_209_600,
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': ['RecordsDeadLetterQueue', 'Arn'] },
        maxReceiveCount: 12,
      },
    });
    expect(resource(template, 'RecordsDeadLetterQueue').Properties).toMatchObject({
      KmsMasterKeyId: OUR_KEY,
      MessageRetentionPeriod: 1_209_600,
    });
  });

  test('hides a message for longer than the consumer may work on it', () => {
    const hidden = Number(resource(template, 'RecordsQueue').Properties.VisibilityTimeout);
    expect(hidden).toBeGreaterThan(Number(resource(template, 'LogConsumer').Properties.Timeout));
  });

  test('raises an alarm at the first record in the dead-letter queue', () => {
    const watching = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
    expect(watching).toContainEqual(
      expect.objectContaining({
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': ['RecordsDeadLetterQueue', 'QueueName'] } }],
        Threshold: 1,
        EvaluationPeriods: 1,
      }),
    );
  });

  test('and its dead letters refuse anything that is not encrypted on the way', () => {
    const policies = resourcesOf(template, 'AWS::SQS::QueuePolicy');
    expect(policies).toHaveLength(2);
    for (const [, policy] of policies)
      expect(JSON.stringify(policy)).toContain('{"aws:SecureTransport":"false"}');
  });
});

describe('the bucket', () => {
  test('is private, owned by us and encrypted with our key', () => {
    expect(resource(template, 'ObjectBucket').Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: OUR_KEY },
          },
        ],
      },
    });
  });

  test('forgets abandoned uploads, old answers and what the consumer left behind, but no body of a record', () => {
    const { Rules } = resource(template, 'ObjectBucket').Properties.LifecycleConfiguration as {
      readonly Rules: readonly object[];
    };
    expect(Rules).toEqual([
      expect.objectContaining({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }),
      expect.objectContaining({ Prefix: 'cache/', ExpirationInDays: 31 }),
      expect.objectContaining({ Prefix: 'handoff/', ExpirationInDays: 30 }),
      expect.objectContaining({ Prefix: 'spill/', ExpirationInDays: 90 }),
    ]);
  });
});

describe('secrets', () => {
  test.each(['PlatformKeysSecret', 'FirstTokenSecret'])('%s begins empty, under our key', (id) => {
    expect(resource(template, id).Properties).toMatchObject({ KmsKeyId: OUR_KEY, SecretString: '{}' });
  });
});

describe('the keys', () => {
  test('are two, one for what lies at rest and one for provider keys, and rotate', () => {
    const keys = resourcesOf(template, 'AWS::KMS::Key');
    expect(keys.map(([id]) => id)).toEqual(['DataKey', 'ProviderKeysKey']);
    for (const [, key] of keys) expect(key.Properties.EnableKeyRotation).toBe(true);
  });

  test('nobody but the account’s own policies decides over the one for provider keys', () => {
    const { Statement } = resource(template, 'ProviderKeysKey').Properties.KeyPolicy as {
      readonly Statement: readonly { readonly Principal: unknown }[];
    };
    expect(Statement).toHaveLength(1);
    expect(JSON.stringify(Statement[0]?.Principal)).toContain(':root');
  });

  test('for what lies at rest also serve CloudWatch Logs, for log groups of this account only', () => {
    const policy = JSON.stringify(resource(template, 'DataKey').Properties.KeyPolicy);
    expect(policy).toContain('kms:EncryptionContext:aws:logs:arn');
  });
});

describe('log groups', () => {
  test('keep a month, under our key: all of them', () => {
    const groups = resourcesOf(template, 'AWS::Logs::LogGroup');
    // Of seven functions, and two of the API.
    expect(groups).toHaveLength(9);
    for (const [, group] of groups) {
      expect(group.Properties).toMatchObject({ RetentionInDays: 30, KmsKeyId: OUR_KEY });
    }
  });
});

describe('deletion', () => {
  test.each(STATEFUL)('%s survives the stack', (id) => {
    expect(resource(template, id).DeletionPolicy).toBe('Retain');
  });

  test('of everything is possible where the operator says so', async () => {
    const unprotected = await synthesise({ deletionProtection: false });
    for (const id of STATEFUL) expect(resource(unprotected, id).DeletionPolicy).toBe('Delete');
    expect(resource(unprotected, 'ConfigTable').Properties.DeletionProtectionEnabled).toBe(false);
  });
});
