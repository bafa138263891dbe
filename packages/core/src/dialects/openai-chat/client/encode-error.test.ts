import { describe, expect, test } from '@jest/globals';
import type { ErrorClass, ModelError } from '../../../form/model-error.ts';
import { encodeError } from './encode-error.ts';

const error = (name: ErrorClass, code: string | null = null): ModelError => ({
  kind: 'error',
  class: name,
  message: 'Words.',
  status: 418,
  code,
  parameter: 'tools',
  raw: null,
});

describe('an error to a chat client', () => {
  test.each<[name: ErrorClass, status: number, type: string, code: string | null]>([
    ['bad-request', 400, 'invalid_request_error', 'own_word'],
    ['too-long', 400, 'invalid_request_error', 'context_length_exceeded'],
    ['too-large', 413, 'invalid_request_error', 'request_too_large'],
    ['content-blocked', 400, 'invalid_request_error', 'content_filter'],
    ['authentication', 401, 'authentication_error', 'invalid_api_key'],
    ['permission', 403, 'permission_error', 'own_word'],
    ['billing', 429, 'insufficient_quota', 'insufficient_quota'],
    ['not-found', 404, 'invalid_request_error', 'model_not_found'],
    ['conflict', 409, 'conflict_error', 'own_word'],
    ['rate-limit', 429, 'rate_limit_error', 'rate_limit_exceeded'],
    ['overloaded', 503, 'server_error', 'overloaded'],
    ['timeout', 504, 'timeout', 'own_word'],
    ['upstream', 502, 'server_error', 'own_word'],
    ['malformed-tool-call', 502, 'server_error', 'upstream_malformed_tool_call'],
  ])('of the class %s has status %d', (name, status, type, code) => {
    expect(encodeError(error(name, 'own_word'))).toEqual({
      status,
      body: { error: { message: 'Words.', type, param: 'tools', code } },
    });
  });

  test('does not repeat its type as its code', () => {
    expect(encodeError(error('bad-request', 'invalid_request_error')).body).toMatchObject({
      error: { code: null },
    });
  });
});
