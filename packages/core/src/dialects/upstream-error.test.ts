import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseJson } from '../form/json.ts';
import type { ErrorClass } from '../form/model-error.ts';
import { headerMap } from '../http/header-map.ts';
import { hasRecorded, recordedAnswer, recordedBody } from '../providers/__fixtures__/recorded.ts';
import { readErrorBody, readUpstreamError } from './upstream-error.ts';

const read = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  readUpstreamError({
    status,
    headers: headerMap(Object.entries(headers)),
    text: typeof body === 'string' ? body : JSON.stringify(body),
  });

type Row = [
  who: string,
  status: number,
  body: unknown,
  expected: { class: ErrorClass; message?: string; code?: string | null; parameter?: string | null },
];

const SHAPES: readonly Row[] = [
  [
    'Anthropic',
    529,
    { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' }, request_id: 'req_1' },
    { class: 'overloaded', message: 'Overloaded', code: 'overloaded_error' },
  ],
  [
    'Anthropic, of a prompt that is too long',
    400,
    {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'prompt is too long: 210000 tokens > 200000 maximum' },
    },
    { class: 'too-long', code: 'invalid_request_error' },
  ],
  [
    'Anthropic, of an empty account',
    400,
    {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'Your credit balance is too low to access the API.' },
    },
    { class: 'billing' },
  ],
  [
    'Azure, of a prompt that its filter stopped',
    400,
    {
      error: {
        message: 'The response was filtered.',
        type: null,
        param: 'prompt',
        code: 'content_filter',
        status: 400,
        innererror: {
          code: 'ResponsibleAIPolicyViolation',
          content_filter_result: { hate: { filtered: true, severity: 'high' } },
        },
      },
    },
    { class: 'content-blocked', code: 'content_filter', parameter: 'prompt' },
  ],
  [
    'Azure, of a filter without a code',
    400,
    { error: { message: 'No.', innererror: { content_filter_result: { jailbreak: { filtered: true } } } } },
    { class: 'content-blocked' },
  ],
  [
    'Azure, with its status as text',
    404,
    { error: { code: '404', message: 'Resource not found' } },
    { class: 'not-found', message: 'Resource not found', code: null },
  ],
  [
    "Azure's front door",
    401,
    { statusCode: 401, message: 'Access denied due to invalid subscription key.' },
    { class: 'authentication' },
  ],
  [
    'Google',
    429,
    { error: { code: 429, message: 'Quota.', status: 'RESOURCE_EXHAUSTED', details: [] } },
    { class: 'rate-limit', message: 'Quota.', code: 'RESOURCE_EXHAUSTED' },
  ],
  [
    'Google, wrapped in an array',
    503,
    [{ error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }],
    { class: 'overloaded', message: 'The model is overloaded.', code: 'UNAVAILABLE' },
  ],
  [
    'Google, of a key that it does not know',
    400,
    {
      error: {
        code: 400,
        message: 'Something about the key.',
        status: 'INVALID_ARGUMENT',
        details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }],
      },
    },
    { class: 'authentication' },
  ],
  [
    'Google, of too much input',
    400,
    {
      error: {
        code: 400,
        message: 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
        status: 'INVALID_ARGUMENT',
      },
    },
    { class: 'too-long' },
  ],
  [
    'Google, of a deadline',
    504,
    { error: { code: 504, message: 'Late.', status: 'DEADLINE_EXCEEDED' } },
    { class: 'timeout' },
  ],
  [
    'OpenAI',
    400,
    { error: { message: 'Bad n.', type: 'invalid_request_error', param: 'n', code: null } },
    { class: 'bad-request', message: 'Bad n.', code: 'invalid_request_error', parameter: 'n' },
  ],
  [
    'OpenAI, of a long conversation',
    400,
    {
      error: {
        message: 'Long.',
        type: 'invalid_request_error',
        param: 'messages',
        code: 'context_length_exceeded',
      },
    },
    { class: 'too-long', code: 'context_length_exceeded' },
  ],
  [
    'OpenAI, of an empty account',
    429,
    { error: { message: 'Quota.', type: 'insufficient_quota', param: null, code: 'insufficient_quota' } },
    { class: 'billing', code: 'insufficient_quota' },
  ],
  [
    'OpenAI, of the rate',
    429,
    { error: { message: 'Slow down.', type: 'tokens', param: null, code: 'rate_limit_exceeded' } },
    { class: 'rate-limit', code: 'rate_limit_exceeded' },
  ],
  [
    'OpenAI, of a key, with the broad type that a bad request has too',
    401,
    { error: { message: 'Wrong key.', type: 'invalid_request_error', param: null, code: 'invalid_api_key' } },
    { class: 'authentication' },
  ],
  [
    'OpenAI, of its own fault',
    500,
    { error: { message: 'Sorry.', type: 'server_error', param: null, code: null } },
    { class: 'upstream', code: 'server_error' },
  ],
  [
    'OpenAI, of a picture that it will not draw',
    400,
    { error: { message: 'No.', type: 'invalid_request_error', code: 'content_policy_violation' } },
    { class: 'content-blocked' },
  ],
  [
    'OpenRouter, with the error of the provider behind it as text',
    400,
    {
      error: {
        code: 400,
        message: 'Provider returned error',
        metadata: {
          provider_name: 'Anthropic',
          raw: '{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 1"}}',
        },
      },
    },
    { class: 'too-long', message: 'prompt is too long: 1', code: 'invalid_request_error' },
  ],
  [
    'OpenRouter, with plain words behind it',
    502,
    { error: { code: 502, message: 'Provider returned error', metadata: { raw: 'upstream is down' } } },
    { class: 'upstream', message: 'upstream is down', code: null },
  ],
  [
    'OpenRouter, of moderation',
    403,
    { error: { code: 403, message: 'Flagged', metadata: { reasons: ['x'], flagged_input: 'y' } } },
    { class: 'content-blocked' },
  ],
  [
    'Perplexity, with the status in `code`',
    401,
    { error: { message: 'Invalid API key', type: 'invalid_api_key', code: 401 } },
    { class: 'authentication', code: 'invalid_api_key' },
  ],
  [
    'xAI',
    400,
    { code: 'Client specified an invalid argument', error: 'Bad temperature.' },
    { class: 'bad-request', message: 'Bad temperature.', code: 'Client specified an invalid argument' },
  ],
  [
    'xAI, of a key that it does not know',
    400,
    { code: 'Client specified an invalid argument', error: 'Incorrect API key provided: xx.' },
    { class: 'authentication' },
  ],
  [
    'Together and Ollama',
    404,
    { error: 'model "x" not found' },
    { class: 'not-found', message: 'model "x" not found' },
  ],
  [
    'Hugging Face, with a list',
    422,
    { error: ['a is wrong', 'b too'] },
    { class: 'bad-request', message: 'a is wrong b too' },
  ],
  [
    'Mistral',
    401,
    { object: 'error', message: 'Unauthorized', type: 'x', param: null, code: '1500', raw_status_code: 401 },
    { class: 'authentication', message: 'Unauthorized', code: '1500' },
  ],
  [
    'Mistral and vLLM, of a body that they cannot read',
    422,
    { detail: [{ type: 'missing', loc: ['body', 'messages', 0, 'role'], msg: 'Field required' }] },
    { class: 'bad-request', message: 'messages.0.role: Field required', parameter: 'messages.0.role' },
  ],
  [
    'Mistral, with the list inside its message',
    422,
    {
      object: 'error',
      message: { detail: [{ loc: ['body', 'seed'], msg: 'Extra inputs' }] },
      type: 'invalid',
    },
    { class: 'bad-request', message: 'seed: Extra inputs', parameter: 'seed' },
  ],
  ['FastAPI', 404, { detail: 'Not Found' }, { class: 'not-found', message: 'Not Found' }],
  [
    'vLLM',
    400,
    {
      object: 'error',
      message: "This model's maximum context length is 4096 tokens.",
      type: 'BadRequestError',
      param: null,
      code: 400,
    },
    { class: 'too-long', code: 'BadRequestError' },
  ],
  [
    'Cerebras, flat',
    400,
    { message: 'Wrong.', type: 'invalid_request_error', param: 'tools', code: 'wrong_api_format' },
    { class: 'bad-request', message: 'Wrong.', code: 'wrong_api_format', parameter: 'tools' },
  ],
  [
    'Bedrock, by the type in its body',
    400,
    { __type: 'com.amazon.coral.service#ThrottlingException', message: 'Too many tokens, please wait.' },
    { class: 'rate-limit', code: 'ThrottlingException', message: 'Too many tokens, please wait.' },
  ],
  [
    'AWS with a capital',
    403,
    { Message: 'User is not authorized' },
    { class: 'permission', message: 'User is not authorized' },
  ],
  ['Cohere', 429, { message: 'You are past the rate limit.', id: '1' }, { class: 'rate-limit' }],
  ['Cohere, of its token', 498, { message: 'invalid api token' }, { class: 'authentication' }],
  [
    'Groq, of a call that its model wrote wrongly',
    400,
    {
      error: {
        message: 'Failed.',
        type: 'invalid_request_error',
        code: 'tool_use_failed',
        failed_generation: '<x',
      },
    },
    { class: 'malformed-tool-call', code: 'tool_use_failed' },
  ],
  [
    'HTML',
    502,
    '<html><title>Bad gateway</title></html>',
    { class: 'upstream', message: '<html><title>Bad gateway</title></html>', code: null },
  ],
  [
    'nothing',
    503,
    '',
    { class: 'overloaded', message: 'The provider answered with status 503 and no message.' },
  ],
  [
    'an empty object',
    500,
    {},
    { class: 'upstream', message: 'The provider answered with status 500 and no message.' },
  ],
  ['JSON of nobody', 400, { oops: 1 }, { class: 'bad-request', message: '{"oops":1}' }],
  ['a text in quotes', 404, '"nothing here"', { class: 'not-found', message: 'nothing here' }],
];

