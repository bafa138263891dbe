import type { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '@weir/core';
import {
  LOCAL,
  type QueueAndBucketEngine,
  runBucketCases,
  startQueueAndBucketEngine,
} from '@weir/testkit/stores';
import { MemoryBucket } from './memory-bucket.ts';
import { createBucket, createS3Client } from './s3-bucket.ts';

let engine: QueueAndBucketEngine;
let client: S3Client;
let buckets = 0;

beforeAll(async () => {
  engine = await startQueueAndBucketEngine();
  client = createS3Client({ endpoint: engine.endpoint, ...LOCAL });
});

afterAll(async () => {
  client.destroy();
  await engine.stop();
});

runBucketCases({ name: 'MemoryBucket', make: async () => new MemoryBucket() });

runBucketCases({
  name: 'S3Bucket',
  make: async () => {
    const bucket = `bucket-${buckets++}`;
    await engine.createBucket(bucket);
    return createBucket({ client, bucket });
  },
});

describe('a bucket that cannot be asked', () => {
  it('is StoreUnavailable, never an absent object', async () => {
    const bucket = createBucket({ client, bucket: 'missing' });
    await expect(bucket.put('key', new Uint8Array(3))).rejects.toThrow(StoreUnavailable);
    await expect(bucket.get('key')).rejects.toThrow(StoreUnavailable);
    await expect(bucket.list('spill/')).rejects.toThrow(StoreUnavailable);
  });
});
