import * as z from 'zod';

/** US cents: ten dollars (spec 5.3-8). */
const LEAST = 1_000;
/** US cents: a hundred million dollars, which is a slip of the hand. */
const MOST = 10_000_000_000;

export const topUpAmount = z
  .int()
  .min(LEAST, `must be at least ${LEAST} cents`)
  .max(MOST, `must be at most ${MOST} cents`);
