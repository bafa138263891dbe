import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock, ResponseCache } from '@weir/core';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import type { Bucket } from '../bucket/bucket.ts';
import { DynamoDBResponseCache } from './dynamodb-response-cache.ts';
import { SharedResponseCache } from './shared-response-cache.ts';

export interface ResponseCacheOptions {
  readonly table: string;
  readonly clock: Clock;
  /** The S3 client is heavy: most answers need none. */
  readonly loadBucket: () => Promise<Pick<Bucket, 'put' | 'get' | 'deleteAll'>>;
  readonly client?: DynamoDBClient;
}

/** The cache on the `cache` table and the bucket. Nothing is made before the first use. */
export function createResponseCache({
  table,
  clock,
  loadBucket,
  client,
}: ResponseCacheOptions): ResponseCache {
  let made = client;
  let bucket: ReturnType<typeof loadBucket> | null = null;
  const stored = new DynamoDBResponseCache({
    table,
    clock,
    client: () => {
      made ??= createDynamoDBClient();
      return made;
    },
    bucket: () => {
      bucket ??= loadBucket();
      return bucket;
    },
  });
  return new SharedResponseCache(stored);
}
