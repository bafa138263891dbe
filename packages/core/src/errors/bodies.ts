import { placeOf } from '../form/fault.ts';
import type { Refusal } from './refusal.ts';

/** Who reads the error: each surface's clients look for it in another place (spec 2.2, 2.3, 1.6-10, 1.6-11). */
export type ErrorSurface =
  | 'gateway-host'
  | 'api-host'
  | 'management'
  /** The endpoints in Anthropic's format: its SDK reads `type` and `error.type` (spec/providers 2.6). */
  | 'messages'
  /** `/v1/{A}/{G}/run` (spec 2.3). */
  | 'run';

const MESSAGES_TYPES: Readonly<Record<string, string>> = {
  server_error: 'api_error',
  not_implemented_error: 'api_error',
  timeout: 'timeout_error',
  conflict_error: 'invalid_request_error',
};

/** The JSON body of a refusal, in the shape that the surface's clients can read. */
export function errorBody(refusal: Refusal, surface: ErrorSurface): string {
  const { code, status, type } = refusal.entry;
  const { message, path } = refusal;
  const errors =
    refusal.name === 'noRoute'
      ? [
          { code, message },
          { code: 7000, message: 'No route for that URI' },
        ]
      : refusal.faults.length > 0
        ? refusal.faults.map((fault) => ({ code, ...fault }))
        : [{ code, message, ...(path ? { path } : {}) }];
  switch (surface) {
    case 'management':
      return JSON.stringify({ success: false, errors, messages: [], result: null });
    case 'run':
      return JSON.stringify({
        state: 'Failed',
        error: { code: String(code), message },
        model: null,
        success: false,
        errors,
        name: 'AiGatewayError',
        httpCode: status,
        internalCode: code,
        message,
      });
    case 'messages':
    case 'api-host':
      return JSON.stringify({
        ...(surface === 'messages' ? { type: 'error' } : {}),
        success: false,
        errors,
        messages: [],
        result: null,
        message,
        error: {
          message,
          type: surface === 'messages' ? (MESSAGES_TYPES[type] ?? type) : type,
          code,
          // OpenAI's SDK has it as the error's `param`.
          param: path?.[0] === 'body' && path.length > 1 ? placeOf(path.slice(1)) : null,
          ...(refusal.details ? { details: refusal.details } : {}),
        },
        name: 'AiGatewayError',
        httpCode: status,
        internalCode: code,
      });
    case 'gateway-host':
      return JSON.stringify({
        success: false,
        result: [],
        messages: [],
        error: [{ code, message }],
        errors,
        name: 'AiGatewayError',
        httpCode: status,
        internalCode: code,
        message,
      });
  }
}
