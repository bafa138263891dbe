import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { DataKey } from './data-key.ts';
import { fixLogicalId } from './stable-ids.ts';

interface RecordsQueueProps {
  readonly dataKey: DataKey;
  /** How long the consumer may work on a batch: a message stays hidden for longer than that. */
  readonly consumerTimeout: Duration;
}

/** The longest that SQS keeps a message. */
const RETENTION = Duration.days(14);

/**
 * A message that the consumer fails comes back after the visibility time, so this many attempts bridge half an hour in
 * which the store is down before records go to the dead-letter queue.
 */
const ATTEMPTS = 12;

/** Finished records on their way to the log plane, and the place for those that it could not store. */
export class RecordsQueue extends Construct {
  readonly queue: sqs.Queue;
  /** Records wait in the dead-letter queue: someone must look and redrive them within 14 days. */
  readonly unstoredRecords: cloudwatch.Alarm;

  constructor(scope: Construct, id: string, { dataKey, consumerTimeout }: RecordsQueueProps) {
    super(scope, id);
    const common = {
      encryption: sqs.QueueEncryption.KMS,
      encryptionMasterKey: dataKey.key,
      enforceSSL: true,
      retentionPeriod: RETENTION,
    };
    const deadLetters = new sqs.Queue(this, 'DeadLetters', common);
    fixLogicalId(deadLetters, 'RecordsDeadLetterQueue');

    this.queue = new sqs.Queue(this, 'Queue', {
      ...common,
      // Barely longer than the consumer's timeout. The usual advice of six times covers throttled invocations; the
      // mapping's own concurrency limit rules those out, and a record that failed should not wait twelve minutes.
      visibilityTimeout: consumerTimeout.plus(Duration.seconds(30)),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: ATTEMPTS },
    });
    fixLogicalId(this.queue, 'RecordsQueue');

    this.unstoredRecords = deadLetters
      .metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1), statistic: 'Maximum' })
      .createAlarm(this, 'UnstoredRecords', {
        alarmDescription:
          'Records that could not be stored wait in the dead-letter queue. Redrive them within 14 days.',
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      });
  }
}
