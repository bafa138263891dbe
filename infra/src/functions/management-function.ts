import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { DeploymentSettings } from '../deployment-settings.ts';
import { Tables } from '../tables.ts';
import type { Stores } from './stores.ts';
import { WeirFunction } from './weir-function.ts';

interface ManagementFunctionProps {
  readonly settings: DeploymentSettings;
  readonly stores: Stores;
}

/** The longest that API Gateway waits for a buffered answer. */
export const MANAGEMENT_TIMEOUT = Duration.seconds(29);

/** The control plane: gateways, tokens and logs. It stores provider keys and cannot read one back, and sends nothing to a provider. */
export class ManagementFunction extends WeirFunction {
  constructor(scope: Construct, id: string, { settings, stores }: ManagementFunctionProps) {
    super(scope, id, {
      name: 'management',
      description: 'Weir: gateways, tokens and logs',
      bundleRoot: settings.bundleRoot,
      dataKey: stores.dataKey,
      memoryMiB: 512,
      timeout: MANAGEMENT_TIMEOUT,
      environment: {
        WEIR_CONFIG_TABLE: stores.tables.config.tableName,
        WEIR_CACHE_TABLE: stores.tables.cache.tableName,
        WEIR_STATE_TABLE: stores.tables.state.tableName,
        WEIR_LOGS_TABLE: stores.tables.logs.tableName,
        WEIR_BUCKET: stores.objects.bucket.bucketName,
        WEIR_PRIVATE_ENDPOINTS: JSON.stringify(settings.privateEndpoints),
        WEIR_PROVIDER_KEYS_KEY: stores.providerKeysKey.key.keyArn,
      },
      permissions: managementPermissions(stores),
    });
    stores.objects.explainPrefixes(this.role, 'bodies', 'cache');
  }
}

function managementPermissions({ dataKey, tables, objects, providerKeysKey }: Stores): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      actions: ['dynamodb:BatchGetItem', 'dynamodb:DeleteItem', 'dynamodb:PutItem'],
      resources: [tables.config.tableArn],
    }),
    // What an account holds is changed beside what it is.
    new iam.PolicyStatement({
      actions: ['dynamodb:UpdateItem'],
      resources: [tables.config.tableArn],
      conditions: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['A#*'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    }),
    // Versions and deployments of a gateway's routes stand beside it.
    new iam.PolicyStatement({
      actions: ['dynamodb:Query'],
      resources: [tables.config.tableArn],
      conditions: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['G#*'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    }),
    new iam.PolicyStatement({
      actions: ['dynamodb:Query'],
      resources: [`${tables.config.tableArn}/index/${Tables.byAccount}`],
    }),
    new iam.PolicyStatement({
      actions: [
        'dynamodb:BatchGetItem',
        'dynamodb:BatchWriteItem',
        'dynamodb:DeleteItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      resources: [tables.logs.tableArn],
    }),
    new iam.PolicyStatement({
      actions: ['dynamodb:Query'],
      resources: [tables.state.tableArn],
      conditions: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['C#*'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    }),
    // What is counted on the way through a route.
    new iam.PolicyStatement({
      actions: ['dynamodb:GetItem'],
      resources: [tables.state.tableArn],
      conditions: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['R#*'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    }),
    // What budgets hold; prepaid credits, their entries, and top-ups.
    new iam.PolicyStatement({
      actions: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      resources: [tables.state.tableArn],
      conditions: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['B#*', 'I#*', 'P#*'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    }),
    // One cached answer can be purged.
    new iam.PolicyStatement({ actions: ['dynamodb:UpdateItem'], resources: [tables.cache.tableArn] }),
    dataKey.permit('table items'),
    new iam.PolicyStatement({
      actions: ['s3:DeleteObject', 's3:GetObject'],
      resources: [objects.under('bodies')],
    }),
    new iam.PolicyStatement({ actions: ['s3:DeleteObject'], resources: [objects.under('cache')] }),
    objects.permitToList(),
    dataKey.permit('read objects'),
    providerKeysKey.permitToSeal(),
  ];
}
