import { Refused } from '../../request-reader.ts';
import type { Problem } from '../../script.ts';
import { JSON_HEADERS, type WireError } from '../../wire.ts';
import type { ChatTraits } from './traits.ts';

const STATUS = {
  'bad-request': 400,
  authentication: 401,
  'not-found': 404,
  'rate-limit': 429,
  server: 500,
  overloaded: 503,
} as const;

const TYPES = {
  'bad-request': ['invalid_request_error', null],
  authentication: ['invalid_request_error', 'invalid_api_key'],
  'not-found': ['invalid_request_error', 'model_not_found'],
  'rate-limit': ['requests', 'rate_limit_exceeded'],
  server: ['server_error', null],
  overloaded: ['server_error', 'engine_overloaded'],
} as const;

export const chatError = (problem: Problem | Refused, traits: Pick<ChatTraits, 'errors'>): WireError => ({
  status: STATUS[problem.kind],
  headers: {
    ...JSON_HEADERS,
    'x-request-id': 'req_simulated',
    ...(problem.kind === 'rate-limit' ? { 'retry-after': '7' } : {}),
  },
  body: chatErrorBody(problem, traits),
});

/** The five shapes in which these providers tell what went wrong (spec/providers 2.6). */
export function chatErrorBody(problem: Problem | Refused, { errors }: Pick<ChatTraits, 'errors'>): string {
  const { message } = problem;
  const [type, code] = TYPES[problem.kind];
  const param = problem instanceof Refused ? problem.parameter : null;
  switch (errors) {
    case 'openai':
      return JSON.stringify({ error: { message, type, param, code } });
    case 'numbered':
      return JSON.stringify({ error: { code: STATUS[problem.kind], message } });
    case 'flat':
      return JSON.stringify({ object: 'error', message, type, param, code });
    case 'text':
      return JSON.stringify({ error: message });
    case 'xai':
      return JSON.stringify({ code: type, error: message });
  }
}
