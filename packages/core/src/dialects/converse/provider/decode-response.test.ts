import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../form/json.ts';
import { inputTotal, outputTotal } from '../../../form/usage.ts';
import { headerMap } from '../../../http/header-map.ts';
import { hasRecorded, recordedAnswer } from '../../../providers/__fixtures__/recorded.ts';
import { encodeAnswer } from '../__fixtures__/encode-answer.ts';
import { context } from '../__fixtures__/frames.ts';
import { readUsage } from '../usage.ts';
import { converse } from './index.ts';

const answer = (content: unknown, stopReason: unknown = 'end_turn', more: Json = {}): Json => ({
  output: { message: { role: 'assistant', content } },
  stopReason,
  usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
  ...more,
});

const decode = (body: Json, some: Parameters<typeof context>[0] = {}) =>
  converse.decodeResponse(body, context(some));

describe('a whole answer', () => {
  test('its id is of the headers, its model and time nobody names', () => {
    expect(decode(answer([{ text: 'Hi' }]))).toMatchObject({
      id: 'req-1',
      model: null,
      created: null,
      blocks: [{ kind: 'text', text: 'Hi' }],
      finish: { reason: 'stop', raw: 'end_turn' },
    });
  });

  test('every kind of block, and none for what is empty', () => {
    const content = [
      { text: '' },
      { reasoningContent: { reasoningText: { text: 'hm', signature: 'sig' } } },
      { reasoningContent: { redactedContent: Buffer.from('data').toString('base64') } },
      { toolUse: { toolUseId: 'c1', name: 'f', input: { a: 1 } } },
      { toolUse: { toolUseId: '', name: 'g', input: null } },
      { citationsContent: { content: [{ text: 'as ' }, { text: 'told' }], citations: [{ title: 'T' }] } },
      { image: { format: 'png', source: { bytes: 'iVBORw0KGgo=' } } },
      { video: { format: 'mp4' } },
      { text: null },
      'not a block',
    ];
    expect(decode(answer(content))).toMatchObject({
      blocks: [
        {
          kind: 'reasoning',
          text: 'hm',
          proof: { family: 'anthropic', kind: 'signature', value: 'sig' },
        },
        { kind: 'reasoning', text: '', proof: { kind: 'redacted', value: 'data' } },
        { kind: 'tool-call', id: 'c1', name: 'f', arguments: '{"a":1}' },
        { kind: 'tool-call', id: 'call_new', name: 'g', arguments: '{}' },
        { kind: 'text', text: 'as told', citations: [{ title: 'T', residue: { value: { title: 'T' } } }] },
        { kind: 'image', source: { mediaType: 'image/png' } },
        { kind: 'opaque', dialect: 'converse', value: { video: { format: 'mp4' } } },
      ],
      finish: { reason: 'tool-calls' },
    });
  });

  test('what the form has no word for is kept beside it', () => {
    const trace = { guardrail: { inputAssessment: {} } };
    expect(decode(answer([], 'guardrail_intervened', { trace, metrics: { latencyMs: 1 } }))).toMatchObject({
      finish: { reason: 'blocked-output', raw: 'guardrail_intervened' },
      residue: { dialect: 'converse', value: { trace, metrics: { latencyMs: 1 } } },
    });
  });

  test('an answer through our own tool is its text, without the words beside it', () => {
    const content = [{ text: 'Sure:' }, { toolUse: { toolUseId: 'c', name: 'json', input: { a: 1 } } }];
    expect(decode(answer(content, 'tool_use'), { outputTool: 'json' })).toMatchObject({
      blocks: [{ kind: 'text', text: '{"a":1}' }],
      finish: { reason: 'stop', raw: 'tool_use' },
    });
  });

  test('our own tool beside a tool of the caller: the call is to answer', () => {
    const content = [
      { toolUse: { toolUseId: 'c', name: 'json', input: {} } },
      { toolUse: { toolUseId: 'd', name: 'look', input: {} } },
    ];
    expect(decode(answer(content, 'tool_use'), { outputTool: 'json' })).toMatchObject({
      finish: { reason: 'tool-calls' },
    });
  });

  test.each([[{ message: 'Too many requests' }], [{}], [{ output: null }]])(
    'a good status without an answer is an error: %j',
    (body) => {
      expect(decode(body)).toMatchObject({ kind: 'error', class: 'upstream' });
    },
  );

  test('a call that the model could not write is an error', () => {
    expect(decode(answer([], 'malformed_model_output'))).toMatchObject({ class: 'malformed-tool-call' });
  });
});

