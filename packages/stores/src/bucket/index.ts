/** The bucket. The S3 client is heavy: functions that rarely need it import this lazily. */
export type { Bucket, BucketPage, BucketWriter } from './bucket.ts';
export { createBucket, createS3Client } from './s3-bucket.ts';
