import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { DeploymentSettings } from '../deployment-settings.ts';
import { fixLogicalId } from '../stable-ids.ts';
import type { Stores } from './stores.ts';
import { WeirFunction } from './weir-function.ts';

interface FirstAccountProps {
  readonly settings: DeploymentSettings;
  readonly stores: Stores;
}

const TIMEOUT = Duration.minutes(1);

/**
 * Makes the first account and its token while the stack is deployed. The function is the custom resource's own: it
 * answers CloudFormation itself, so nothing but our code ever holds the token.
 */
export class FirstAccount extends WeirFunction {
  constructor(scope: Construct, id: string, { settings, stores }: FirstAccountProps) {
    super(scope, id, {
      name: 'first-account',
      description: 'Weir: makes the first account and its token',
      bundleRoot: settings.bundleRoot,
      dataKey: stores.dataKey,
      memoryMiB: 256,
      timeout: TIMEOUT,
      environment: {
        WEIR_CONFIG_TABLE: stores.tables.config.tableName,
        WEIR_FIRST_TOKEN_SECRET: stores.secrets.firstToken.secretArn,
      },
      permissions: firstAccountPermissions(stores),
    });
    const account = new CustomResource(this, 'Account', {
      resourceType: 'Custom::WeirFirstAccount',
      serviceToken: this.function.functionArn,
      // CloudFormation would wait an hour for a function that died without an answer.
      serviceTimeout: TIMEOUT.plus(Duration.seconds(30)),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    fixLogicalId(account, 'FirstAccountResource');
  }
}

function firstAccountPermissions({ dataKey, tables, secrets }: Stores): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      actions: ['dynamodb:BatchGetItem', 'dynamodb:PutItem'],
      resources: [tables.config.tableArn],
      conditions: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['A#*', 'T#*'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    }),
    dataKey.permit('table items'),
    new iam.PolicyStatement({
      actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
      resources: [secrets.firstToken.secretArn],
    }),
    dataKey.permit('write secrets'),
  ];
}
