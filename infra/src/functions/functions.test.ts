import { beforeAll, describe, expect, test } from '@jest/globals';
import { resource, resourcesOf, synthesise, type Template } from '../synthesise-for-test.ts';
import { type Permissions, permissionsOf } from './permissions-for-test.ts';

const FUNCTIONS = ['Unified', 'Provider', 'Management', 'LogConsumer', 'Sweeper', 'FirstAccount', 'Prices'];

let template: Template;

beforeAll(async () => {
  template = await synthesise();
});

const ITEM_ENCRYPTION = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];
const OWN_LOG = ['logs:CreateLogStream', 'logs:PutLogEvents'];

const INFERENCE: Permissions = {
  'DataKey through dynamodb': ITEM_ENCRYPTION,
  'DataKey through s3': ['kms:Decrypt', 'kms:GenerateDataKey'],
  'DataKey through secretsmanager': ['kms:Decrypt'],
  'DataKey through sqs': ['kms:Decrypt', 'kms:GenerateDataKey'],
  CacheTable: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
  ConfigTable: ['dynamodb:BatchGetItem'],
  'ConfigTable, keys like G#*#default': ['dynamodb:PutItem'],
  'StateTable, keys like B#*, C#*, I#*, P#*, R#*': ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
  'ObjectBucket/cache/*': ['s3:GetObject', 's3:PutObject'],
  'ObjectBucket/handoff/*': ['s3:PutObject'],
  'ObjectBucket/spill/*': ['s3:PutObject'],
  PlatformKeysSecret: ['secretsmanager:GetSecretValue'],
  'ProviderKeysKey bound to account, gateway, provider': ['kms:Decrypt'],
  'secrets named weir/*': ['secretsmanager:GetSecretValue'],
  RecordsQueue: ['sqs:SendMessage'],
  'its log group': OWN_LOG,
};

