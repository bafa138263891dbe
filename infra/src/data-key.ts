import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { fixLogicalId } from './stable-ids.ts';

const UNWRAP = 'kms:Decrypt';
const WRAP = 'kms:GenerateDataKey';

/** The list that DynamoDB's and CloudWatch Logs' guides ask for, without their wildcards. */
const EVERYTHING = [UNWRAP, WRAP, 'kms:DescribeKey', 'kms:Encrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'];

/** What the services do with the key in the name of whoever calls them. */
const KEY_USES = {
  'table items': { service: 'dynamodb', actions: EVERYTHING },
  'read objects': { service: 's3', actions: [UNWRAP] },
  'write objects': { service: 's3', actions: [WRAP] },
  'send messages': { service: 'sqs', actions: [UNWRAP, WRAP] },
  'receive messages': { service: 'sqs', actions: [UNWRAP] },
  'read secrets': { service: 'secretsmanager', actions: [UNWRAP] },
  'write secrets': { service: 'secretsmanager', actions: [UNWRAP, WRAP] },
} as const;

/** The one key under which everything at rest lies: tables, queues, bucket, secrets and logs. It rotates every year. */
export class DataKey extends Construct {
  readonly key: kms.Key;

  constructor(scope: Construct, id: string, props: { readonly deletionProtection: boolean }) {
    super(scope, id);
    this.key = new kms.Key(this, 'Key', {
      description: 'Weir: tables, records, bodies, secrets and logs',
      enableKeyRotation: true,
      removalPolicy: props.deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    fixLogicalId(this.key, 'DataKey');
    this.#letCloudWatchLogsUseIt();
  }

  /**
   * What a role needs so that a service may use the key in its name. Bound to that service: with this right alone
   * nobody can decrypt anything by hand.
   */
  permit(use: keyof typeof KEY_USES): iam.PolicyStatement {
    const { service, actions } = KEY_USES[use];
    return new iam.PolicyStatement({
      actions: [...actions],
      resources: [this.key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `${service}.${Stack.of(this).region}.amazonaws.com` } },
    });
  }

  /**
   * Log groups are encrypted by CloudWatch Logs itself, not by a role of ours. They hold the last copy of a record that
   * neither queue nor bucket would take, so they deserve the same key as the records.
   */
  #letCloudWatchLogsUseIt(): void {
    const stack = Stack.of(this);
    this.key.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
        actions: EVERYTHING,
        // A key policy's resource is the key itself; there is nothing narrower to name.
        resources: ['*'],
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': stack.formatArn({
              service: 'logs',
              resource: 'log-group',
              resourceName: '*',
              arnFormat: ArnFormat.COLON_RESOURCE_NAME,
            }),
          },
        },
      }),
    );
  }
}
