import type { Clock, ResponseCache } from '@weir/core';
import { DynamoDBCall } from '../aws/dynamodb-call.ts';
import type { Bucket } from '../bucket/bucket.ts';
import { DynamoDBResponseCache } from './dynamodb-response-cache.ts';
import { SharedResponseCache } from './shared-response-cache.ts';

export interface ResponseCacheOptions {
  readonly table: string;
  readonly clock: Clock;
  /** The S3 client is heavy: most answers need none. */
  readonly loadBucket: () => Promise<Pick<Bucket, 'put' | 'get' | 'deleteAll'>>;
  readonly client?: DynamoDBCall;
}

/** The cache on the `cache` table and the bucket, which is not made before the first use. */
export function createResponseCache({
  table,
  clock,
  loadBucket,
  client = new DynamoDBCall(),
}: ResponseCacheOptions): ResponseCache {
  let bucket: ReturnType<typeof loadBucket> | null = null;
  const stored = new DynamoDBResponseCache({
    table,
    clock,
    client,
    bucket: () => {
      bucket ??= loadBucket();
      return bucket;
    },
  });
  return new SharedResponseCache(stored);
}
