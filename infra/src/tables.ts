import { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { DataKey } from './data-key.ts';
import { fixLogicalId } from './stable-ids.ts';

interface TablesProps {
  readonly dataKey: DataKey;
  readonly deletionProtection: boolean;
}

const text = (name: string): dynamodb.Attribute => ({ name, type: dynamodb.AttributeType.STRING });

/**
 * All that the gateway remembers. `AWS::DynamoDB::Table` rather than `GlobalTable`: one region is what the gateway is
 * made for, and a global table with our own key would tie the template to a region at synthesis.
 */
export class Tables extends Construct {
  /** Accounts, tokens and gateway snapshots; lists of an account go through the index. */
  readonly config: dynamodb.Table;
  static readonly byAccount = 'by-account';
  /** Counters, reservations, balances and leases. */
  readonly state: dynamodb.Table;
  /** Cached answers. */
  readonly cache: dynamodb.Table;
  /** Records, small bodies, feedback and totals. */
  readonly logs: dynamodb.Table;

  constructor(scope: Construct, id: string, props: TablesProps) {
    super(scope, id);
    this.config = this.#table('ConfigTable', ['pk', 'sk'], props);
    this.config.addGlobalSecondaryIndex({
      indexName: Tables.byAccount,
      partitionKey: text('account_pk'),
      sortKey: text('account_sk'),
      projectionType: dynamodb.ProjectionType.ALL,
    });
    this.state = this.#table('StateTable', ['pk', 'sk'], props);
    this.cache = this.#table('CacheTable', ['pk'], props);
    this.logs = this.#table('LogsTable', ['pk', 'sk'], props);
  }

  #table(
    name: string,
    [partition, sort]: ['pk', 'sk'] | ['pk'],
    { dataKey, deletionProtection }: TablesProps,
  ): dynamodb.Table {
    const table = new dynamodb.Table(this, name, {
      partitionKey: text(partition),
      ...(sort ? { sortKey: text(sort) } : {}),
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: dataKey.key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'ttl',
      deletionProtection,
      removalPolicy: deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    fixLogicalId(table, name);
    return table;
  }
}
