import type { AccountId, EpochMs, GatewayId, RecordId } from '../ids.ts';
import type { KeptBody, MetadataValue, RequestRecord } from '../record/request-record.ts';

/** A stored record without its bodies, with what people said of it afterwards. */
export interface LogEntry {
  readonly record: Omit<RequestRecord, 'requestBody' | 'responseBody'>;
  readonly feedback: LogFeedback | null;
}

/** One record looked at closely. A list carries no heads (spec 5.18), so counting and listing stay cheap. */
export interface LogDetail extends LogEntry {
  /** The first bytes of each body, at most 4 KiB of text. Null: no such body, or it is not text. */
  readonly requestHead: BodyHead | null;
  readonly responseHead: BodyHead | null;
}

export interface BodyHead {
  readonly text: string;
  /** The head is the whole body, and the body was kept whole. */
  readonly complete: boolean;
}

export interface LogFeedback {
  /** −1, 0, 1 or null. */
  readonly feedback: number | null;
  /** 0–100 or null. */
  readonly score: number | null;
  /** Replaces the record's metadata where it is set. */
  readonly metadata: Readonly<Record<string, MetadataValue>> | null;
}

export interface LogPageQuery {
  readonly account: AccountId;
  readonly gateway: GatewayId | '~';
  /** Both ends count as inside, by the time in the record's id. */
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
  /** Newest first unless `asc`. */
  readonly direction: 'asc' | 'desc';
  readonly skip: number;
  readonly take: number;
}

export interface LogPage {
  readonly entries: readonly LogEntry[];
  /** Exact up to {@link COUNT_CEILING}; above it, at least this many. */
  readonly total: number;
}

export const COUNT_CEILING = 10_000;

/**
 * Where the log plane keeps records. Every method throws `StoreUnavailable` when the store cannot be asked; reading an
 * item that is not what was written throws an error that names the item's place, never its contents.
 */
export interface LogStore {
  /** Idempotent by record id: a redelivered record changes nothing, and feedback given meanwhile stays. */
  put(record: RequestRecord): Promise<void>;
  list(query: LogPageQuery): Promise<LogPage>;
  get(account: AccountId, gateway: GatewayId | '~', id: RecordId): Promise<LogDetail | null>;
  /** Null: the record has no such body, or there is no such record. */
  body(
    account: AccountId,
    gateway: GatewayId | '~',
    id: RecordId,
    which: 'request' | 'response',
  ): Promise<{ readonly body: KeptBody; readonly contentType: string | null } | null>;
  /** Merges: an absent field stays as it was. False when there is no such record. */
  giveFeedback(
    account: AccountId,
    gateway: GatewayId,
    id: RecordId,
    change: Partial<LogFeedback>,
  ): Promise<boolean>;
  /** Deletes records with their bodies and feedback, in the query's order, at most `take`; returns how many. */
  deleteMany(query: LogPageQuery): Promise<number>;
  deleteOne(account: AccountId, gateway: GatewayId, id: RecordId): Promise<boolean>;
  /**
   * Deletes all that the gateway logged up to `until`, however much it is: nothing of it can be read once this
   * resolves, and the log plane's schedule removes it for good, late arrivals included.
   */
  deleteGateway(account: AccountId, gateway: GatewayId, until: EpochMs): Promise<void>;
}
