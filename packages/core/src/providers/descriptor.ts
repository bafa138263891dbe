import type { Refusal } from '../errors/refusal.ts';
import type { HeaderMap } from '../http/header-map.ts';
import type { Tagged } from '../ids.ts';

export type ProviderSlug = Tagged<string, 'ProviderSlug'>;

/** How a stored or platform key is put on a request. */
export type CredentialForm =
  /** `header: <scheme> <key>`, or the bare key when `scheme` is null. */
  | { readonly kind: 'header'; readonly header: string; readonly scheme: string | null }
  /** The provider takes no key. */
  | { readonly kind: 'none' };

/** Where usage stands in the provider's answers; each name has a reader (spec/providers 2.4). */
export type UsageDialect = 'openai-chat' | 'anthropic-messages' | 'gemini' | 'bedrock' | 'cohere' | 'none';

export interface NativeTarget {
  /** Absolute URL of the upstream without query. */
  readonly url: string;
  /** Headers that the rules of the provider set or replace (e.g. Bedrock's key as `x-api-key`). */
  readonly setHeaders?: ReadonlyArray<readonly [name: string, value: string]>;
  /** Headers consumed by us that must not go on (e.g. `x-fal-target-url`). */
  readonly dropHeaders?: readonly string[];
}

export interface NativeRequest {
  /** Everything after `/v1/{A}/{G}/{P}/`, percent-encoding untouched, no leading slash, no query. */
  readonly path: string;
  readonly headers: HeaderMap;
  /** The operator's override of the base URL, or the descriptor's own. No trailing slash. */
  readonly baseUrl: string;
  /** True when `baseUrl` is the operator's override: host rules of the provider then do not apply. */
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
  /** `model` prefixes on `/compat`: `grok/…`. Empty: not served there. */
  readonly compatPrefixes: readonly string[];
  /** `model` prefixes on the API host: `xai/…`. */
  readonly authors: readonly string[];
  /** Null: reachable only where the operator sets a base URL (the local demo). */
  readonly baseUrl: string | null;
  readonly credential: CredentialForm;
  /** Request headers (lower case) and query parameters that carry the caller's own provider credential. */
  readonly credentialHeaders: readonly string[];
  readonly credentialQuery: readonly string[];
  /**
   * `openai`: the provider serves OpenAI chat completions at `chatPath` under its base URL, so the unified endpoint
   * passes bytes. `translated`: the unified endpoint must translate.
   */
  readonly chat:
    | { readonly kind: 'openai'; readonly path: string }
    | { readonly kind: 'translated' }
    | { readonly kind: 'none' };
  /**
   * Whether a chat stream reports usage only when asked with `stream_options.include_usage` (spec/providers 1).
   */
  readonly streamUsage: 'on-request' | 'always';
  readonly usage: UsageDialect;
  /** The upstream URL of a native request. Absent: base + path under rule N. */
  readonly resolve?: (request: NativeRequest) => NativeTarget | Refusal;
}