/** The whole of what each function may do. */
const EXPECTED: Readonly<Record<string, Permissions>> = {
  Unified: INFERENCE,
  Provider: INFERENCE,
  Management: {
    'DataKey through dynamodb': ITEM_ENCRYPTION,
    'DataKey through s3': ['kms:Decrypt'],
    CacheTable: ['dynamodb:UpdateItem'],
    ConfigTable: ['dynamodb:BatchGetItem', 'dynamodb:DeleteItem', 'dynamodb:PutItem'],
    'ConfigTable, keys like A#*': ['dynamodb:UpdateItem'],
    'ConfigTable, keys like G#*': ['dynamodb:Query'],
    'ConfigTable/index/by-account': ['dynamodb:Query'],
    LogsTable: [
      'dynamodb:BatchGetItem',
      'dynamodb:BatchWriteItem',
      'dynamodb:DeleteItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    ],
    'ProviderKeysKey bound to account, gateway, provider': ['kms:GenerateDataKey'],
    'StateTable, keys like B#*, I#*, P#*': ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
    'StateTable, keys like C#*': ['dynamodb:Query'],
    'StateTable, keys like R#*': ['dynamodb:GetItem'],
    ObjectBucket: ['s3:ListBucket'],
    'ObjectBucket/bodies/*': ['s3:DeleteObject', 's3:GetObject'],
    'ObjectBucket/cache/*': ['s3:DeleteObject'],
    'its log group': OWN_LOG,
  },
  LogConsumer: {
    'DataKey through dynamodb': ITEM_ENCRYPTION,
    'DataKey through s3': ['kms:Decrypt', 'kms:GenerateDataKey'],
    'DataKey through sqs': ['kms:Decrypt'],
    LogsTable: [
      'dynamodb:BatchGetItem',
      'dynamodb:BatchWriteItem',
      'dynamodb:DeleteItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    ],
    ObjectBucket: ['s3:ListBucket'],
    'ObjectBucket/bodies/*': ['s3:DeleteObject', 's3:PutObject'],
    'ObjectBucket/handoff/*': ['s3:DeleteObject', 's3:GetObject'],
    'ObjectBucket/spill/*': ['s3:DeleteObject', 's3:GetObject'],
    RecordsQueue: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
    'its log group': OWN_LOG,
  },
  Sweeper: {
    'DataKey through dynamodb': ITEM_ENCRYPTION,
    LogsTable: ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    'StateTable, keys like B#*, I#*, P#*': ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
    'its log group': OWN_LOG,
  },
  FirstAccount: {
    'DataKey through dynamodb': ITEM_ENCRYPTION,
    'DataKey through secretsmanager': ['kms:Decrypt', 'kms:GenerateDataKey'],
    'ConfigTable, keys like A#*, T#*': ['dynamodb:BatchGetItem', 'dynamodb:PutItem'],
    FirstTokenSecret: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
    'its log group': OWN_LOG,
  },
  Prices: {
    'DataKey through dynamodb': ITEM_ENCRYPTION,
    'ConfigTable, keys like PRICES, PRICES#*': ['dynamodb:BatchGetItem', 'dynamodb:PutItem'],
    'its log group': OWN_LOG,
  },
};

describe('permissions', () => {
  test.each(FUNCTIONS)('%s may do exactly this', (id) => {
    expect(permissionsOf(template, id)).toEqual(EXPECTED[id]);
  });

  test('every function has a role of its own, without managed policies', () => {
    const roles = FUNCTIONS.map((id) => JSON.stringify(resource(template, id).Properties.Role));
    expect(new Set(roles).size).toBe(FUNCTIONS.length);
    for (const [, role] of resourcesOf(template, 'AWS::IAM::Role')) {
      expect(role.Properties.ManagedPolicyArns).toBeUndefined();
    }
    for (const type of ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy']) {
      expect(resourcesOf(template, type)).toEqual([]);
    }
  });

  test('no action has a wildcard, and no resource but object keys, the operator’s secrets and the list that API Gateway demands', () => {
    const wildcards = resourcesOf(template, 'AWS::IAM::Role').flatMap(([id, role]) =>
      (
        role.Properties.Policies as readonly {
          readonly PolicyDocument: { readonly Statement: readonly Statement[] };
        }[]
      )
        .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
        .flatMap(({ Action, Resource }) => [Action, Resource].flat())
        .map((part) => JSON.stringify(part))
        .filter((part) => part.includes('*'))
        .map((part) => `${id.replace(/[0-9A-F]{8}$/, '')}: ${part}`),
    );
    const objects = (prefix: string) =>
      `{"Fn::Join":["",[{"Fn::GetAtt":["ObjectBucket","Arn"]},"/${prefix}/*"]]}`;
    const named =
      '{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":secretsmanager:",{"Ref":"AWS::Region"},":",{"Ref":"AWS::AccountId"},":secret:weir/*"]]}';
    expect(wildcards.sort()).toEqual(
      [
        'ApiLogRole: "*"',
        `LogConsumerRole: ${objects('bodies')}`,
        `LogConsumerRole: ${objects('handoff')}`,
        `LogConsumerRole: ${objects('spill')}`,
        `ManagementRole: ${objects('bodies')}`,
        `ManagementRole: ${objects('cache')}`,
        `ProviderRole: ${objects('cache')}`,
        `ProviderRole: ${objects('handoff')}`,
        `ProviderRole: ${objects('spill')}`,
        `ProviderRole: ${named}`,
        `UnifiedRole: ${objects('cache')}`,
        `UnifiedRole: ${objects('handoff')}`,
        `UnifiedRole: ${objects('spill')}`,
        `UnifiedRole: ${named}`,
      ].sort(),
    );
  });
});

describe('the functions’ own role at Bedrock', () => {
  test.each(['Unified', 'Provider'])('runs models where the operator allows it: %s', async (id) => {
    const allowed = await synthesise({ bedrockRole: true });
    const invoke = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];
    expect(permissionsOf(allowed, id)).toEqual({
      ...EXPECTED[id],
      'Bedrock’s foundation-model/*': invoke,
      'Bedrock’s inference-profile/*': invoke,
      'Bedrock’s application-inference-profile/*': invoke,
    });
    expect(variablesOf(allowed, id).WEIR_BEDROCK_ROLE_REGION).toEqual({ Ref: 'AWS::Region' });
  });

  test('is nobody else’s', async () => {
    const allowed = await synthesise({ bedrockRole: 'true' });
    for (const id of FUNCTIONS.filter((name) => name !== 'Unified' && name !== 'Provider')) {
      expect(permissionsOf(allowed, id)).toEqual(EXPECTED[id]);
      expect(variablesOf(allowed, id)).not.toHaveProperty('WEIR_BEDROCK_ROLE_REGION');
    }
  });
});

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

describe('functions', () => {
  test.each([
    ['Unified', 1024, 900],
    ['Provider', 1024, 900],
    ['Management', 512, 29],
    ['LogConsumer', 512, 120],
    ['Sweeper', 256, 60],
    ['FirstAccount', 256, 60],
    ['Prices', 256, 60],
  ])('%s runs on arm64 and Node 24 with %d MB for at most %d s', (id, memory, timeout) => {
    expect(resource(template, id).Properties).toMatchObject({
      Architectures: ['arm64'],
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      MemorySize: memory,
      Timeout: timeout,
    });
  });

  test.each(FUNCTIONS)('%s writes to a log group of its own', (id) => {
    const { LoggingConfig } = resource(template, id).Properties;
    expect(LoggingConfig).toEqual({
      LogFormat: 'JSON',
      LogGroup: { Ref: expect.stringMatching(new RegExp(`^${id}Log`)) },
    });
  });

  test('there are no others: none of CDK’s own helpers', () => {
    expect(resourcesOf(template, 'AWS::Lambda::Function').map(([id]) => id)).toEqual(FUNCTIONS);
  });

  const inference = [
    'WEIR_CONFIG_TABLE',
    'WEIR_CACHE_TABLE',
    'WEIR_STATE_TABLE',
    'WEIR_RECORDS_QUEUE_URL',
    'WEIR_BUCKET',
    'WEIR_PLATFORM_SECRET',
    'WEIR_PROVIDER_BASE_URLS',
    'WEIR_PRIVATE_ENDPOINTS',
    'WEIR_UNIFIED_BILLING',
    'WEIR_UPSTREAM_TIMEOUT_MS',
  ];
  test.each([
    ['Unified', inference],
    ['Provider', inference],
    [
      'Management',
      [
        'WEIR_CONFIG_TABLE',
        'WEIR_CACHE_TABLE',
        'WEIR_STATE_TABLE',
        'WEIR_LOGS_TABLE',
        'WEIR_BUCKET',
        'WEIR_PRIVATE_ENDPOINTS',
        'WEIR_PROVIDER_KEYS_KEY',
      ],
    ],
    ['LogConsumer', ['WEIR_LOGS_TABLE', 'WEIR_BUCKET']],
    ['Sweeper', ['WEIR_STATE_TABLE', 'WEIR_LOGS_TABLE']],
    ['FirstAccount', ['WEIR_CONFIG_TABLE', 'WEIR_FIRST_TOKEN_SECRET']],
    ['Prices', ['WEIR_CONFIG_TABLE', 'WEIR_PRICE_SOURCE']],
  ])('%s knows %j and nothing else', (id, names) => {
    expect(Object.keys(variablesOf(template, id))).toEqual(names);
  });

  test('an environment stays within Lambda’s 4 KB, even when every provider has its own base URL', async () => {
    const providerBaseUrls = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [
        `provider-${index}`,
        `https://provider-${index}.internal.example.com/v1`,
      ]),
    );
    const full = await synthesise({ providerBaseUrls });
    for (const id of FUNCTIONS) {
      // A reference becomes a name, URL or ARN: never longer than this.
      const size = Object.entries(variablesOf(full, id)).reduce(
        (sum, [name, value]) =>
          sum + name.length + (typeof value === 'string' ? Buffer.byteLength(value) : 200),
        0,
      );
      expect(size).toBeLessThan(4_096);
    }
  });
});

