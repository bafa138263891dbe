import { CfnOutput, Stack } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { DataKey } from './data-key.ts';
import type { DeploymentSettings } from './deployment-settings.ts';
import { FirstAccount } from './functions/first-account.ts';
import { InferenceFunction } from './functions/inference-function.ts';
import { LOG_CONSUMER_TIMEOUT, LogConsumer } from './functions/log-consumer.ts';
import { ManagementFunction } from './functions/management-function.ts';
import { PricesFunction } from './functions/prices-function.ts';
import type { Stores } from './functions/stores.ts';
import { Sweeper } from './functions/sweeper.ts';
import { GatewayApi } from './gateway-api.ts';
import { ObjectBucket } from './object-bucket.ts';
import { ProviderKeysKey } from './provider-keys-key.ts';
import { RecordsQueue } from './records-queue.ts';
import { Secrets } from './secrets.ts';
import { Tables } from './tables.ts';

/** The whole system. One stack: its parts are deployed, rolled back and run locally together. */
export class WeirStack extends Stack {
  constructor(scope: Construct, id: string, settings: DeploymentSettings) {
    super(scope, id, {
      description: 'Weir, an AI gateway',
      ...(settings.region ? { env: { region: settings.region } } : {}),
    });
    const { deletionProtection } = settings;
    const dataKey = new DataKey(this, 'DataKey', { deletionProtection });
    const stores: Stores = {
      dataKey,
      providerKeysKey: new ProviderKeysKey(this, 'ProviderKeysKey', { deletionProtection }),
      tables: new Tables(this, 'Tables', { dataKey, deletionProtection }),
      records: new RecordsQueue(this, 'Records', { dataKey, consumerTimeout: LOG_CONSUMER_TIMEOUT }),
      objects: new ObjectBucket(this, 'Objects', { dataKey, deletionProtection }),
      secrets: new Secrets(this, 'Secrets', { dataKey, deletionProtection }),
    };

    const unified = new InferenceFunction(this, 'Unified', {
      name: 'unified',
      description: 'Weir: one request format for every provider',
      settings,
      stores,
    });
    const provider = new InferenceFunction(this, 'Provider', {
      name: 'provider',
      description: 'Weir: each provider’s own API',
      settings,
      stores,
    });
    const management = new ManagementFunction(this, 'Management', { settings, stores });
    const logConsumer = new LogConsumer(this, 'LogConsumer', { settings, stores });
    const sweeper = new Sweeper(this, 'Sweeper', { settings, stores });
    new FirstAccount(this, 'FirstAccount', { settings, stores });
    const prices =
      settings.priceSource === '' ? [] : [new PricesFunction(this, 'Prices', { settings, stores })];

    const api = new GatewayApi(this, 'Api', {
      dataKey,
      ownsLogRole: settings.apiGatewayLogRole,
      functions: {
        unified: unified.function,
        provider: provider.function,
        management: management.function,
      },
    });
    this.#notify(settings.alarmTopicArn, [
      stores.records.unstoredRecords,
      logConsumer.failing,
      sweeper.failing,
      ...prices.map(({ failing }) => failing),
    ]);
    this.#output('BaseUrl', 'What a client’s base URL begins with', api.baseUrl);
    this.#output(
      'FirstTokenSecretArn',
      'Holds {"account_id", "api_token"}',
      stores.secrets.firstToken.secretArn,
    );
    this.#output(
      'PlatformKeysSecretArn',
      'Put {"<provider slug>": "<key>"} here',
      stores.secrets.platformKeys.secretArn,
    );
  }

  #notify(topicArn: string | undefined, alarms: readonly cloudwatch.Alarm[]): void {
    if (topicArn === undefined) return;
    const action = new actions.SnsAction(sns.Topic.fromTopicArn(this, 'AlarmTopic', topicArn));
    for (const alarm of alarms) alarm.addAlarmAction(action);
  }

  #output(name: string, description: string, value: string): void {
    new CfnOutput(this, name, { description, value });
  }
}
