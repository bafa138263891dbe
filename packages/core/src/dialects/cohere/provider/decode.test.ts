import { describe, expect, test } from '@jest/globals';
import { foldEvents } from '../../../form/fold-events.ts';
import { child, type Json } from '../../../form/json.ts';
import type { ModelResponse } from '../../../form/response.ts';
import { tokensIn, tokensOut } from '../../../form/token-usage.ts';
import { inputTotal, outputTotal } from '../../../form/usage.ts';
import { hasRecorded, recordedBody } from '../../../providers/__fixtures__/recorded.ts';
import { assembleCohere } from '../../../providers/assembled/cohere.ts';
import { tokenUsage } from '../../../providers/usage/token-shapes.ts';
import { expectTolerant, likely } from '../../__fixtures__/arbitrary-answers.ts';
import { decodeContext, decoded } from '../../__fixtures__/exchange.ts';
import { encodeAnswer } from '../__fixtures__/encode-answer.ts';
import { cohere } from './index.ts';

const recorded = hasRecorded ? describe : describe.skip;

function answered(result: ReturnType<typeof cohere.decodeResponse>): ModelResponse {
  if ('kind' in result) throw new Error(result.message);
  return result;
}
const whole = (body: Json) => answered(cohere.decodeResponse(body, decodeContext()));
const streamed = (events: readonly Json[]) => answered(foldEvents(decoded(cohere, events)));
const bodyOf = (file: string) => JSON.parse(recordedBody(`cohere/${file}`).toString()) as Json;
const eventsOf = (file: string): readonly Json[] =>
  recordedBody(`cohere/${file}`)
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Json);

/** What is billed is another number, and neither is lost. */
function expectSums({ usage }: ModelResponse, raw: unknown) {
  const record = tokenUsage('cohere', raw as Json);
  if (!usage || !record) throw new Error('no usage');
  expect(inputTotal(usage)).toBe(tokensIn(record));
  expect(outputTotal(usage)).toBe(tokensOut(record));
  expect(inputTotal(usage)).toBe(child(raw as Json, 'tokens')?.input_tokens);
  expect(usage.residue?.value.billed_units).toEqual((raw as Json).billed_units);
}

recorded('what Cohere answered', () => {
  test('a text with citations of a document', () => {
    const body = bodyOf('cohere-citations.json');
    const answer = whole(body);
    const [block] = answer.blocks;
    if (block?.kind !== 'text') throw new Error('no text');
    for (const { start, end, quote, title } of block.citations ?? []) {
      expect(block.text.slice(start ?? 0, end ?? 0)).toBe(quote);
      expect(title).toBe('benefits.txt');
    }
    expect(block.citations).toHaveLength(3);
    expect(answer.usage).toMatchObject({ input: 691, cacheRead: 992, output: 62 });
    expectSums(answer, body.usage);
    expect(encodeAnswer(answer)).toEqual(body);
  });

  test('a plan and a call whose arguments are the word null (bug 1)', () => {
    const body = bodyOf('cohere-null-args.json');
    const answer = whole(body);
    expect(answer.blocks).toMatchObject([
      { kind: 'text', text: 'I will use the currentTime tool to find the current time.' },
      { kind: 'tool-call', id: 'currentTime_tf4dywn8wgnk', name: 'currentTime', arguments: '{}' },
    ]);
    expect(answer.finish).toEqual({ reason: 'tool-calls', raw: 'TOOL_CALL' });
    expectSums(answer, body.usage);
    expect(JSON.stringify(encodeAnswer(answer))).toContain('"arguments":"{}"');
    expect(encodeAnswer(answer)).toEqual(JSON.parse(JSON.stringify(body).replace('"null"', '"{}"')));
  });

  test.each(['cohere-text.chunks.txt', 'cohere-tool-call.chunks.txt'])(
    'the stream %s, without loss',
    (file) => {
      const events = eventsOf(file);
      const answer = streamed(events);
      const assembled = assembleCohere(events);
      expectSums(answer, assembled.usage);
      expect(encodeAnswer(answer)).toEqual(assembled);
    },
  );

  test('parallel calls keep their ids and arguments apart (bug 6)', () => {
    const { blocks } = streamed(eventsOf('cohere-tool-call.chunks.txt'));
    expect(blocks).toMatchObject([
      { kind: 'text', text: expect.stringMatching(/^I will use .*\.$/) },
      { id: 'weather_e8p4pn45zt0t', arguments: '{"location": "San Francisco"}' },
      { id: 'cityAttractions_pyxssbwnq9fq', arguments: '{"city": "San Francisco"}' },
    ]);
  });
});

