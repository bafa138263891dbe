/** Cached answers. */
export { createResponseCache, type ResponseCacheOptions } from './create-response-cache.ts';