describe('the error of a provider', () => {
  test.each(SHAPES)('from %s is read', (_who, status, body, expected) => {
    const error = read(status, body);
    expect(error).toMatchObject({ kind: 'error', status, ...expected });
    expect(error.raw).toEqual(typeof body === 'string' ? (parseJson(body) ?? body) : body);
  });

  test.each<[status: number, expected: ErrorClass]>([
    [400, 'bad-request'],
    [401, 'authentication'],
    [402, 'billing'],
    [403, 'permission'],
    [404, 'not-found'],
    [408, 'timeout'],
    [409, 'conflict'],
    [413, 'too-large'],
    [422, 'bad-request'],
    [424, 'upstream'],
    [429, 'rate-limit'],
    [451, 'bad-request'],
    [500, 'upstream'],
    [502, 'upstream'],
    [503, 'overloaded'],
    [504, 'timeout'],
    [520, 'upstream'],
    [524, 'timeout'],
    [529, 'overloaded'],
  ])('with nothing but the status %d is classed by it', (status, expected) => {
    expect(read(status, '').class).toBe(expected);
  });

  test.each<[code: number, expected: ErrorClass]>([
    [3003, 'bad-request'],
    [3006, 'too-large'],
    [3007, 'timeout'],
    [3036, 'rate-limit'],
    [3040, 'rate-limit'],
    [3041, 'permission'],
    [3042, 'not-found'],
    [5004, 'bad-request'],
    [5007, 'not-found'],
    [5018, 'permission'],
    [5019, 'bad-request'],
    [5023, 'bad-request'],
  ])('of Workers AI with the code %d is classed by that code', (code, expected) => {
    const error = read(400, { success: false, errors: [{ code, message: 'AiError: x' }], result: {} });
    expect(error).toMatchObject({ class: expected, message: 'AiError: x', code: String(code), status: 400 });
  });

  test("of Cloudflare's API itself is classed by its status", () => {
    const body = { success: false, errors: [{ code: 10000, message: 'Authentication error' }] };
    expect(read(401, body)).toMatchObject({ class: 'authentication', message: 'Authentication error' });
  });

  test.each<[type: string, status: number, expected: ErrorClass]>([
    ['ValidationException', 400, 'bad-request'],
    ['AccessDeniedException', 403, 'permission'],
    ['UnrecognizedClientException', 403, 'authentication'],
    ['ResourceNotFoundException', 404, 'not-found'],
    ['ModelTimeoutException', 408, 'timeout'],
    ['ConflictException', 400, 'conflict'],
    ['ServiceQuotaExceededException', 400, 'rate-limit'],
    ['ModelErrorException', 424, 'upstream'],
    ['modelStreamErrorException', 424, 'upstream'],
    ['ThrottlingException', 429, 'rate-limit'],
    ['ModelNotReadyException', 429, 'rate-limit'],
    ['InternalServerException', 500, 'upstream'],
    ['ServiceUnavailableException', 503, 'overloaded'],
  ])('of Bedrock with the header %s is classed by it', (type, status, expected) => {
    const headers = { 'x-amzn-errortype': `${type}:http://internal.amazon.com/coral/` };
    expect(read(status, { message: 'm' }, headers)).toMatchObject({
      class: expected,
      code: type,
      message: 'm',
    });
  });

  test('of Bedrock is too long by its sentence', () => {
    const headers = { 'x-amzn-errortype': 'ValidationException' };
    expect(read(400, { message: 'Input is too long for requested model.' }, headers).class).toBe('too-long');
  });

  test('keeps no more of a page than two kilobytes', () => {
    expect(read(500, 'x'.repeat(100_000)).message).toHaveLength(2048);
  });
});