const event = (type: string, message: Json = {}, about: Json = {}): Json => ({
  type,
  delta: { message },
  ...about,
});
const END = { type: 'message-end', delta: { finish_reason: 'COMPLETE' } };

describe('a stream', () => {
  test('of thoughts and texts: a new part is a new block', () => {
    const { blocks } = streamed([
      event('message-start', {}, { id: 'x' }),
      event('content-start', { content: { type: 'thinking', thinking: '' } }),
      event('content-delta', { content: { thinking: 'hm' } }),
      { type: 'content-end', index: 0 },
      event('content-start', { content: { type: 'text', text: 'a' } }),
      event('content-delta', { content: { text: 'b' } }),
      event('content-start', { content: { type: 'text' } }),
      event('content-delta', { content: { text: 'c' } }),
      END,
    ]);
    expect(blocks).toEqual([
      { kind: 'reasoning', text: 'hm' },
      { kind: 'text', text: 'ab' },
      { kind: 'text', text: 'c' },
    ]);
  });

  test('citations after the end of their text still reach it; others are kept', () => {
    const citation = {
      start: 1,
      end: 2,
      text: 'b',
      sources: [{ type: 'tool', tool_output: { url: 'https://u' } }],
    };
    const plan = { start: 0, end: 1, text: 'p', type: 'PLAN' };
    const answer = streamed([
      event('message-start'),
      event('content-start', { content: { type: 'text', text: '🙂b' } }),
      { type: 'content-end', index: 0 },
      event('citation-start', { citations: citation }),
      event('citation-start', { citations: plan }),
      END,
    ]);
    expect(answer.blocks).toMatchObject([
      { citations: [{ start: 2, end: 3, url: 'https://u', quote: 'b' }] },
    ]);
    expect(answer.residue?.value).toEqual({ citations: [plan] });
  });

  test.each([[[]], [['null']], [['nu', 'll']], [['']]])(
    'a call with arguments %j has the empty object',
    (pieces) => {
      const { blocks } = streamed([
        event('message-start'),
        event(
          'tool-call-start',
          { tool_calls: { id: 'a', function: { name: 'x', arguments: '' } } },
          { index: 0 },
        ),
        ...pieces.map((args) =>
          event('tool-call-delta', { tool_calls: { function: { arguments: args } } }, { index: 0 }),
        ),
        { type: 'tool-call-end', index: 0 },
        END,
      ]);
      expect(blocks).toEqual([{ kind: 'tool-call', id: 'a', name: 'x', arguments: '{}' }]);
    },
  );

  test('a call without an id gets one, and COMPLETE with calls means calls', () => {
    expect(
      streamed([event('tool-call-start', { tool_calls: { function: { name: 'x', arguments: '{}' } } }), END]),
    ).toMatchObject({
      blocks: [{ id: 'call_000000000000000000000001' }],
      finish: { reason: 'tool-calls', raw: 'COMPLETE' },
    });
  });

  test('cut before message-end is a failure, and so is an error inside', () => {
    expect(decoded(cohere, [event('message-start')]).at(-1)).toMatchObject({ kind: 'failed' });
    expect(decoded(cohere, [event('message-start'), { error: { message: 'no' } }, END]).at(-1)).toMatchObject(
      {
        kind: 'failed',
        error: { message: 'no' },
      },
    );
  });
});

