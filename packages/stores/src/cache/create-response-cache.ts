import type { Clock, ResponseCache } from '@weir/core';
import type { ClientOptions, Patience } from '../aws/client-settings.ts';
import { DynamoDBCall } from '../aws/dynamodb-call.ts';
import type { Bucket } from '../bucket/bucket.ts';
import { DynamoDBResponseCache } from './dynamodb-response-cache.ts';
import { SharedResponseCache } from './shared-response-cache.ts';
import { SparingResponseCache } from './sparing-response-cache.ts';

/**
 * Of a brief read: a request waits for it, and can do without. The service answers in milliseconds, the slowest of a thousand times in
 * tens of them, and a new connection costs as much again: who has not answered by now is not likely to. There is no
 * second attempt, unless a kept connection was found closed.
 */
const HURRIED: Patience = { connect: 500, answer: 500, attempts: 1 };

export interface ResponseCacheOptions {
  readonly table: string;
  readonly clock: Clock;
  /** The S3 client is heavy: most answers need none. */
  readonly loadBucket: () => Promise<Pick<Bucket, 'put' | 'get' | 'deleteAll'>>;
  /** In place of what the environment says. A patience in it is that of all calls. */
  readonly connection?: ClientOptions;
}

/** The cache on the `cache` table and the bucket, which is not made before the first use. */
export function createResponseCache({
  table,
  clock,
  loadBucket,
  connection = {},
}: ResponseCacheOptions): ResponseCache {
  let bucket: ReturnType<typeof loadBucket> | null = null;
  const stored = new DynamoDBResponseCache({
    table,
    clock,
    client: new DynamoDBCall(connection),
    hurried: new DynamoDBCall({ patience: HURRIED, ...connection }),
    bucket: () => {
      bucket ??= loadBucket();
      return bucket;
    },
  });
  return new SharedResponseCache(new SparingResponseCache(stored, clock));
}
