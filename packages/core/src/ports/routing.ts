import type { HeaderMap } from '../http/header-map.ts';
import type { DurationMs } from '../ids.ts';
import type { MetadataValue } from '../record/request-record.ts';
import type { DeployedRoute, RouteStep } from '../routing/route.ts';

/** What a route's conditions, keys and sticky fields may look at. */
export interface RoutedRequest {
  readonly metadata: Readonly<Record<string, MetadataValue>>;
  /** Without credentials: a route has no business with them. */
  readonly headers: HeaderMap;
  /** Parsed when the first element asks for it; what is no JSON object has no fields. */
  readonly body: Uint8Array;
}

/** A count that an element asks for. */
export interface RouteCount {
  readonly element: string;
  /** The counted value, in words. */
  readonly value: string;
  readonly limit: number;
  readonly window: DurationMs;
  readonly technique: 'fixed' | 'sliding';
}

/** A budget on the way to a model: the model's call is to be reserved in it. */
export interface RouteBudget {
  readonly element: string;
  readonly value: string;
  /** US dollars, as decimal text. */
  readonly limit: string;
  readonly window: DurationMs;
  readonly technique: 'fixed' | 'sliding';
}

/** What the walk wants to know or to be done next. */
export type RouteMove =
  /** Answer with {@link RouteWalk.counted}. */
  | { readonly kind: 'count'; readonly count: RouteCount }
  /** Answer with {@link RouteWalk.tried}, or {@link RouteWalk.overBudget} when one of `budgets` cannot carry it. */
  | {
      readonly kind: 'call';
      readonly element: string;
      readonly provider: string;
      readonly model: string;
      /** Null: the gateway's own. */
      readonly timeout: DurationMs | null;
      readonly retries: number;
      readonly budgets: readonly RouteBudget[];
    }
  /** The last answer that succeeded is the answer; where none did, `why` says how the way ended. */
  | { readonly kind: 'end'; readonly why: string };

/**
 * One request's way through a route: pure, so whoever walks does the asking and tells what came of it. Every route that was
 * saved ends after at most twice as many moves as it has elements, and one more for each model that is passed over.
 */
export interface RouteWalk {
  /** The first move; later ones are what the answers return. */
  begin(): RouteMove;
  /** @param took milliseconds that the asking took. */
  counted(isAdmitted: boolean, took: number): RouteMove;
  /** @param why of a failure, in words: `status 503`, `timeout`. */
  tried(succeeded: boolean, why: string, took: number): RouteMove;
  /** As `tried`, where nothing comes after it: there is no time left, or nobody else may be asked. The way ends at the model. */
  stopped(succeeded: boolean, why: string, took: number): void;
  /** The budget of a `rate` element on the way cannot carry the call: the walk goes back to it and takes its fallback. */
  overBudget(element: string, took: number): RouteMove;
  /**
   * The model is not called, for its provider is failing: the walk takes the model's fallback. Null: it has none, or was
   * passed over before; the walk still waits for the call.
   */
  passedOver(why: string): RouteMove | null;
  /** Goes back to a model that was passed over, whose call it waits for after all. */
  backTo(element: string): void;
  trace(): readonly RouteStep[];
}

/** The walk's engine. Loaded apart from the pipeline, with the first request that names a route. */
export interface Router {
  /** @param draw gives the next random number in [0, 1). */
  walk(route: DeployedRoute, request: RoutedRequest, draw: () => number): RouteWalk;
}

export interface RoutingPort {
  load(): Promise<Router>;
}
