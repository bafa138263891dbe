import { createDataPlane } from './edge/data-plane.ts';

/** The unified endpoints: `/client/v4/accounts/{A}/ai/…` and `/v1/{A}/{G}/compat/…`, one format over many providers. */
export const handler = createDataPlane();