function variablesOf(from: Template, id: string): Readonly<Record<string, unknown>> {
  const { Variables } = resource(from, id).Properties.Environment as {
    readonly Variables: Record<string, unknown>;
  };
  return Variables;
}

describe('the log consumer', () => {
  test('takes batches of ten at once and reports the records that it could not store', () => {
    const [[, mapping] = ['none', undefined]] = resourcesOf(template, 'AWS::Lambda::EventSourceMapping');
    expect(mapping?.Properties).toEqual({
      FunctionName: { Ref: 'LogConsumer' },
      EventSourceArn: { 'Fn::GetAtt': ['RecordsQueue', 'Arn'] },
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 20 },
    });
  });

  test('drains the spill prefix every five minutes', () => {
    expect(rulesFor('LogConsumer')).toMatchObject([
      { ScheduleExpression: 'rate(5 minutes)', State: 'ENABLED' },
    ]);
  });
});

test('the sweeper looks every minute for what interrupted requests have reserved', () => {
  expect(rulesFor('Sweeper')).toMatchObject([{ ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' }]);
});

describe('prices', () => {
  test('are fetched once a day, from where the operator says', async () => {
    expect(rulesFor('Prices')).toMatchObject([{ ScheduleExpression: 'rate(1 day)', State: 'ENABLED' }]);
    expect(variablesOf(template, 'Prices').WEIR_PRICE_SOURCE).toMatch(/^https:.*genai-prices/);
    const chosen = await synthesise({ priceSource: 'https://prices.example/data.json' });
    expect(variablesOf(chosen, 'Prices').WEIR_PRICE_SOURCE).toBe('https://prices.example/data.json');
  });

  test('are never fetched where the operator names no source', async () => {
    const { Resources } = await synthesise({ priceSource: '' });
    expect(Object.keys(Resources).filter((id) => id.startsWith('Prices'))).toEqual([]);
  });
});

const rulesFor = (id: string) =>
  resourcesOf(template, 'AWS::Events::Rule')
    .map(([, rule]) => rule.Properties)
    .filter(({ Targets }) => JSON.stringify(Targets).includes(`"Fn::GetAtt":["${id}","Arn"]`));

describe('the first account', () => {
  test('is a resource of the stack, made by its function, and outlives the stack with the tables', () => {
    expect(resource(template, 'FirstAccountResource')).toMatchObject({
      Type: 'Custom::WeirFirstAccount',
      Properties: { ServiceToken: { 'Fn::GetAtt': ['FirstAccount', 'Arn'] }, ServiceTimeout: '90' },
      DeletionPolicy: 'Retain',
    });
  });
});
