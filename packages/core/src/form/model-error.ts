/** What went wrong at a provider, in the middle between all their words for it (spec/providers 2.6). */
export type ErrorClass =
  | 'bad-request'
  | 'too-long'
  | 'too-large'
  | 'content-blocked'
  | 'authentication'
  | 'permission'
  | 'billing'
  | 'not-found'
  | 'conflict'
  | 'rate-limit'
  | 'overloaded'
  | 'timeout'
  | 'upstream'
  | 'malformed-tool-call';

export interface ModelError {
  readonly kind: 'error';
  readonly class: ErrorClass;
  readonly message: string;
  /** The provider's status; in a stream, the one that its error would have had. */
  readonly status: number;
  /** The provider's own word, code or type; null where it gave none. */
  readonly code: string | null;
  /** The request's field that the provider names. */
  readonly parameter: string | null;
  /** The provider's body, parsed where it is JSON. */
  readonly raw: unknown;
  /** How long the provider wants to be left alone, in milliseconds; absent where it does not say. */
  readonly retryAfter?: number;
}

interface ErrorClassEntry {
  readonly status: number;
  readonly chat: { readonly type: string; readonly code: string | null };
  readonly messages: string;
  /** Whether another provider, or a later try, may do better. */
  readonly retriable: boolean;
}

/** The class table of spec/providers 2.6. `status` is what our client gets. */
export const ERROR_CLASSES: Readonly<Record<ErrorClass, ErrorClassEntry>> = {
  'bad-request': entry(400, 'invalid_request_error', null, 'invalid_request_error', false),
  'too-long': entry(400, 'invalid_request_error', 'context_length_exceeded', 'invalid_request_error', false),
  'too-large': entry(413, 'invalid_request_error', 'request_too_large', 'request_too_large', false),
  'content-blocked': entry(400, 'invalid_request_error', 'content_filter', 'invalid_request_error', false),
  authentication: entry(401, 'authentication_error', 'invalid_api_key', 'authentication_error', true),
  permission: entry(403, 'permission_error', null, 'permission_error', true),
  billing: entry(402, 'insufficient_quota', 'insufficient_quota', 'billing_error', true),
  'not-found': entry(404, 'invalid_request_error', 'model_not_found', 'not_found_error', true),
  conflict: entry(409, 'conflict_error', null, 'invalid_request_error', true),
  'rate-limit': entry(429, 'rate_limit_error', 'rate_limit_exceeded', 'rate_limit_error', true),
  overloaded: entry(503, 'server_error', 'overloaded', 'overloaded_error', true),
  timeout: entry(504, 'timeout', null, 'timeout_error', true),
  upstream: entry(502, 'server_error', null, 'api_error', true),
  'malformed-tool-call': entry(502, 'server_error', 'upstream_malformed_tool_call', 'api_error', true),
};

function entry(
  status: number,
  type: string,
  code: string | null,
  messages: string,
  retriable: boolean,
): ErrorClassEntry {
  return { status, chat: { type, code }, messages, retriable };
}

export const isModelError = (value: object): value is ModelError => 'kind' in value && value.kind === 'error';