describe('usage', () => {
  test('caches stand beside the input: 2 + 1322 + 5 = 1329', () => {
    const usage = readUsage({
      inputTokens: 2,
      outputTokens: 5,
      cacheReadInputTokens: 1322,
      totalTokens: 1329,
    });
    if (!usage) throw new Error('no usage');
    expect(usage).toMatchObject({ input: 2, cacheRead: 1322, cacheWrite: 0, output: 5 });
    expect(inputTotal(usage) + outputTotal(usage)).toBe(1329);
  });

  test('what is written for an hour is its own class', () => {
    const usage = readUsage({
      inputTokens: 1,
      outputTokens: 1,
      cacheWriteInputTokens: 30,
      cacheDetails: [
        { ttl: '1h', inputTokens: 20 },
        { ttl: '5m', inputTokens: 10 },
      ],
    });
    expect(usage).toMatchObject({ cacheWrite: 10, cacheWriteLong: 20 });
  });

  test.each([[null], [{}], [{ inputTokens: null, outputTokens: 'x' }]])('%j counts nothing', (usage) => {
    expect(readUsage(usage)).toBeNull();
  });
});

describe('errors', () => {
  test.each([
    ['ValidationException:http://internal.amazon.com/coral/', 400, 'bad-request'],
    ['AccessDeniedException', 403, 'permission'],
    ['ResourceNotFoundException', 404, 'not-found'],
    ['ModelTimeoutException', 408, 'timeout'],
    ['ServiceQuotaExceededException', 400, 'rate-limit'],
    ['ModelErrorException', 424, 'upstream'],
    ['ThrottlingException', 429, 'rate-limit'],
    ['ModelNotReadyException', 429, 'rate-limit'],
    ['InternalServerException', 500, 'upstream'],
    ['ServiceUnavailableException', 503, 'overloaded'],
  ])('%s is of its class (spec/providers 8.5)', (type, status, className) => {
    const headers = headerMap([['x-amzn-errortype', type]]);
    expect(converse.decodeError({ status, headers, text: '{"message":"no"}' })).toMatchObject({
      class: className,
      message: 'no',
      code: type.split(':')[0],
    });
  });

  test('a prompt that is too long says so in its message', () => {
    const headers = headerMap([['x-amzn-errortype', 'ValidationException']]);
    const text = '{"message":"Input is too long for requested model."}';
    expect(converse.decodeError({ status: 400, headers, text })).toMatchObject({ class: 'too-long' });
  });
});

(hasRecorded ? describe : describe.skip)('recorded answers', () => {
  test.each([[0], [1]])('a cached prompt, answer %i: nothing is lost', (interaction) => {
    const body = JSON.parse(
      recordedAnswer('bedrock/cache-write-read.cassette.yaml', interaction).toString(),
    ) as Json;
    const decoded = decode(body);
    if ('kind' in decoded) throw new Error(decoded.message);
    expect(encodeAnswer(decoded)).toEqual(body);
    const usage = decoded.usage;
    expect(usage && inputTotal(usage) + outputTotal(usage)).toBe(1329);
    expect(interaction === 0 ? usage?.cacheWrite : usage?.cacheRead).toBe(1322);
  });

  test('a refused stream is a plain 400 without frames', () => {
    const text = recordedAnswer('bedrock/error-400-stream.cassette.yaml').toString();
    expect(converse.decodeError({ status: 400, headers: headerMap([]), text })).toMatchObject({
      class: 'bad-request',
      message: 'The provided model identifier is invalid.',
    });
  });
});
