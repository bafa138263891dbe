import { arn } from './names.ts';
import type { Plugin } from './plugin.ts';

/**
 * What describes permissions, observation or deployment and changes no answer on this machine. Anything that is neither
 * here nor in a plugin stops the start.
 */
const SKIPPED: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::Account': 'the role by which API Gateway writes logs',
  'AWS::ApiGateway::Deployment': 'the template is what is deployed',
  'AWS::CDK::Metadata': 'usage statistics',
  'AWS::CloudWatch::Alarm': 'nobody is called',
  'AWS::CloudWatch::Dashboard': 'there are no metrics',
  'AWS::DynamoDB::ResourcePolicy': 'IAM is not evaluated',
  'AWS::IAM::ManagedPolicy': 'IAM is not evaluated',
  'AWS::IAM::Policy': 'IAM is not evaluated',
  'AWS::IAM::Role': 'IAM is not evaluated',
  'AWS::KMS::Alias': 'the disk belongs to the developer',
  'AWS::Lambda::Permission': 'IAM is not evaluated',
  'AWS::Logs::LogGroup': 'what functions print goes to standard error',
  'AWS::Logs::MetricFilter': 'there are no metrics',
  'AWS::Logs::ResourcePolicy': 'IAM is not evaluated',
  'AWS::S3::BucketPolicy': 'IAM is not evaluated',
  'AWS::SecretsManager::ResourcePolicy': 'IAM is not evaluated',
  'AWS::SNS::Topic': 'only alarms publish, and there are none',
  'AWS::SNS::TopicPolicy': 'IAM is not evaluated',
  'AWS::SQS::QueuePolicy': 'IAM is not evaluated',
};

/** Names and ARNs for resources that other properties may mention; their own properties are not even resolved. */
export const skipped: Plugin = {
  types: Object.keys(SKIPPED),
  ref: (resource) => resource.logicalId,
  attribute({ type, logicalId }, name) {
    switch (name) {
      case 'Arn':
        return arn(type.split('::')[1]?.toLowerCase() ?? '', logicalId);
      case 'KeyId':
        return logicalId;
      default:
        return undefined;
    }
  },
  async start() {},
};
