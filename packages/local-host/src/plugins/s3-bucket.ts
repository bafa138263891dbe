import { request } from 'node:http';
import * as z from 'zod';
import { REGION } from '../assembly/scope.ts';
import { type ExpiryRule, sweepExpiredObjects } from '../sweepers/expired-objects.ts';
import { repeat } from '../sweepers/repeat.ts';
import { definePlugin, type Referenced } from './plugin.ts';

const ruleSchema = z.looseObject({
  Status: z.enum(['Enabled', 'Disabled']),
  Prefix: z.string().optional(),
  ExpirationInDays: z.number().optional(),
});

const bucketSchema = z.strictObject({
  BucketName: z.string().optional(),
  LifecycleConfiguration: z.strictObject({ Rules: z.array(ruleSchema) }).optional(),
});

/** Buckets in the embedded S3 engine; lifecycle rules that expire objects by age are carried out. */
export const s3Bucket = definePlugin({
  types: ['AWS::S3::Bucket'],
  properties: bucketSchema,
  ignores: {
    AccessControl: 'IAM is not evaluated',
    BucketEncryption: 'the disk belongs to the developer',
    LoggingConfiguration: 'nothing reads access logs',
    OwnershipControls: 'there is one account',
    PublicAccessBlockConfiguration: 'the engine listens on the loopback interface only',
    Tags: 'nothing reads them',
    VersioningConfiguration: 'the engine keeps the newest version',
  },
  ref: bucketName,
  attribute(resource, name) {
    const bucket = bucketName(resource);
    switch (name) {
      case 'Arn':
        return `arn:aws:s3:::${bucket}`;
      case 'DomainName':
        return `${bucket}.s3.amazonaws.com`;
      case 'RegionalDomainName':
        return `${bucket}.s3.${REGION}.amazonaws.com`;
      default:
        return undefined;
    }
  },
  async start(buckets, machine) {
    const endpoint = machine.endpoints.s3;
    const rules: ExpiryRule[] = [];
    for (const { logicalId, properties } of buckets) {
      const bucket = properties.BucketName ?? logicalId.toLowerCase();
      await createBucket(endpoint, bucket);
      for (const rule of properties.LifecycleConfiguration?.Rules ?? []) {
        if (rule.Status !== 'Enabled' || rule.ExpirationInDays === undefined) continue;
        rules.push({ bucket, prefix: rule.Prefix ?? '', days: rule.ExpirationInDays });
      }
    }
    const sweep = (signal: AbortSignal) => sweepExpiredObjects(endpoint, rules, signal);
    if (rules.length > 0) machine.onStop(repeat('expired objects', machine.sweepEveryMs, sweep, machine.log));
  },
});

function bucketName(resource: Referenced): string {
  return resource.name('BucketName') ?? resource.logicalId.toLowerCase();
}

/** Idempotent, as for the owner of a bucket on AWS. */
async function createBucket(endpoint: string, bucket: string): Promise<void> {
  const status = await new Promise<number>((resolve, reject) => {
    const sent = request(`${endpoint}/${bucket}`, { method: 'PUT' }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end();
  });
  if (status !== 200 && status !== 409) throw new Error(`CreateBucket ${bucket}: status ${status}`);
}
