import type { AccountId, EpochMs, GatewayId } from '../ids.ts';
import type { RouteElement } from '../routing/route.ts';

/** A saved graph of a route (spec 5.10). It never changes. */
export interface RouteVersion {
  readonly id: string;
  readonly elements: readonly RouteElement[];
  /** RFC 3339. */
  readonly createdAt: string;
}

/** That a version served a route from a moment on. */
export interface RouteDeployment {
  readonly id: string;
  readonly versionId: string;
  /** RFC 3339. */
  readonly createdAt: string;
}

/** A route by its id, a uuid that no other route ever has: what is kept of a gateway that is gone is never shown in another. */
export interface RouteKey {
  readonly account: AccountId;
  readonly gateway: GatewayId;
  readonly route: string;
}

/**
 * What is kept of routes beside the gateway's snapshot, which says what there is and what is deployed: here are the versions to
 * go back to, and what was deployed before. Every method may throw {@link StoreUnavailable}.
 */
export interface RouteStore {
  /** Written once more it changes nothing. */
  putVersion(key: RouteKey, version: RouteVersion): Promise<void>;
  getVersion(key: RouteKey, id: string): Promise<RouteVersion | null>;
  /** Newest first. */
  listVersions(key: RouteKey): Promise<readonly RouteVersion[]>;
  countVersions(key: RouteKey): Promise<number>;
  /** Deleting what is not there is no error. */
  deleteVersion(key: RouteKey, id: string): Promise<void>;
  /** Written once more it changes nothing. */
  putDeployment(key: RouteKey, deployment: RouteDeployment): Promise<void>;
  /** The newest, at most `most`, newest first. */
  listDeployments(key: RouteKey, most: number): Promise<readonly RouteDeployment[]>;
  /** All that is kept of one route. */
  deleteRoute(key: RouteKey): Promise<void>;
  /** All that is kept of the gateway's routes and was made until then: what a gateway of this id that is made meanwhile has, stays. */
  deleteGateway(account: AccountId, gateway: GatewayId, until: EpochMs): Promise<void>;
}