describe('the time that a provider wants to be left alone', () => {
  test.each<[what: string, headers: Record<string, string>, expected: number | undefined]>([
    ['seconds', { 'retry-after': '7' }, 7000],
    ['milliseconds first', { 'retry-after': '7', 'retry-after-ms': '6500' }, 6500],
    [
      'a date',
      { 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT', date: 'Wed, 21 Oct 2026 07:28:00 GMT' },
      30_000,
    ],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
    ['nothing', {}, undefined],
  ])('is read from %s', (_what, headers, expected) => {
    expect(read(429, '', headers).retryAfter).toBe(expected);
  });

  test("is read from Google's details", () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.07s' }];
    const error = { code: 429, message: 'm', status: 'RESOURCE_EXHAUSTED', details };
    expect(read(429, { error }).retryAfter).toBe(34_070);
  });
});

describe('a body or an event with a good status', () => {
  test.each<[what: string, body: unknown, expected: { class: ErrorClass; status: number; message?: string }]>(
    [
      [
        'choices and an error, as OpenRouter sends',
        { choices: [{ index: 0, delta: { content: '' } }], error: { code: 429, message: 'Busy' } },
        { class: 'rate-limit', status: 429, message: 'Busy' },
      ],
      ["xAI's refusal", { code: 'x', error: 'Content is bad' }, { class: 'upstream', status: 502 }],
      [
        "Anthropic's event",
        { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
        { class: 'overloaded', status: 503 },
      ],
      [
        "Groq's event",
        { error: { message: 'm', type: 'invalid_request_error', code: 'tool_use_failed', status_code: 400 } },
        { class: 'malformed-tool-call', status: 400 },
      ],
      [
        "Responses' flat event",
        { type: 'error', code: 'rate_limit_exceeded', message: 'Slow', param: null, sequence_number: 3 },
        { class: 'rate-limit', status: 429, message: 'Slow' },
      ],
      [
        "vLLM's event",
        { object: 'error', message: 'm', type: 'BadRequestError', code: 400 },
        { class: 'bad-request', status: 400 },
      ],
      [
        "Cloudflare's",
        { success: false, errors: [{ code: 3040, message: 'No capacity' }], result: null },
        { class: 'rate-limit', status: 429 },
      ],
      [
        'a broad word alone',
        { error: { type: 'server_error' } },
        { class: 'upstream', status: 502, message: 'server_error' },
      ],
    ],
  )('holds an error: %s', (_what, body, expected) => {
    expect(readErrorBody(body, null)).toMatchObject(expected);
    expect(readErrorBody(body, 200)).toMatchObject(expected);
  });

  test.each<[what: string, body: unknown]>([
    ['a chat answer', { id: 'x', choices: [{ message: { content: 'error' } }] }],
    ['an error that is null', { id: 'x', error: null, choices: [] }],
    ['an error that is empty', { error: {}, choices: [] }],
    ['an error that is false', { error: false }],
    ["Workers AI's envelope", { result: { response: 'hi' }, success: true, errors: [], messages: [] }],
    ["Cohere's answer", { id: 'x', message: { role: 'assistant', content: [] } }],
    ['a message alone', { message: 'hello' }],
    ["Anthropic's answer", { type: 'message', content: [] }],
    ['no object', 'error'],
    ['nothing', null],
  ])('holds none: %s', (_what, body) => {
    expect(readErrorBody(body, null)).toBeNull();
  });
});

test('whatever a provider sends, reading its error does not throw and has a class, a message and a status', () => {
  const keys = fc.constantFrom(
    'error',
    'message',
    'code',
    'type',
    'detail',
    'errors',
    'metadata',
    'raw',
    'status',
    'details',
    'innererror',
    'success',
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.jsonValue({ maxDepth: 1 }),
      fc.dictionary(keys, tie('tree')),
      fc.array(tie('tree'), { maxLength: 3 }),
    ),
  }));
  fc.assert(
    fc.property(tree, fc.integer({ min: 300, max: 599 }), (body, status) => {
      const error = read(status, body === undefined ? '' : JSON.stringify(body));
      expect(error.message).not.toBe('');
      expect(error.status).toBe(status);
      readErrorBody(body, null);
    }),
  );
});

