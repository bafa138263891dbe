import type { Blame } from '../record/request-record.ts';

interface ErrorEntry {
  /** The contract's code (spec 2.4); ours start at 2900. */
  readonly code: number;
  readonly status: number;
  readonly blame: Blame;
  /** OpenAI-style `type`, which clients branch on. */
  readonly type: string;
  /** Sent as `x-should-retry`; null says nothing, so the client's own rule stands. */
  readonly retry: boolean | null;
  /** What happened and what to do. A refusal may put a more precise sentence in its place. */
  readonly message: string;
}

/** Every error that the gateway itself can answer with. */
export const ERRORS = {
  // Inference: the contract's codes.
  gatewayNotFound: {
    code: 2001,
    status: 400,
    blame: 'caller',
    type: 'invalid_request_error',
    retry: false,
    message: 'No gateway with this id exists in this account. Create it, or use "default".',
  },
  rateLimited: {
    code: 2003,
    status: 429,
    blame: 'policy',
    type: 'rate_limit_error',
    retry: null,
    message: 'The rate limit of this gateway is reached. Wait as long as Retry-After says.',
  },
  unusableAnswer: {
    code: 2005,
    status: 502,
    blame: 'upstream',
    type: 'server_error',
    retry: null,
    message: 'The provider gave no usable answer.',
  },
  unknownProvider: {
    code: 2008,
    status: 400,
    blame: 'caller',
    type: 'invalid_request_error',
    retry: false,
    message: 'No provider has this name.',
  },
  unauthenticated: {
    code: 2009,
    status: 401,
    blame: 'caller',
    type: 'authentication_error',
    retry: false,
    message: 'This gateway needs a valid token. Send it as "cf-aig-authorization: Bearer <token>".',
  },
  unauthenticatedApi: {
    code: 10000,
    status: 401,
    blame: 'caller',
    type: 'authentication_error',
    retry: false,
    message: 'Authentication error',
  },

  // Inference: ours.
  forbidden: {
    code: 2910,
    status: 403,
    blame: 'caller',
    type: 'permission_error',
    retry: false,
    message: 'This token may not run requests on this gateway.',
  },
  noProviderCredentials: {
    code: 2911,
    status: 400,
    blame: 'caller',
    type: 'invalid_request_error',
    retry: false,
    message: 'This request must carry its own provider credentials, or the gateway must have a stored key.',
  },
  notTranslated: {
    code: 2912,
    status: 501,
    blame: 'gateway',
    type: 'not_implemented_error',
    retry: false,
    message: 'This provider is not served on this endpoint. Use its native endpoint.',
  },
  notServed: {
    code: 2913,
    status: 501,
    blame: 'gateway',
    type: 'not_implemented_error',
    retry: false,
    message: 'This endpoint is not part of this version.',
  },
  notCounted: {
    code: 2914,
    status: 404,
    blame: 'caller',
    type: 'not_found_error',
    retry: false,
    message: 'This provider does not count tokens.',
  },
  malformedJson: {
    code: 2920,
    status: 400,
    blame: 'caller',
    type: 'invalid_request_error',
    retry: false,
    message: 'The body is not valid JSON.',
  },
  invalidRequest: {
    code: 2921,
    status: 400,
    blame: 'caller',
    type: 'invalid_request_error',
    retry: false,
    message: 'The request is not valid.',
  },
  methodNotAllowed: {
    code: 2922,
    status: 405,
    blame: 'caller',
    type: 'invalid_request_error',
    retry: false,
    message: 'This endpoint does not take this method.',
  },
  headersTooLarge: {
    code: 2923,
    status: 431,
    blame: 'caller',
    type: 'invalid_request_error',
    retry: false,
    message: 'The request headers are larger than 10,240 bytes.',
  },
  bodyTooLarge: {
    code: 2924,
    status: 413,
    blame: 'caller',
    type: 'invalid_request_error',
    retry: false,
    message: 'The request body is too large.',
  },
  upstreamUnreachable: {
    code: 2930,
    status: 502,
    blame: 'upstream',
    type: 'server_error',
    retry: null,
    message: 'The provider could not be reached.',
  },
  upstreamTimeout: {
    code: 2931,
    status: 504,
    blame: 'upstream',
    type: 'timeout',
    retry: null,
    message: 'The provider did not answer in time.',
  },
  upstreamBroke: {
    code: 2932,
    status: 502,
    blame: 'upstream',
    type: 'server_error',
    retry: null,
    message: 'The provider broke off before its answer was complete.',
  },
  upstreamRedirected: {
    code: 2933,
    status: 502,
    blame: 'upstream',
    type: 'server_error',
    retry: false,
    message: 'The provider answered with a redirect, which the gateway does not follow.',
  },
  upstreamTooLarge: {
    code: 2934,
    status: 502,
    blame: 'upstream',
    type: 'server_error',
    retry: false,
    message: 'The provider’s answer is larger than 200 MB, the most that can be streamed.',
  },
  storeUnavailable: {
    code: 2940,
    status: 503,
    blame: 'gateway',
    type: 'server_error',
    retry: true,
    message: 'The gateway cannot read its configuration at the moment. Try again shortly.',
  },
  internal: {
    code: 2999,
    status: 500,
    blame: 'gateway',
    type: 'server_error',
    retry: null,
    message: 'The gateway failed. The request id names the failure in its log.',
  },

  // Management and routing.
  noRoute: {
    code: 7003,
    status: 404,
    blame: 'caller',
    type: 'not_found_error',
    retry: false,
    message: 'Could not route to this path, perhaps your object identifier is invalid?',
  },
  invalidBody: {
    code: 7001,
    status: 400,
    blame: 'caller',
    type: 'invalid_request_error',
    retry: false,
    message: 'The body is not valid.',
  },
  invalidQuery: {
    code: 7004,
    status: 400,
    blame: 'caller',
    type: 'invalid_request_error',
    retry: false,
    message: 'The query is not valid.',
  },
  gatewayQuota: {
    code: 7011,
    status: 403,
    blame: 'policy',
    type: 'permission_error',
    retry: false,
    message: 'This account has as many gateways as it may have. Delete one first.',
  },
  answerTooLarge: {
    code: 7012,
    status: 413,
    blame: 'caller',
    type: 'invalid_request_error',
    retry: false,
    message: 'The answer is larger than one response can carry. Ask for a part of it with a Range header.',
  },
  notFound: {
    code: 7002,
    status: 404,
    blame: 'caller',
    type: 'not_found_error',
    retry: false,
    message: 'Not found.',
  },
  duplicate: {
    code: 7009,
    status: 409,
    blame: 'caller',
    type: 'conflict_error',
    retry: false,
    message: 'This already exists.',
  },
  conflict: {
    code: 7010,
    status: 409,
    blame: 'caller',
    type: 'conflict_error',
    retry: true,
    message: 'Someone else changed this at the same time. Read it again and repeat the change.',
  },
  forbiddenApi: {
    code: 9109,
    status: 403,
    blame: 'caller',
    type: 'permission_error',
    retry: false,
    message: 'This token does not have the permission that this call needs.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorName = keyof typeof ERRORS;
