import { RemovalPolicy, SecretValue, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { DataKey } from './data-key.ts';
import { fixLogicalId } from './stable-ids.ts';

interface SecretsProps {
  readonly dataKey: DataKey;
  readonly deletionProtection: boolean;
}

/** Both begin as `{}`. CloudFormation never writes them again, so a deployment keeps what was put into them. */
const EMPTY = SecretValue.unsafePlainText('{}');

export class Secrets extends Construct {
  /** The operator's own provider keys: `{"<provider slug>": "<key>"}`. */
  readonly platformKeys: Secret;
  /** The first account and its token: `{"account_id", "api_token"}`, written once by the deployment. */
  readonly firstToken: Secret;

  constructor(scope: Construct, id: string, { dataKey, deletionProtection }: SecretsProps) {
    super(scope, id);
    const secret = (name: string, description: string, whyNoRotation: string): Secret => {
      const made = new Secret(this, name, {
        description,
        encryptionKey: dataKey.key,
        secretStringValue: EMPTY,
        removalPolicy: deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      });
      fixLogicalId(made, name);
      Validations.of(made).acknowledge({ id: 'AwsSolutions-SMG4', reason: whyNoRotation });
      return made;
    };
    this.platformKeys = secret(
      'PlatformKeysSecret',
      'Weir: provider keys of the operator, {"<provider slug>": "<key>"}',
      'Providers issue these keys and have no API that could rotate them; the operator replaces them.',
    );
    this.firstToken = secret(
      'FirstTokenSecret',
      'Weir: the first account and its API token, {"account_id", "api_token"}',
      'It hands over the first token once. Tokens are rolled by their owner through the token API.',
    );
  }
}
