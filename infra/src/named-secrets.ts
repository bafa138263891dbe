import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';

/** Below which names of Secrets Manager an operator keeps the keys that a gateway only names. */
const PREFIX = 'weir/';

/** Reading the operator's own secrets by name. Those under a key of the operator's need that key's leave besides. */
export function permitToReadNamedSecrets(stack: Stack): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['secretsmanager:GetSecretValue'],
    resources: [
      stack.formatArn({
        service: 'secretsmanager',
        resource: 'secret',
        resourceName: `${PREFIX}*`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    ],
  });
}

/** Says in cdk-nag's words why the role's permission ends in a star. */
export function explainNamedSecrets(role: iam.Role): void {
  const { partition, region, account } = Stack.of(role);
  const [inPartition, inRegion, inAccount] = [partition, region, account].map((token) =>
    Stack.of(role).resolve(token),
  );
  const name = (token: unknown) =>
    typeof token === 'object' && token !== null && 'Ref' in token ? `<${token.Ref}>` : String(token);
  Validations.of(role).acknowledge({
    id: `AwsSolutions-IAM5[Resource::arn:${name(inPartition)}:secretsmanager:${name(inRegion)}:${name(inAccount)}:secret:${PREFIX}*]`,
    reason:
      'The operator makes these secrets after the deployment, and Secrets Manager ends their ARNs in random letters.',
  });
}
