import * as z from 'zod';

/** What is left out is what suits most; the field as a whole is stored complete. */
export const circuitBreaker = z.strictObject({
  failure_rate: z.int().min(1).max(100).default(50),
  minimum_calls: z.int().min(1).max(10_000).default(20),
  cool_down: z.int().min(1).max(120).default(15),
});