describe('ends', () => {
  const endedWith = (finish_reason: string, message: Json = {}, about: Json = {}) =>
    cohere.decodeResponse(
      { id: 'x', message: { role: 'assistant', ...message }, finish_reason, ...about },
      decodeContext(),
    );

  test.each([
    ['COMPLETE', 'stop'],
    ['STOP_SEQUENCE', 'stop-sequence'],
    ['MAX_TOKENS', 'length'],
    ['TOOL_CALL', 'tool-calls'],
    ['ERROR_TOXIC', 'blocked-output'],
    ['WORD_OF_TOMORROW', 'other'],
  ])('%s is %s', (raw, reason) => {
    expect(endedWith(raw)).toMatchObject({ finish: { reason, raw } });
  });

  test('TIMEOUT and ERROR are no ends', () => {
    const tool_calls = [{ id: 'a', function: { name: 'x', arguments: '{' } }];
    expect(endedWith('TIMEOUT')).toMatchObject({ kind: 'error', class: 'timeout', status: 504 });
    expect(endedWith('ERROR')).toMatchObject({ kind: 'error', class: 'upstream' });
    expect(endedWith('ERROR', { tool_calls })).toMatchObject({ class: 'malformed-tool-call' });
    expect(
      decoded(cohere, [{ type: 'message-end', delta: { finish_reason: 'ERROR', error: 'boom' } }]).at(-1),
    ).toMatchObject({ kind: 'failed', error: { message: 'boom' } });
  });

  test('log-probs are on the first text', () => {
    const logprobs = [{ token_ids: [1], text: 'é', logprobs: [-0.5] }];
    expect(endedWith('COMPLETE', { content: [{ type: 'text', text: 'é' }] }, { logprobs })).toMatchObject({
      blocks: [{ logprobs: [{ token: 'é', logprob: -0.5, bytes: [0xc3, 0xa9], top: [] }] }],
    });
  });
});

test.each([
  [401, 'authentication'],
  [404, 'not-found'],
  [422, 'bad-request'],
  [429, 'rate-limit'],
  [498, 'authentication'],
  [500, 'upstream'],
  [503, 'overloaded'],
  [504, 'timeout'],
])('status %i is %s', (status, errorClass) => {
  const text = JSON.stringify({ id: 'x', message: 'It failed.' });
  expect(cohere.decodeError({ status, headers: new Map(), text })).toMatchObject({
    class: errorClass,
    message: 'It failed.',
  });
});

test('whatever comes, nothing throws and the grammar holds', () => {
  const calls = { id: 'a', function: { name: 'x', arguments: 'nul' } };
  expectTolerant(
    cohere,
    likely({
      type: [
        'message-start',
        'content-start',
        'content-delta',
        'content-end',
        'tool-plan-delta',
        'tool-call-start',
        'tool-call-delta',
        'tool-call-end',
        'citation-start',
        'message-end',
        'text',
        'thinking',
      ],
      delta: [
        { message: { content: { type: 'text', text: 'x' } } },
        { message: { content: { type: 'thinking', thinking: 'x' } } },
        { message: { tool_plan: 'x' } },
        { message: { tool_calls: calls } },
        { message: { citations: { start: 0, end: 1, text: 'x' } } },
        { finish_reason: 'COMPLETE', usage: { tokens: { input_tokens: 1 } } },
      ],
      message: [{ content: [{ type: 'text', text: 'x' }], tool_calls: [calls] }],
      content: [],
      tool_calls: [],
      citations: [[{ start: 0, end: 1, text: 'x', sources: [{}] }]],
      index: [0, 1, 2],
      finish_reason: ['COMPLETE', 'ERROR'],
      usage: [{ billed_units: { input_tokens: 1 } }],
      logprobs: [[{ text: 'a', logprobs: [-1] }]],
      text: ['x'],
      thinking: ['x'],
    }),
  );
});
