import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { explainModels, permitToRunModels } from '../bedrock-role.ts';
import type { DeploymentSettings } from '../deployment-settings.ts';
import { explainNamedSecrets, permitToReadNamedSecrets } from '../named-secrets.ts';
import type { Stores } from './stores.ts';
import { WeirFunction } from './weir-function.ts';

interface InferenceFunctionProps {
  readonly name: 'provider' | 'unified';
  readonly description: string;
  readonly settings: DeploymentSettings;
  readonly stores: Stores;
}

/** As long as API Gateway streams an answer and Lambda runs a function. */
export const INFERENCE_TIMEOUT = Duration.minutes(15);

/** The data plane: it reads configuration, calls providers and hands over records. It cannot read a record back. */
export class InferenceFunction extends WeirFunction {
  constructor(scope: Construct, id: string, { name, description, settings, stores }: InferenceFunctionProps) {
    super(scope, id, {
      name,
      description,
      bundleRoot: settings.bundleRoot,
      dataKey: stores.dataKey,
      memoryMiB: 1024,
      timeout: INFERENCE_TIMEOUT,
      environment: {
        WEIR_CONFIG_TABLE: stores.tables.config.tableName,
        WEIR_CACHE_TABLE: stores.tables.cache.tableName,
        WEIR_STATE_TABLE: stores.tables.state.tableName,
        WEIR_RECORDS_QUEUE_URL: stores.records.queue.queueUrl,
        WEIR_BUCKET: stores.objects.bucket.bucketName,
        WEIR_PLATFORM_SECRET: stores.secrets.platformKeys.secretArn,
        WEIR_PROVIDER_BASE_URLS: JSON.stringify(settings.providerBaseUrls),
        WEIR_PRIVATE_ENDPOINTS: JSON.stringify(settings.privateEndpoints),
        WEIR_UNIFIED_BILLING: settings.unifiedBilling,
        WEIR_UPSTREAM_TIMEOUT_MS: String(settings.upstreamTimeoutMs),
        ...(settings.bedrockRole ? { WEIR_BEDROCK_ROLE_REGION: Stack.of(scope).region } : {}),
      },
      permissions: [
        ...inferencePermissions(stores),
        permitToReadNamedSecrets(Stack.of(scope)),
        ...(settings.bedrockRole ? [permitToRunModels(Stack.of(scope))] : []),
      ],
    });
    if (settings.bedrockRole) explainModels(this.role);
    stores.objects.explainPrefixes(this.role, 'cache', 'handoff', 'spill');
    explainNamedSecrets(this.role);
  }
}

function inferencePermissions({
  dataKey,
  tables,
  records,
  objects,
  secrets,
  providerKeysKey,
}: Stores): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      actions: ['dynamodb:BatchGetItem'],
      resources: [tables.config.tableArn],
    }),
    // The one thing that the data plane may write: an account's `default` gateway, at its first request.
    new iam.PolicyStatement({
      actions: ['dynamodb:PutItem'],
      resources: [tables.config.tableArn],
      conditions: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['G#*#default'] },
        // "For all values" also holds when there is none.
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    }),
    // Counts of rate limits, circuits, and the ledger: buckets, where they are listed, prepaid credits.
    new iam.PolicyStatement({
      actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
      resources: [tables.state.tableArn],
      conditions: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['B#*', 'C#*', 'I#*', 'P#*', 'R#*'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    }),
    // Cached answers and the leases of those who fetch them.
    new iam.PolicyStatement({
      actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
      resources: [tables.cache.tableArn],
    }),
    dataKey.permit('table items'),
    new iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: [records.queue.queueArn] }),
    dataKey.permit('send messages'),
    new iam.PolicyStatement({
      actions: ['s3:PutObject'],
      resources: [objects.under('handoff'), objects.under('spill')],
    }),
    new iam.PolicyStatement({
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: [objects.under('cache')],
    }),
    dataKey.permit('write objects'),
    dataKey.permit('read objects'),
    new iam.PolicyStatement({
      actions: ['secretsmanager:GetSecretValue'],
      resources: [secrets.platformKeys.secretArn],
    }),
    dataKey.permit('read secrets'),
    providerKeysKey.permitToOpen(),
  ];
}
