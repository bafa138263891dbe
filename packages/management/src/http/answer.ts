import { errorBody, type JsonValue, type Refusal } from '@weir/core';

export interface ManagementAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Text is the management API's own; bytes are a stored body that goes out as it is. */
  readonly body: string | Uint8Array;
}

/** A note beside a result: something true that the caller should know and that is no error. */
export interface Note {
  readonly code: number;
  readonly message: string;
}

/** One page of a list (spec 2.1). `count` is how many rows this page has. */
export interface PageInfo {
  readonly page: number;
  readonly per_page: number;
  readonly count: number;
  readonly total_count: number;
  /** Where the contract has it (spec 2.1). */
  readonly total_pages?: number;
}

const COMMON = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};
const JSON_HEADERS = { ...COMMON, 'content-type': 'application/json' };

/** The success envelope (spec 2.1). Creates answer 200 too (spec 1.5). */
export function succeed(result: JsonValue, notes: readonly Note[] = []): ManagementAnswer {
  const body = JSON.stringify({ success: true, result, errors: [], messages: notes });
  return { status: 200, headers: JSON_HEADERS, body };
}

/** Where the official client takes the body whole, and the contract has names of its own in it (spec 1.5, "raw"). */
export function succeedRaw(fields: { readonly [name: string]: JsonValue }): ManagementAnswer {
  const body = JSON.stringify({ success: true, ...fields, errors: [], messages: [] });
  return { status: 200, headers: JSON_HEADERS, body };
}

export function succeedWithPage(result: readonly JsonValue[], info: PageInfo): ManagementAnswer {
  const body = JSON.stringify({ success: true, result, errors: [], messages: [], result_info: info });
  return { status: 200, headers: JSON_HEADERS, body };
}

/**
 * Bytes that somebody else wrote, under their own content type. A browser that opens them must not run them on our
 * origin, hence the sandbox.
 */
export function succeedWithBytes(
  bytes: Uint8Array,
  contentType: string,
  headers: Readonly<Record<string, string>> = {},
): ManagementAnswer {
  return {
    status: 200,
    headers: {
      ...COMMON,
      'content-type': contentType,
      'content-security-policy': "default-src 'none'; sandbox",
      ...headers,
    },
    body: bytes,
  };
}

/** The error envelope (spec 2.2), with what the official client needs to decide on a retry (spec 1.6-4). */
export function refuse(refusal: Refusal, headers: Readonly<Record<string, string>> = {}): ManagementAnswer {
  const { status, retry } = refusal.entry;
  return {
    status,
    headers: {
      ...JSON_HEADERS,
      ...(retry === null ? {} : { 'x-should-retry': String(retry) }),
      ...(refusal.retryAfter === null ? {} : { 'retry-after': String(Math.ceil(refusal.retryAfter / 1000)) }),
      ...headers,
    },
    body: errorBody(refusal, 'management'),
  };
}
