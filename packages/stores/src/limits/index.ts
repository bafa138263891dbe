/** Rate limits for the data plane. */
export { createRateLimiter } from './create-rate-limiter.ts';
