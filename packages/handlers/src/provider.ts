import { createDataPlane } from './edge/data-plane.ts';

/** The provider endpoints: `/v1/{A}/{G}/{provider}/…`, each provider's own API as it is. */
export const handler = createDataPlane();
