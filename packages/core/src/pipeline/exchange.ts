import type { Refusal } from '../errors/refusal.ts';
import type { GatewaySnapshot } from '../gateway/settings.ts';
import type { StoredKey } from '../gateway/stored-key.ts';
import type { HeaderMap } from '../http/header-map.ts';
import type { StoredToken } from '../identity/stored-token.ts';
import type { AccountId, DurationMs, EpochMs, GatewayId, RecordId } from '../ids.ts';
import type { Admission } from '../policy/admission.ts';
import type { EffectiveSettings } from '../policy/effective-settings.ts';
import type { LoadedConfig } from '../ports/config-source.ts';
import type { Budget } from '../ports/ledger.ts';
import type { CatalogueQuestion, Translated } from '../ports/translation.ts';
import type { AwsCredential } from '../providers/credential/credential.ts';
import type { ProviderDescriptor, UnifiedFormat } from '../providers/descriptor.ts';
import type { AttemptRecord, KeySource } from '../record/request-record.ts';
import type { DeployedRoute, RouteTrace } from '../routing/route.ts';
import type { InboundRequest } from './inbound-request.ts';
import type { Funds } from './money/funds.ts';
import type { RequestOptions } from './request-options.ts';

/** What the caller wants, by the path alone. */
export type Endpoint =
  /** A provider's own API. `provider` is null when no provider has the name. */
  | {
      readonly kind: 'native';
      readonly name: string;
      readonly provider: ProviderDescriptor | null;
      readonly path: string;
    }
  /** A client's format over every provider. */
  | { readonly kind: 'unified'; readonly format: UnifiedFormat }
  /** Anthropic's `messages/count_tokens`. */
  | { readonly kind: 'count-tokens' }
  /** `/ai/run`: a model's own input. `model`: where the path names it, decoded. */
  | { readonly kind: 'run'; readonly model: string | null }
  /** Steps in a body, tried in order (spec 5.8). */
  | { readonly kind: 'universal' }
  | { readonly kind: 'catalogue'; readonly question: CatalogueQuestion }
  /** The contract has it; this version does not serve it. */
  | { readonly kind: 'unserved' };

export type Surface = 'provider' | 'compat' | 'api';

/** A request that has an identity and a place to be recorded under, whatever becomes of it. */
export interface Opened {
  /** The record's. */
  readonly id: RecordId;
  /** The first record's of the request: each step that was tried has a record of its own (spec 5.7-3). */
  readonly requestId: RecordId;
  /** Of a universal request, from 0. */
  readonly step: number;
  readonly eventId: string;
  /** By the first segment of the path, until stage 1 knows better: errors have their shape from it. */
  readonly surface: Surface;
  readonly request: InboundRequest;
  readonly options: RequestOptions;
}

/** After stage 1: where it goes. */
export interface Read extends Opened {
  /** Null: the path holds something that is no account id. */
  readonly account: AccountId | null;
  readonly gatewayId: GatewayId | null;
  readonly endpoint: Endpoint;
  /** As recorded: after the provider, or after the account on the API host. */
  readonly path: string;
}

/** After stage 2: with all that the store knows. */
export interface Loaded extends Read {
  readonly config: LoadedConfig;
}

/** After stage 3: on a gateway that exists, by someone who may use it. */
export interface Authenticated extends Loaded {
  readonly gateway: GatewaySnapshot;
  /** The valid token that may run requests here; null on an open gateway without one. */
  readonly token: StoredToken | null;
  /** Ids of the stored keys that a provider has refused in this request, or that are exhausted. */
  readonly refusedKeys: readonly string[];
}

/** What the provider will know the request by. */
export interface UsedCredential {
  readonly source: KeySource;
  /** The stored key, where it is one. */
  readonly key: StoredKey | null;
  /** Another stored key could take its place. */
  readonly hasSpare: boolean;
  /** Not put on the request yet: each attempt is signed with it, at its own time. */
  readonly signing: AwsCredential | null;
}

