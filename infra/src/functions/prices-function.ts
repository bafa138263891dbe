import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { DeploymentSettings } from '../deployment-settings.ts';
import type { Stores } from './stores.ts';
import { WeirFunction } from './weir-function.ts';

interface PricesFunctionProps {
  readonly settings: DeploymentSettings;
  readonly stores: Stores;
}

/** Fetches prices once a day, and writes nothing but price books. Without it the shipped book counts. */
export class PricesFunction extends WeirFunction {
  /** The source is gone, or has prices that are refused: those that are known go on counting. */
  readonly failing: cloudwatch.Alarm;

  constructor(scope: Construct, id: string, { settings, stores }: PricesFunctionProps) {
    super(scope, id, {
      name: 'prices',
      description: 'Weir: fetches the prices of models',
      bundleRoot: settings.bundleRoot,
      dataKey: stores.dataKey,
      memoryMiB: 256,
      timeout: Duration.minutes(1),
      environment: {
        WEIR_CONFIG_TABLE: stores.tables.config.tableName,
        WEIR_PRICE_SOURCE: settings.priceSource,
      },
      permissions: pricesPermissions(stores),
    });
    new events.Rule(this, 'Daily', {
      description: 'Weir: fetches the prices of models',
      schedule: events.Schedule.rate(Duration.days(1)),
      // The next round is the retry.
      targets: [new targets.LambdaFunction(this.function, { retryAttempts: 0 })],
    });
    this.failing = this.function
      .metricErrors({ period: Duration.days(1), statistic: 'Sum' })
      .createAlarm(this, 'Failing', {
        alarmDescription: 'Prices could not be refreshed: costs are computed from those known before.',
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      });
  }
}

function pricesPermissions({ dataKey, tables }: Stores): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      actions: ['dynamodb:BatchGetItem', 'dynamodb:PutItem'],
      resources: [tables.config.tableArn],
      conditions: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['PRICES', 'PRICES#*'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    }),
    dataKey.permit('table items'),
  ];
}
