/** For the tests of stores: engines, a clock to turn, examples, and the rules of each port. */
export * from './account-store.cases.ts';
export * from './bucket.cases.ts';
export * from './cases.ts';
export * from './circuits.cases.ts';
export * from './config-source.cases.ts';
export * from './dynamodb-engine.ts';
export * from './examples.ts';
export * from './gateway-store.cases.ts';
export * from './key-ring.cases.ts';
export * from './kms-engine.ts';
export * from './manual-clock.ts';
export * from './platform-credentials.cases.ts';
export * from './queue-and-bucket-engine.ts';
export * from './rate-limiter.cases.ts';
export * from './record-sink.cases.ts';
export * from './response-cache.cases.ts';
export * from './token-store.cases.ts';
