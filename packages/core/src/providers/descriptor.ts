import type { ClientDialectName } from '../dialects/client-dialect.ts';
import type { Refusal } from '../errors/refusal.ts';
import type { HeaderMap } from '../http/header-map.ts';
import type { Tagged } from '../ids.ts';
import type { UpstreamGuard } from '../ports/upstream.ts';
import type { KeyPlace } from './credential/credential.ts';

export type ProviderSlug = Tagged<string, 'ProviderSlug'>;

/** How a stored or platform key is put on a request. */
export type CredentialForm =
  /** `header: <scheme> <key>`, or the bare key when `scheme` is null. */
  | { readonly kind: 'header'; readonly header: string; readonly scheme: string | null }
  /** The provider takes no key. */
  | { readonly kind: 'none' };

/**
 * The dialect of a provider's own API (spec/providers 2.4). Most providers serve other dialects under the same slug as
 * well, so readers look at the shape of an answer first; the dialect settles what the shape leaves open (`xai-chat`:
 * reasoning stands outside `completion_tokens`) and `none` says that there is nothing to read.
 */
export type UsageDialect =
  | 'openai-chat'
  | 'xai-chat'
  | 'anthropic-messages'
  | 'gemini'
  | 'bedrock'
  | 'cohere'
  | 'none';

/** What the unified endpoints take (spec/api 1.3). */
export type UnifiedFormat = ClientDialectName | 'embeddings';

/** Where a provider serves a client's own format. */
export interface ServedEndpoint {
  /** No leading slash. */
  readonly path: string;
  /** Where the format has another host than the provider's base URL. */
  readonly baseUrl?: string;
  /** The models that have it. Absent: all but those of `except`. */
  readonly only?: RegExp;
  readonly except?: RegExp;
}

export interface NativeTarget {
  /** Absolute URL of the upstream without query. */
  readonly url: string;
  /** The query that goes with `url` in place of the caller's own. Absent: the caller's. */
  readonly query?: string;
  /** Headers that the rules of the provider set or replace (e.g. Bedrock's key as `x-api-key`). */
  readonly setHeaders?: ReadonlyArray<readonly [name: string, value: string]>;
  /** Headers consumed by us that must not go on (e.g. `x-fal-target-url`). */
  readonly dropHeaders?: readonly string[];
}

/** What a descriptor's own `resolve` gets: the path is already cleaned (see `cleanPath`). */
export interface NativeRequest {
  /** Everything after `/v1/{A}/{G}/{P}/`: no leading slash, no dot segments, no query. */
  readonly path: string;
  /** The headers that will be sent, credential included. */
  readonly headers: HeaderMap;
  /** The operator's override of the base URL, or the descriptor's own. No trailing slash; may hold `{placeholders}`. */
  readonly baseUrl: string;
  /** True when `baseUrl` is the operator's override. */
  readonly overridden: boolean;
}

/**
 * A provider as data (spec/api 7). Only what differs from the common case is code: `resolve`.
 */
export interface ProviderDescriptor {
  readonly slug: ProviderSlug;
  readonly name: string;
  /** Other path slugs that mean the same provider. */
  readonly aliases: readonly string[];
  /** `model` prefixes on `/compat`: `grok/…`. */
  readonly compatPrefixes: readonly string[];
  /** `model` prefixes on the API host: `xai/…`. */
  readonly authors: readonly string[];
  /**
   * No trailing slash. A `{placeholder}` is filled by `resolve` from a checked path segment.
   * Null: reachable only where the operator sets a base URL, or the credential says it.
   */
  readonly baseUrl: string | null;
  /** The base URL that the credential's place makes; null: the place does not say enough. */
  readonly placedBaseUrl?: (place: KeyPlace) => string | null;
  readonly credential: CredentialForm;
  /** Request headers (lower case) and query parameters that carry the caller's own provider credential. */
  readonly credentialHeaders: readonly string[];
  readonly credentialQuery: readonly string[];
  /** The client formats that the provider serves itself: bytes pass through. */
  readonly serves: Readonly<Partial<Record<UnifiedFormat, ServedEndpoint>>>;
  /** It has models for the unified endpoints; the formats that it does not serve are translated. */
  readonly translated: boolean;
  /**
   * A model's full name, where the credential's place says what the caller's short name leaves out (spec 5.9-5): its region,
   * project or resource. A name that says it itself stays.
   */
  readonly placeModel?: (model: string, place: KeyPlace) => string;
  /** Where a key does not go by `credential`, because the provider has two kinds of them. */
  readonly formOfKey?: (key: string) => CredentialForm;
  /** The base URL's placeholder is filled with the model name's first segment, which must match. */
  readonly hostInModel?: RegExp;
  /**
   * Whether a chat stream reports usage (spec/providers 1): `always`, `on-request` with `stream_options.include_usage`,
   * or `unasked`: only on request, but some of the provider's versions refuse the field, so we do not add it.
   */
  readonly streamUsage: 'on-request' | 'always' | 'unasked';
  readonly usage: UsageDialect;
  /** Where the path names the model: the first group, percent-decoded, is its name. Absent: the body names it. */
  readonly modelInPath?: RegExp;
  /** Set on every request, in place of the caller's. */
  readonly headers?: ReadonlyArray<readonly [name: string, value: string]>;
  /** Part of what its cached answers are found by: another tag, and none of them is found any more (spec 5.15-5). */
  readonly cacheTag?: string;
  /** Not the operator but an account chose where its requests go (design 11). Absent: `none`. */
  readonly guard?: UpstreamGuard;
  /** The upstream URL of a native request. Absent: base + path under rule N. */
  readonly resolve?: (request: NativeRequest) => NativeTarget | Refusal;
}

/** What a provider is called in the keys of cached answers. */
export const cacheName = ({ slug, cacheTag }: ProviderDescriptor): string =>
  cacheTag === undefined ? slug : `${slug}@${cacheTag}`;

type Common = Pick<ProviderDescriptor, 'name' | 'baseUrl'>;
type Rest = Partial<Omit<ProviderDescriptor, 'slug' | 'name' | 'baseUrl'>>;

export const BEARER: CredentialForm = { kind: 'header', header: 'authorization', scheme: 'Bearer' };

/** A descriptor from what differs; the defaults are the common case: OpenAI-shaped answers, a bearer key, no chat. */
export function defineProvider(given: { readonly slug: string } & Common & Rest): ProviderDescriptor {
  return {
    aliases: [],
    compatPrefixes: [],
    authors: [],
    credential: BEARER,
    credentialHeaders: ['authorization'],
    credentialQuery: [],
    serves: {},
    translated: given.serves !== undefined,
    streamUsage: 'always',
    usage: 'openai-chat',
    ...given,
    slug: given.slug as ProviderSlug,
  };
}
