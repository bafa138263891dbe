import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { DeploymentSettings } from '../deployment-settings.ts';
import type { Stores } from './stores.ts';
import { WeirFunction } from './weir-function.ts';

interface LogConsumerProps {
  readonly settings: DeploymentSettings;
  readonly stores: Stores;
}

export const LOG_CONSUMER_TIMEOUT = Duration.minutes(2);

/** The log plane: stores records from the queue, and every five minutes those that spilled into the bucket; counts totals. */
export class LogConsumer extends WeirFunction {
  /** Batches or drains fail as a whole: records wait, and spilled ones have nothing else that would tell. */
  readonly failing: cloudwatch.Alarm;

  constructor(scope: Construct, id: string, { settings, stores }: LogConsumerProps) {
    super(scope, id, {
      name: 'log-consumer',
      description: 'Weir: stores finished records',
      bundleRoot: settings.bundleRoot,
      dataKey: stores.dataKey,
      memoryMiB: 512,
      timeout: LOG_CONSUMER_TIMEOUT,
      environment: {
        WEIR_LOGS_TABLE: stores.tables.logs.tableName,
        WEIR_BUCKET: stores.objects.bucket.bucketName,
      },
      permissions: logConsumerPermissions(stores),
    });
    stores.objects.explainPrefixes(this.role, 'bodies', 'handoff', 'spill');

    new lambda.EventSourceMapping(this, 'Records', {
      target: this.function,
      eventSourceArn: stores.records.queue.queueArn,
      // Ten, without a window: under load batches fill by themselves (one poll brings ten), and a quiet gateway's record
      // can be read a moment after its answer. A window would save invocations that cost less than the writes in them.
      batchSize: 10,
      reportBatchItemFailures: true,
      // A burst must not take the concurrency that inference needs.
      maxConcurrency: 20,
    });
    new events.Rule(this, 'DrainSpill', {
      description: 'Weir: stores the records that the queue refused, counts totals, removes what is deleted',
      schedule: events.Schedule.rate(Duration.minutes(5)),
      // The next round is the retry.
      targets: [new targets.LambdaFunction(this.function, { retryAttempts: 0 })],
    });

    this.failing = this.function
      .metricErrors({ period: Duration.minutes(5), statistic: 'Sum' })
      .createAlarm(this, 'Failing', {
        alarmDescription: 'The log consumer keeps failing: records wait in the queue or in the spill prefix.',
        threshold: 1,
        evaluationPeriods: 3,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      });
  }
}

function logConsumerPermissions({ dataKey, tables, records, objects }: Stores): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
      resources: [records.queue.queueArn],
    }),
    dataKey.permit('receive messages'),
    new iam.PolicyStatement({
      actions: [
        'dynamodb:BatchGetItem',
        'dynamodb:BatchWriteItem',
        'dynamodb:DeleteItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      resources: [tables.logs.tableArn],
    }),
    dataKey.permit('table items'),
    new iam.PolicyStatement({
      actions: ['s3:DeleteObject', 's3:PutObject'],
      resources: [objects.under('bodies')],
    }),
    new iam.PolicyStatement({
      actions: ['s3:DeleteObject', 's3:GetObject'],
      resources: [objects.under('handoff'), objects.under('spill')],
    }),
    objects.permitToList(),
    dataKey.permit('read objects'),
    dataKey.permit('write objects'),
  ];
}
