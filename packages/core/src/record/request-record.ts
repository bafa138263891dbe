import type { TokenUsage } from '../form/token-usage.ts';
import type { AccountId, DurationMs, EpochMs, RecordId, TokenId } from '../ids.ts';
import type { RecordedCost } from '../ports/pricing.ts';
import type { RouteTrace } from '../routing/route.ts';

export type MetadataValue = string | number | boolean | null;
export type Blame = 'caller' | 'policy' | 'upstream' | 'gateway';

export type UsageSource = 'reported' | 'counted' | 'estimated';

/**
 * `request`: the caller's own; `stored`: a key of the gateway; `unified`: the operator's, paid from credits or by the
 * operator; `role`: the function's own role; `none`: the provider wants none, or got none.
 */
export type KeySource = 'request' | 'stored' | 'unified' | 'role' | 'none';

/** How the request ended, as far as we are concerned. A provider's own error status is `answered`. */
export type Outcome =
  | { readonly kind: 'answered' }
  | { readonly kind: 'refused'; readonly code: number; readonly blame: Blame; readonly message: string }
  /** The answer had begun and was cut. */
  | { readonly kind: 'broken'; readonly blame: Blame; readonly message: string };

export interface AttemptRecord {
  readonly provider: string;
  readonly startedAt: EpochMs;
  readonly duration: DurationMs;
  /** Null when no status line came. */
  readonly status: number | null;
  readonly failure: string | null;
}

/** A body as kept: text where it is UTF-8, else base64. `complete` is false when it was cut at the limit. */
export interface KeptBody {
  readonly encoding: 'utf8' | 'base64';
  readonly data: string;
  readonly complete: boolean;
  /** Set where the kept form has another type than what was sent: an assembled stream is JSON. */
  readonly contentType?: string;
}

/** A setting with its source (see `EffectiveSettings`). */
export interface ChosenSetting {
  readonly value: string | number | boolean;
  readonly source: string;
}

/**
 * One per request, whatever became of it. Field names are ours; the log API's names (spec 5.18) are made where it is
 * read. Secrets cannot be in it: no header of the request is, except `user-agent` and the content type.
 */
export interface RequestRecord {
  readonly schema: 1;
  readonly id: RecordId;
  readonly account: AccountId | '~';
  /** `'~'` when the request named no gateway that exists. */
  readonly gateway: string;
  readonly createdAt: EpochMs;
  readonly requestId: RecordId;
  readonly eventId: string;
  readonly surface: 'provider' | 'compat' | 'api';
  readonly method: string;
  /** The path after the provider, or after the account on the API host. No query: it can hold keys. */
  readonly path: string;
  readonly provider: string | null;
  readonly model: string | null;
  readonly modelType: string | null;
  readonly statusCode: number;
  readonly success: boolean;
  readonly cached: boolean;
  readonly outcome: Outcome;
  /** The gateway's rule that refused the request, as its settings name it: `rate_limits[2]`. */
  readonly refusedBy?: string;
  readonly duration: DurationMs;
  /** From arrival to the answer's first byte; null when none was sent. */
  readonly firstByte: DurationMs | null;
  readonly usage: TokenUsage | null;
  /** Who says so: the provider, our count of the texts, or a guess from their sizes. Absent: there is no usage. */
  readonly usageSource?: UsageSource;
  /** Null: not known, which is not nothing. A cache hit costs 0. */
  readonly cost?: RecordedCost | null;
  /** Whose credential the provider saw. Absent: nobody was called. */
  readonly keySource?: KeySource;
  /** The stored key that was used. */
  readonly keyId?: string;
  /** The way through a dynamic route, as far as this record's step knows it. */
  readonly route?: RouteTrace;
  readonly metadata: Readonly<Record<string, MetadataValue>>;
  readonly requestContentType: string | null;
  readonly responseContentType: string | null;
  readonly requestSize: number;
  readonly responseSize: number;
  readonly streamed: boolean;
  readonly userAgent: string | null;
  readonly authenticated: boolean;
  readonly tokenId: TokenId | null;
  /** Served with the operator's credentials. */
  readonly wholesale: boolean;
  readonly compatibilityMode: boolean;
  readonly step: number;
  readonly attempts: readonly AttemptRecord[];
  readonly configVersion: number | null;
  readonly warnings: readonly string[];
  /** What the request was handled with, where somebody chose it, and who did. Absent: it was refused before. */
  readonly settings?: Readonly<Record<string, ChosenSetting>>;
  /** Null: not kept (payload collection off, or nothing there). */
  readonly requestBody: KeptBody | null;
  readonly responseBody: KeptBody | null;
}
