import type { JsonValue } from '../gateway/json-value.ts';

/** Where an element leads (spec 5.10-1). */
export type Output = { readonly elementId: string };

/**
 * One element of a route (spec 5.10), as it is written on the wire. What is marked as ours is an extension. A type alias, so
 * that it is JSON as well.
 */
export type RouteElement =
  | { readonly id: string; readonly type: 'start'; readonly outputs: { readonly next: Output } }
  | {
      readonly id: string;
      readonly type: 'conditional';
      /** A MongoDB-style query over `metadata.<k>`, `headers.<name>` and `body.<path>`. */
      readonly properties: { readonly conditions: JsonValue };
      readonly outputs: { readonly true: Output; readonly false: Output };
    }
  | {
      readonly id: string;
      readonly type: 'percentage';
      /** Ours: requests with the same value of this field take the same branch. */
      readonly properties?: { readonly sticky?: string };
      /** `"10%"`, and `else` for the rest; up to 20 (ours: the vendor has 5). */
      readonly outputs: Readonly<Record<string, Output>>;
    }
  | {
      readonly id: string;
      readonly type: 'rate';
      readonly properties: {
        readonly limitType: 'count' | 'cost';
        /** Of the request's fields; each value has its own count. */
        readonly key: string;
        /** Requests, or US dollars. */
        readonly limit: number;
        /** Seconds. */
        readonly window: number;
        /** Ours; absent: `fixed`. */
        readonly technique?: 'fixed' | 'sliding';
      };
      readonly outputs: { readonly success: Output; readonly fallback?: Output };
    }
  | {
      readonly id: string;
      readonly type: 'model';
      readonly properties: {
        /** A provider's slug, its model prefix, or `custom-{slug}`. */
        readonly provider: string;
        readonly model: string;
        /** Milliseconds until the answer begins; 0: the gateway's own. */
        readonly timeout: number;
        /** Attempts after the first. */
        readonly retries: number;
      };
      readonly outputs: { readonly success: Output; readonly fallback?: Output };
    }
  | { readonly id: string; readonly type: 'end'; readonly outputs?: Readonly<Record<string, never>> };

/** A route's deployed version, as it stands in the gateway's snapshot: checked when it was saved. */
export type DeployedRoute = {
  readonly id: string;
  /** What follows `dynamic/` in a model's name. */
  readonly name: string;
  readonly versionId: string;
  readonly elements: readonly RouteElement[];
};

/**
 * A route as its gateway's snapshot holds it: the deployed version, and what the control plane shows of it. A gateway's routes
 * are those in its snapshot and no others, so a route is made, renamed, deployed and deleted in one write. Times are RFC 3339.
 */
export type GatewayRoute = DeployedRoute & {
  readonly createdAt: string;
  readonly modifiedAt: string;
  readonly versionCreatedAt: string;
  readonly deploymentId: string;
  readonly deployedAt: string;
};

/** One thing that happened on a request's way through a route, as recorded. */
export type RouteStep = {
  readonly element: string;
  readonly type: RouteElement['type'];
  /** The output that was taken; null: the way ended here. */
  readonly branch: string | null;
  /** Why, in words. */
  readonly why: string;
  /** Milliseconds that it took; 0 for what is decided without asking anybody. */
  readonly duration: number;
};

/** A request's way through a route, for its record. */
export type RouteTrace = {
  readonly route: string;
  readonly version: string;
  readonly steps: readonly RouteStep[];
};
