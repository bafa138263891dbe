/** What a gateway's records come to. Not for inference functions: it brings the whole of zod. */
export { createTotals, createTotalsRecount } from './create-totals.ts';