/** One upstream call, decided in full. */
export interface Target {
  readonly provider: ProviderDescriptor;
  readonly model: string | null;
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderMap;
  readonly body: Uint8Array;
  /** We asked for usage and the caller did not: the extra chunk is taken out of the stream. */
  readonly hidesUsage: boolean;
  readonly credential: UsedCredential;
  /** The request went through the form, and its answer must come back the same way. Null: bytes pass through. */
  readonly translated: Translated | null;
  /** What is bound to other providers and was left out, in our words. Absent: nothing. */
  readonly leftOut?: readonly string[];
}

/** A request whose model is a route's name: the route decides who is called. */
export interface Routed {
  readonly kind: 'routed';
  readonly route: DeployedRoute;
  /** The request as one for this model of this provider. `earlier`: the providers that it went to before. */
  planAs(
    exchange: Authenticated,
    provider: string,
    model: string,
    earlier: readonly string[],
  ): Promise<Target | Refusal>;
}

interface StepBasis {
  readonly index: number;
  /** No step of a universal request: a route counts the models that it comes to instead. */
  readonly isOnly: boolean;
  readonly settings: EffectiveSettings;
  /** The step as a request of its own: its headers, its body, its endpoint. */
  readonly exchange: Authenticated;
}

/** A target with how it is to be called. Only the universal endpoint and routes have more than one. */
export interface Step extends StepBasis {
  readonly target: Target;
  /** Plans the same call anew, for instance with another key. */
  replan(exchange: Authenticated): Promise<Target | Refusal> | Target | Refusal;
  /** The route that led here. */
  readonly way: Way | null;
  /** Of the route's elements on the way: the call is to be reserved in them as well. */
  readonly budgets: readonly Budget[];
}

/** What came of a step whose turn it was. */
export interface Tried {
  readonly succeeded: boolean;
  /** Its provider was called: a limit or a budget did not keep it back. */
  readonly called: boolean;
  readonly why: string;
  readonly took: DurationMs;
}

/** A request's way through a route, as far as it has come. */
export interface Way {
  readonly trace: RouteTrace;
  /** What comes after a step. A refusal: the way is over. */
  after(tried: Tried): Promise<Step | Refusal>;
  /** Nothing comes after a step any more: it is the last of the way. */
  stop(tried: Tried): void;
  /**
   * What comes instead of a step whose circuit is open: the model's fallback, as if it had failed at once; the step itself
   * where that comes to nobody who can be called. Null: it has no fallback, or its turn came again.
   */
  passOver(step: Step): Promise<Step | Refusal | null>;
  /** What comes instead of a call that a budget on the way cannot carry. Null: it is none of this way's budgets. */
  instead(budget: Budget): Promise<Step | Refusal | null>;
  /** The request goes no further, so what was counted on the way does not count. */
  giveBack(): Promise<void>;
}

/** A step of a universal request that is a route: who is called is decided when its turn comes. */
export interface RoutedStep extends StepBasis {
  readonly routed: Routed;
}

export type PlannedStep = Step | RoutedStep;

/** After stage 4: what will be tried, in order. */
export interface Planned extends Authenticated {
  /** Of the step that is tried. */
  readonly settings: EffectiveSettings;
  readonly steps: readonly [Step, ...PlannedStep[]];
  /** The route that led to the step that is tried. */
  readonly way: Way | null;
  /** When the last byte must be out: the end of the function's time, or what the caller allows. */
  readonly deadline: EpochMs;
  /** What stage 5 decided; null before it. */
  readonly admission: Admission | null;
  /** What stands behind the cost of the step that is tried. */
  readonly funds: Funds;
}

/** Grows while targets are tried; stage 10 writes it down. */
export interface Progress {
  readonly attempts: AttemptRecord[];
  firstByteAt: EpochMs | null;
}
