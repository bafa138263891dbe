import { describe, expect, test } from '@jest/globals';
import { foldEvents } from '../../../form/fold-events.ts';
import type { Json } from '../../../form/json.ts';
import type { ModelResponse } from '../../../form/response.ts';
import { workersAiTranslation } from '../../../providers/workers-ai/translation.ts';
import { bottomless, expectTolerant, likely } from '../../__fixtures__/arbitrary-answers.ts';
import { asked, decodeContext, decoded } from '../../__fixtures__/exchange.ts';
import { encodeAnswer } from '../__fixtures__/encode-answer.ts';

const run = workersAiTranslation.dialectFor('@hf/thebloke/model', asked());
const ENVELOPE = { success: true, errors: [], messages: [] };
const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

function whole(body: Json): ModelResponse {
  const result = run.decodeResponse(body, decodeContext());
  if ('kind' in result) throw new Error(result.message);
  return result;
}
/** The form has lost nothing of it. */
function lossless(body: Json): ModelResponse {
  const answer = whole(body);
  expect(encodeAnswer(answer)).toEqual(body);
  return answer;
}

describe('a whole answer', () => {
  test('in its envelope', () => {
    expect(lossless({ result: { response: 'Hello', usage: USAGE }, ...ENVELOPE })).toMatchObject({
      blocks: [{ kind: 'text', text: 'Hello' }],
      finish: { reason: 'stop', raw: null },
      usage: { input: 10, output: 5 },
    });
  });

  test('without it', () => {
    expect(lossless({ response: 'Hello' })).toMatchObject({ blocks: [{ text: 'Hello' }], usage: null });
  });

  test('of JSON mode is an object, and its text is JSON', () => {
    const { blocks } = lossless({ result: { response: { a: [1] }, usage: USAGE }, ...ENVELOPE });
    expect(blocks).toMatchObject([{ kind: 'text', text: '{"a":[1]}' }]);
  });

  test('of calls has no text and no ids, so that they get some', () => {
    const tool_calls = [
      { name: 'look', arguments: { at: 1 } },
      { name: 'look', arguments: {} },
    ];
    const { blocks, finish } = lossless({
      result: { response: null, tool_calls, usage: USAGE },
      ...ENVELOPE,
    });
    expect(blocks).toEqual([
      { kind: 'tool-call', id: 'call_000000000000000000000001', name: 'look', arguments: '{"at":1}' },
      { kind: 'tool-call', id: 'call_000000000000000000000002', name: 'look', arguments: '{}' },
    ]);
    expect(finish.reason).toBe('tool-calls');
  });

  test.each([undefined, null, '', 'null', [], 1])('arguments %j are the empty object (bug 1)', (args) => {
    const { blocks } = whole({ result: { tool_calls: [{ name: 'a', arguments: args }] } });
    expect(blocks).toMatchObject([{ arguments: '{}' }]);
  });

  test('arguments without a bottom do not break the rest', () => {
    const body = { response: 'b', tool_calls: [{ name: 'a', arguments: bottomless() }] };
    expect(whole(body).blocks).toMatchObject([{ text: 'b' }, { arguments: '{}' }]);
  });

  test('calls in the shape of OpenAI, and calls with null in every field', () => {
    const tool_calls = [
      { id: 'x', type: 'function', function: { name: 'a', arguments: '{"b":1}' } },
      { name: null, arguments: null },
    ];
    expect(whole({ result: { tool_calls } }).blocks).toEqual([
      { kind: 'tool-call', id: 'x', name: 'a', arguments: '{"b":1}' },
    ]);
  });

  test('as long as it was allowed to be met its limit (bug 28)', () => {
    const body = { result: { response: 'x', usage: { prompt_tokens: 1, completion_tokens: 50 } } };
    const finishAt = (maxTokens: number) =>
      run.decodeResponse(body, decodeContext({ request: asked({ parameters: { maxTokens } }) }));
    expect(finishAt(50)).toMatchObject({ finish: { reason: 'length' } });
    expect(finishAt(51)).toMatchObject({ finish: { reason: 'stop' } });
  });

  test('of a newer model is in the shape of OpenAI', () => {
    const choices = [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'length' }];
    expect(whole({ result: { id: 'chatcmpl-1', choices, usage: USAGE }, ...ENVELOPE })).toMatchObject({
      blocks: [{ kind: 'text', text: 'Hi' }],
      finish: { reason: 'length', raw: 'length' },
      usage: { input: 10, output: 5 },
    });
  });

  test.each<Json>([{}, { result: {} }, { result: null, success: true }])('%j is no answer', (body) => {
    expect(run.decodeResponse(body, decodeContext())).toMatchObject({ kind: 'error', class: 'upstream' });
  });

  test('a 200 that says it failed is an error', () => {
    const body = { success: false, errors: [{ code: 5023, message: 'JSON mode cannot stream' }], result: {} };
    expect(run.decodeResponse(body, decodeContext())).toMatchObject({
      class: 'bad-request',
      code: '5023',
      message: 'JSON mode cannot stream',
    });
  });
});

