import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { fixLogicalId } from './stable-ids.ts';

type EncryptingService = 'dynamodb' | 's3' | 'secretsmanager' | 'sqs';

const UNWRAP = ['kms:Decrypt'];
const WRAP = ['kms:GenerateDataKey'];

/**
 * What each service does with the key in the name of whoever calls it. DynamoDB's list is the one its guide asks for
 * with a customer-managed key; the others are one call per direction (SQS and Secrets Manager reread what they wrote).
 */
const KEY_ACTIONS: Readonly<
  Record<EncryptingService, Readonly<Record<'read' | 'write', readonly string[]>>>
> = {
  dynamodb: {
    read: [...UNWRAP, 'kms:DescribeKey'],
    write: [...UNWRAP, ...WRAP, 'kms:DescribeKey', 'kms:Encrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
  },
  s3: { read: UNWRAP, write: WRAP },
  secretsmanager: { read: UNWRAP, write: [...UNWRAP, ...WRAP] },
  sqs: { read: UNWRAP, write: [...UNWRAP, ...WRAP] },
};

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
   * What a role needs so that `service` may use the key in its name. Bound to that service: with this right alone
   * nobody can decrypt anything by hand.
   */
  useThrough(service: EncryptingService, direction: 'read' | 'write'): iam.PolicyStatement {
    return new iam.PolicyStatement({
      actions: [...KEY_ACTIONS[service][direction]],
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
        actions: [
          ...UNWRAP,
          ...WRAP,
          'kms:DescribeKey',
          'kms:Encrypt',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
        ],
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
