/** Rate limits for the data plane. */
export { createLimitView, createRateLimiter } from './create-rate-limiter.ts';
