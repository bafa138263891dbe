/** Cached answers. */
export { DynamoDBCall } from '../aws/dynamodb-call.ts';
export { createResponseCache, type ResponseCacheOptions } from './create-response-cache.ts';