describe('a stream', () => {
  const folded = (payloads: readonly (Json | string)[]) => foldEvents(decoded(run, payloads));

  test('of text with padding, counts at the end', () => {
    const events = decoded(run, [
      { response: 'He', p: 'abcdef' },
      { response: '', p: 'abc' },
      { response: 'llo ', usage: { ...USAGE, completion_tokens: 1 } },
      { response: 7 },
      { response: '', usage: USAGE },
      '[DONE]',
    ]);
    expect(events.filter(({ kind }) => kind === 'usage')).toHaveLength(1);
    expect(foldEvents(events)).toEqual({
      id: null,
      model: null,
      created: null,
      blocks: [{ kind: 'text', text: 'Hello 7' }],
      finish: { reason: 'stop', raw: null },
      usage: expect.objectContaining({ input: 10, output: 5 }),
    });
  });

  test('of calls in a late chunk, repeated with nulls', () => {
    expect(
      folded([
        { response: '' },
        {
          response: null,
          tool_calls: [
            { name: 'a', arguments: { x: 1 } },
            { name: 'b', arguments: '' },
          ],
        },
        { response: null, tool_calls: [{ name: null, arguments: null }] },
        '[DONE]',
      ]),
    ).toMatchObject({
      blocks: [
        { name: 'a', arguments: '{"x":1}' },
        { name: 'b', arguments: '{}' },
      ],
      finish: { reason: 'tool-calls' },
    });
  });

  test('of a newer model is in the shape of OpenAI from its first chunk on', () => {
    const chunk = (delta: Json, finish_reason: string | null = null) => ({
      id: 'c',
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason }],
    });
    expect(folded([chunk({ role: 'assistant', content: 'Hi' }), chunk({}, 'stop'), '[DONE]'])).toMatchObject({
      id: 'c',
      blocks: [{ text: 'Hi' }],
      finish: { reason: 'stop', raw: 'stop' },
    });
  });

  test('that is cut is a failure', () => {
    expect(folded([{ response: 'half' }])).toMatchObject({ kind: 'error', class: 'upstream' });
    expect(folded([])).toMatchObject({ kind: 'error' });
  });

  test('with an error inside ends with it (bug 16)', () => {
    const errors = [{ code: 3040, message: 'Capacity' }];
    expect(
      folded([{ response: 'a' }, { success: false, errors }, { response: 'b' }, '[DONE]']),
    ).toMatchObject({
      kind: 'error',
      class: 'rate-limit',
    });
  });
});

test.each([
  [3003, 400, 'bad-request'],
  [3006, 413, 'too-large'],
  [5018, 403, 'permission'],
  [5007, 400, 'not-found'],
  [3042, 404, 'not-found'],
  [3007, 408, 'timeout'],
  [3036, 429, 'rate-limit'],
  [3040, 429, 'rate-limit'],
])('error %i is %s', (code, status, errorClass) => {
  const text = JSON.stringify({
    result: null,
    success: false,
    errors: [{ code, message: 'm' }],
    messages: [],
  });
  expect(run.decodeError({ status, headers: new Map(), text })).toMatchObject({ class: errorClass });
});

test('whatever comes, nothing throws and the grammar holds', () => {
  expectTolerant(
    run,
    likely({
      result: [{ response: 'x' }, { tool_calls: [{ name: 'a' }] }],
      response: ['x', { a: 1 }, 3],
      tool_calls: [[{ name: 'a', arguments: { b: 1 } }], [{ function: { name: 'a', arguments: '{' } }]],
      usage: [{ prompt_tokens: 1, completion_tokens: 1 }],
      choices: [[{ delta: { content: 'x' } }], [{ message: { content: 'x' }, finish_reason: 'stop' }]],
      p: ['abc'],
      success: [true, false],
      errors: [[{ code: 1, message: 'x' }]],
    }),
  );
});
