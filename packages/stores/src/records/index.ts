/** The way of a record from the data plane to the log plane. */
export type { BucketWriter } from '../bucket/bucket.ts';
export { objectKey, type RecordMessage } from './record-message.ts';
export { createRecordSink, type RecordSinkOptions } from './record-sink.ts';
export { unpackBodies } from './unpack-bodies.ts';