(hasRecorded ? describe : describe.skip)('recorded errors', () => {
  test.each<
    [
      file: string,
      status: number,
      body: () => Buffer,
      expected: { class: ErrorClass; code?: string; parameter?: string },
    ]
  >([
    [
      'anthropic',
      404,
      () => recordedAnswer('anthropic/error-404-model.cassette.yaml'),
      { class: 'not-found', code: 'not_found_error' },
    ],
    [
      'groq',
      400,
      () => recordedAnswer('groq/error-400-tool-use-failed.cassette.yaml'),
      { class: 'malformed-tool-call', code: 'tool_use_failed' },
    ],
    [
      'openai',
      400,
      () => recordedAnswer('openai-chat/error-400.cassette.yaml'),
      { class: 'bad-request', parameter: 'max_tokens' },
    ],
    [
      'openai system role',
      400,
      () => recordedAnswer('openai-chat/error-400-system-role.cassette.yaml'),
      { class: 'bad-request', parameter: 'messages[0].role' },
    ],
    [
      'openai legacy',
      400,
      () => recordedBody('openai-chat/reasoning-model-legacy-parameter-error.json'),
      { class: 'bad-request', code: 'unsupported_parameter' },
    ],
    [
      'openai responses',
      400,
      () => recordedAnswer('openai-responses/error-400-orphan-reasoning.cassette.yaml', 1),
      { class: 'bad-request', parameter: 'input' },
    ],
    [
      'bedrock',
      400,
      () => recordedAnswer('bedrock/error-400-stream.cassette.yaml'),
      { class: 'bad-request' },
    ],
    [
      'google',
      429,
      () => recordedBody('google/google-429-retry-info.json'),
      { class: 'rate-limit', code: 'RESOURCE_EXHAUSTED' },
    ],
  ])('%s', (_who, status, body, expected) => {
    expect(read(status, body().toString())).toMatchObject({ status, ...expected });
  });

  test('an error beside choices, in the middle of a stream', () => {
    const data = recordedAnswer('openrouter/stream-error.cassette.yaml')
      .toString()
      .split('\n')
      .find((line) => line.includes('"error"'));
    expect(readErrorBody(JSON.parse(data?.slice(6) ?? ''), null)).toMatchObject({
      class: 'bad-request',
      status: 400,
      message: 'Token limit reached',
    });
  });

  test('a quota that is used up, in an event of Responses', () => {
    const events = recordedBody('openai-responses/openai-error.1.chunks.txt').toString().split('\n');
    const errors = events.filter((line) => line !== '').map((line) => readErrorBody(JSON.parse(line), null));
    expect(errors.filter((it) => it !== null)).toMatchObject([{ class: 'billing', status: 402 }]);
  });
});
