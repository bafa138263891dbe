declare const tag: unique symbol;

/** A value that carries its meaning in its type, so that ids and units cannot be mixed up. */
export type Tagged<Base, Name extends string> = Base & { readonly [tag]: Name };

/** 32 lower-case hex characters. */
export type AccountId = Tagged<string, 'AccountId'>;
/** See {@link parseGatewayId}. */
export type GatewayId = Tagged<string, 'GatewayId'>;
export type TokenId = Tagged<string, 'TokenId'>;
/** Hex SHA-256 of a whole token: the only form in which a token is stored. */
export type TokenHash = Tagged<string, 'TokenHash'>;
/** A ULID: 26 characters, sorts by time. */
export type RecordId = Tagged<string, 'RecordId'>;
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = Tagged<number, 'EpochMs'>;
export type DurationMs = Tagged<number, 'DurationMs'>;

export const epochMs = (value: number) => value as EpochMs;
export const durationMs = (value: number) => value as DurationMs;

const ACCOUNT = /^[0-9a-f]{32}$/;
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const GATEWAY = /^[a-z0-9_]+(?:-[a-z0-9_]+)*$/;

export function parseAccountId(text: string): AccountId | null {
  return ACCOUNT.test(text) ? (text as AccountId) : null;
}

/** Spec 3: 1–64 characters, `^[a-z0-9_]+(?:-[a-z0-9_]+)*$`. */
export function parseGatewayId(text: string): GatewayId | null {
  return text.length <= 64 && GATEWAY.test(text) ? (text as GatewayId) : null;
}

export function parseRecordId(text: string): RecordId | null {
  return ULID.test(text) ? (text as RecordId) : null;
}

/** The gateway that the first authenticated request creates (spec 3, rule 5). */
export const DEFAULT_GATEWAY = 'default' as GatewayId;
