import { Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';

/** Any model, by itself or through an inference profile. Profiles call models of other regions, so none is left out. */
const resourcesIn = (partition: string, account: string) => [
  `arn:${partition}:bedrock:*::foundation-model/*`,
  `arn:${partition}:bedrock:*:${account}:inference-profile/*`,
  `arn:${partition}:bedrock:*:${account}:application-inference-profile/*`,
];

/** Running models as the function itself, without any key. Which models are open is Bedrock's own setting, model access. */
export function permitToRunModels({ partition, account }: Stack): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'],
    resources: resourcesIn(partition, account),
  });
}

/** Says in cdk-nag's words why the role's permission holds stars. */
export function explainModels(role: iam.Role): void {
  const stack = Stack.of(role);
  const [partition, account] = [stack.partition, stack.account].map((token) => {
    const resolved: unknown = stack.resolve(token);
    return typeof resolved === 'object' && resolved !== null && 'Ref' in resolved
      ? `<${resolved.Ref}>`
      : String(resolved);
  });
  for (const resource of resourcesIn(partition ?? '', account ?? '')) {
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${resource}]`,
      reason:
        'The operator allows every model that the account has access to; callers name the model and its region.',
    });
  }
}
