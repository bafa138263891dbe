import {
  restApi,
  restApiGatewayResponse,
  restApiMethod,
  restApiResource,
  restApiStage,
} from './api-gateway.ts';
import { customResource } from './custom-resource.ts';
import { dynamodbTable } from './dynamodb-table.ts';
import { eventSourceMapping } from './event-source-mapping.ts';
import { eventsRule } from './events-rule.ts';
import { kmsKey } from './kms-key.ts';
import { lambdaFunction } from './lambda-function.ts';
import type { Plugin } from './plugin.ts';
import { s3Bucket } from './s3-bucket.ts';
import { secret } from './secret.ts';
import { skipped } from './skipped.ts';
import { sqsQueue } from './sqs-queue.ts';

/** Every resource type that runs here, in the order in which they start: stores, functions, routes, then triggers. */
export const PLUGINS: readonly Plugin[] = [
  skipped,
  kmsKey,
  dynamodbTable,
  sqsQueue,
  s3Bucket,
  secret,
  lambdaFunction,
  customResource,
  restApi,
  restApiStage,
  restApiResource,
  restApiMethod,
  restApiGatewayResponse,
  eventSourceMapping,
  eventsRule,
];

/** The plugin for a CloudFormation type, or null: this host cannot run it. */
export function pluginFor(type: string, plugins: readonly Plugin[] = PLUGINS): Plugin | null {
  return plugins.find(({ types }) => types.some((pattern) => covers(pattern, type))) ?? null;
}

function covers(pattern: string, type: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}
