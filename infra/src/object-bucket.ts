import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { DataKey } from './data-key.ts';
import { fixLogicalId } from './stable-ids.ts';

export type ObjectPrefix = 'bodies' | 'cache' | 'handoff' | 'spill';

const LOGICAL_ID = 'ObjectBucket';

interface ObjectBucketProps {
  readonly dataKey: DataKey;
  readonly deletionProtection: boolean;
}

/**
 * Where things lie that are too large for a table or a message:
 * - `bodies/`: stored bodies of records;
 * - `cache/`: cached answers that a table item cannot hold;
 * - `handoff/`: records too large for a message, deleted by the consumer;
 * - `spill/`: records that the queue refused, drained by the consumer.
 */
export class ObjectBucket extends Construct {
  readonly bucket: s3.Bucket;

  constructor(scope: Construct, id: string, { dataKey, deletionProtection }: ObjectBucketProps) {
    super(scope, id);
    this.bucket = new s3.Bucket(this, 'Bucket', {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: dataKey.key,
      bucketKeyEnabled: true,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy: deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      lifecycleRules: [
        { id: 'abandoned-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
        // An answer is cached for 30 days at most; purged and replaced ones are left behind, too.
        { id: 'old-answers', prefix: 'cache/', expiration: Duration.days(31) },
        // Both prefixes are emptied by the consumer within minutes; the rules only remove what was left behind.
        // A pointer can live for 14 days in the queue and, redriven, 14 more.
        { id: 'left-handoffs', prefix: 'handoff/', expiration: Duration.days(30) },
        // Nothing points at a spilled record, so it waits far longer for someone to repair what keeps it here.
        { id: 'left-spills', prefix: 'spill/', expiration: Duration.days(90) },
      ],
    });
    fixLogicalId(this.bucket, LOGICAL_ID);
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Server access logs are delivered at best effort and their target cannot use our key. Who read which body is ' +
        "audited with the account's CloudTrail data events, which have neither weakness.",
    });
  }

  /** The objects under a prefix, as the resource of a permission. */
  under(prefix: ObjectPrefix): string {
    return this.bucket.arnForObjects(`${prefix}/*`);
  }

  /**
   * Listing keys. Whoever reads objects needs it, too: without it S3 answers "access denied" for an object that is not
   * there, which would look like a store that is down. A condition on the prefix does not hold for that check.
   */
  permitToList(): iam.PolicyStatement {
    return new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] });
  }

  /** Says in cdk-nag's words why a role's permissions end in a star. */
  explainPrefixes(role: iam.Role, ...prefixes: readonly ObjectPrefix[]): void {
    for (const prefix of prefixes) {
      Validations.of(role).acknowledge({
        id: `AwsSolutions-IAM5[Resource::<${LOGICAL_ID}.Arn>/${prefix}/*]`,
        reason: 'Object keys are made at run time; the prefix is the narrowest resource that S3 can name.',
      });
    }
  }
}
