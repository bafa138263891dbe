/**
 * CDK's own switches. They live here and not in `cdk.json` because only the CLI reads that file: this way a template
 * synthesised by plain `node` (the local host, the tests) is the one that the CLI deploys.
 */
export const SYNTHESIS_CONTEXT = {
  /** A template that CloudFormation's schemas would refuse fails here instead. */
  '@aws-cdk/core:validateAgainstDefaultRules': true,
  '@aws-cdk/core:checkSecretUsage': true,
  '@aws-cdk/aws-iam:minimizePolicies': true,
  '@aws-cdk/aws-apigateway:logGroupDestinationArnWithoutWildcard': true,
  /** The local host names a construct's path when it cannot run it, and finds the bundles by asset path. */
  'aws:cdk:enable-path-metadata': true,
  'aws:cdk:enable-asset-metadata': true,
} as const;
