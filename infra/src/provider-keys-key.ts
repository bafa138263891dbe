import { RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { fixLogicalId } from './stable-ids.ts';

/** What every use of the key must be bound to, and to nothing else. */
const BOUND_TO = ['account', 'gateway', 'provider'] as const;

/**
 * The master key of stored provider keys, apart from the key of everything else at rest: management may make data keys
 * under it and inference may open them, so neither the tables nor the function that writes them can show a provider's key.
 */
export class ProviderKeysKey extends Construct {
  readonly key: kms.Key;

  constructor(scope: Construct, id: string, props: { readonly deletionProtection: boolean }) {
    super(scope, id);
    this.key = new kms.Key(this, 'Key', {
      description: 'Weir: the provider keys that gateways store',
      enableKeyRotation: true,
      removalPolicy: props.deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    fixLogicalId(this.key, 'ProviderKeysKey');
  }

  /** Sealing: new data keys, and no way to open one. */
  permitToSeal(): iam.PolicyStatement {
    return this.#permit('kms:GenerateDataKey');
  }

  /** Opening what was sealed for the account, gateway and provider that the caller names. */
  permitToOpen(): iam.PolicyStatement {
    return this.#permit('kms:Decrypt');
  }

  #permit(action: string): iam.PolicyStatement {
    return new iam.PolicyStatement({
      actions: [action],
      resources: [this.key.keyArn],
      conditions: {
        // No other than these …
        'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': [...BOUND_TO] },
        // … and each of them.
        Null: Object.fromEntries(BOUND_TO.map((name) => [`kms:EncryptionContext:${name}`, 'false'])),
      },
    });
  }
}
