import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { DeploymentSettings } from '../deployment-settings.ts';
import type { Stores } from './stores.ts';
import { WeirFunction } from './weir-function.ts';

interface SweeperProps {
  readonly settings: DeploymentSettings;
  readonly stores: Stores;
}

/** Settles what processes that died have reserved, every minute. */
export class Sweeper extends WeirFunction {
  /** Sweeps keep failing: money stays reserved that nobody spends. */
  readonly failing: cloudwatch.Alarm;

  constructor(scope: Construct, id: string, { settings, stores }: SweeperProps) {
    super(scope, id, {
      name: 'sweeper',
      description: 'Weir: settles what interrupted requests have reserved',
      bundleRoot: settings.bundleRoot,
      dataKey: stores.dataKey,
      memoryMiB: 256,
      timeout: Duration.minutes(1),
      environment: {
        WEIR_STATE_TABLE: stores.tables.state.tableName,
        WEIR_LOGS_TABLE: stores.tables.logs.tableName,
      },
      permissions: sweeperPermissions(stores),
    });
    new events.Rule(this, 'SweepLedger', {
      description: 'Weir: settles what interrupted requests have reserved',
      schedule: events.Schedule.rate(Duration.minutes(1)),
      // The next round is the retry.
      targets: [new targets.LambdaFunction(this.function, { retryAttempts: 0 })],
    });
    this.failing = this.function
      .metricErrors({ period: Duration.minutes(5), statistic: 'Sum' })
      .createAlarm(this, 'Failing', {
        alarmDescription:
          'The sweeper keeps failing: what interrupted requests have reserved stays reserved.',
        threshold: 1,
        evaluationPeriods: 3,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      });
  }
}

function sweeperPermissions({ dataKey, tables }: Stores): iam.PolicyStatement[] {
  return [
    // Buckets of money, where they are listed, and prepaid credits.
    new iam.PolicyStatement({
      actions: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      resources: [tables.state.tableArn],
      conditions: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['B#*', 'I#*', 'P#*'] },
        // "For all values" also holds when there is none.
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    }),
    // The records of interrupted requests: it reads them, and writes those that are missing.
    new iam.PolicyStatement({
      actions: ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      resources: [tables.logs.tableArn],
    }),
    dataKey.permit('table items'),
  ];
}
