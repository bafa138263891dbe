/** Deployed functions as processes of their own beside a host, on its stores or on others. */
export * from './dynamodb-local.ts';
export * from './handler-processes.ts';
