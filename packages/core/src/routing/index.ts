/** Dynamic routes (spec 5.10): what may be saved, and how a request walks through what is deployed. */
export { checkRoute } from './check/check-route.ts';
export { createRouter } from './create-router.ts';
export type { RouteFault } from './fault.ts';
