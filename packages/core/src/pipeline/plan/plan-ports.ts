import type { Ports } from '../ports.ts';

/** What stage 4 may ask. */
export type PlanPorts = Pick<
  Ports,
  | 'accessTokens'
  | 'baseUrls'
  | 'ids'
  | 'keyRing'
  | 'ownRole'
  | 'platformCredentials'
  | 'translation'
  | 'unifiedBilling'
>;
