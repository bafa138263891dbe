/** Where the log plane keeps records. Not for inference functions: it brings the whole of zod. */
export { createLogStore, createLogsClient } from './create-log-store.ts';
export { DynamoDBLogStore, type DynamoDBLogStoreOptions } from './dynamodb-log-store.ts';
export { inParallel } from './in-parallel.ts';
export { requestRecordShape } from './request-record-shape.ts';
