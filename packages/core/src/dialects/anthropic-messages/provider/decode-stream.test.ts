import { describe, expect, test } from '@jest/globals';
import type { ModelEvent } from '../../../form/events.ts';
import { foldEvents } from '../../../form/fold-events.ts';
import type { Json } from '../../../form/json.ts';
import { isModelError } from '../../../form/model-error.ts';
import { grammarFaults } from '../../../form/stream-grammar.ts';
import { TOOL_NAME_128, wireName, wireNames } from '../../../form/wire-names.ts';
import { awsChunk, awsFrame } from '../../../providers/__fixtures__/frames.ts';
import { readAwsFrames } from '../../../streaming/aws-event-stream.ts';
import { decodeContext, decoded } from '../../__fixtures__/exchange.ts';
import { anthropicMessages, messagesOnBedrock } from './index.ts';

const START = {
  type: 'message_start',
  message: { id: 'msg_1', model: 'claude', usage: { input_tokens: 3 } },
};
const begin = (index: unknown, content_block: Json) => ({
  type: 'content_block_start',
  index,
  content_block,
});
const delta = (index: unknown, it: Json) => ({ type: 'content_block_delta', index, delta: it });
const text = (index: unknown, piece: string) => delta(index, { type: 'text_delta', text: piece });
const piece = (index: unknown, partial_json: unknown) =>
  delta(index, { type: 'input_json_delta', partial_json });
const over = (index: unknown) => ({ type: 'content_block_stop', index });
const call = (index: unknown, id: string, name = 'look') =>
  begin(index, { type: 'tool_use', id, name, input: {} });
const TEXT = { type: 'text', text: '' };
const change = (stop_reason: string | null, usage: Json = { output_tokens: 5 }) => ({
  type: 'message_delta',
  delta: { stop_reason, stop_sequence: null },
  usage,
});
const STOP = { type: 'message_stop' };

const events = (...payloads: readonly (Json | string)[]) => decoded(anthropicMessages, payloads);

function answer(...payloads: readonly (Json | string)[]) {
  const response = foldEvents(events(...payloads));
  if (isModelError(response)) throw new Error(response.message);
  return response;
}

function failure(all: readonly ModelEvent[]) {
  const last = all.at(-1);
  if (last?.kind !== 'failed') throw new Error('the stream did not fail');
  return last.error;
}

describe('the events of a stream', () => {
  test('pass one by one, text opened by its first piece that holds something', () => {
    const decoder = anthropicMessages.decodeStream(decodeContext());
    const pushed = [
      START,
      { type: 'ping' },
      begin(0, TEXT),
      text(0, ''),
      text(0, 'Hi'),
      text(0, '!'),
      over(0),
    ].map((payload) => decoder.push({ kind: 'sse', name: '', data: JSON.stringify(payload) }));
    expect(pushed).toEqual([
      [expect.objectContaining({ kind: 'start', id: 'msg_1', model: 'claude' })],
      [],
      [],
      [],
      [
        { kind: 'block-start', index: 0, block: { kind: 'text' } },
        { kind: 'delta', index: 0, delta: { kind: 'text', text: 'Hi' } },
      ],
      [{ kind: 'delta', index: 0, delta: { kind: 'text', text: '!' } }],
      [{ kind: 'block-end', index: 0 }],
    ]);
  });

  test('argument pieces pass at once, unjudged (spec 14, no. 2)', () => {
    const decoder = anthropicMessages.decodeStream(decodeContext());
    const pushed = [START, call(0, 'a'), piece(0, '{}'), piece(0, ' ')].map((payload) =>
      decoder.push({ kind: 'sse', name: '', data: JSON.stringify(payload) }),
    );
    expect(pushed.slice(1).map((it) => it.map(({ kind }) => kind))).toEqual([
      ['block-start'],
      ['delta'],
      ['delta'],
    ]);
  });

  test('calls are numbered by us, from the first block on, whatever the upstream counts (spec 14, no. 5)', () => {
    const all = events(
      START,
      call(7, 'a'),
      piece(7, '{"a":1}'),
      over(7),
      call(3, 'b'),
      over(3),
      change('tool_use'),
      STOP,
    );
    expect(all.filter(({ kind }) => kind === 'block-start')).toMatchObject([{ index: 0 }, { index: 1 }]);
  });

  test.each([
    ['an empty piece', [piece(0, '')]],
    ['no piece', []],
    ['null', [piece(0, null)]],
  ])('a call without arguments has the empty object: %s (spec 14, no. 1)', (_, pieces) => {
    const { blocks, finish } = answer(START, call(0, 'a'), ...pieces, over(0), change('tool_use'), STOP);
    expect(blocks).toMatchObject([{ kind: 'tool-call', arguments: '{}' }]);
    expect(finish.reason).toBe('tool-calls');
  });

  test('pieces for a text are not arguments, and arguments are no text (spec 14, no. 3)', () => {
    const { blocks } = answer(
      START,
      begin(0, TEXT),
      piece(0, '{"x":1}'),
      text(0, 'a'),
      over(0),
      call(1, 'b'),
      text(1, 'lost'),
      piece(1, '{}'),
      over(1),
      STOP,
    );
    expect(blocks).toMatchObject([{ text: 'a' }, { arguments: '{}' }]);
  });

  test('blocks that come whole in their start are whole', () => {
    const { blocks } = answer(
      START,
      begin(0, { type: 'thinking', thinking: 'hm', signature: 'sig' }),
      over(0),
      begin(1, { type: 'text', text: 'all', citations: [{ type: 'char_location', cited_text: 'c' }] }),
      over(1),
      begin(2, { type: 'tool_use', id: 'a', name: 'look', input: { x: 1 } }),
      over(2),
      change('tool_use'),
      STOP,
    );
    expect(blocks).toMatchObject([
      { kind: 'reasoning', text: 'hm', proof: { value: 'sig' } },
      { kind: 'text', text: 'all', citations: [{ quote: 'c' }] },
      { kind: 'tool-call', arguments: '{"x":1}' },
    ]);
  });

  test('a block that its server forgot to end is ended by the next', () => {
    const { blocks } = answer(
      START,
      begin(0, TEXT),
      text(0, 'a'),
      begin(1, TEXT),
      text(1, 'b'),
      change('end_turn'),
      STOP,
    );
    expect(blocks).toMatchObject([{ text: 'a' }, { text: 'b' }]);
  });

  test('arguments for a call that has ended are an error, never lost', () => {
    const all = events(START, call(0, 'a'), over(0), piece(0, '{"x":1}'), STOP);
    expect(failure(all)).toMatchObject({ class: 'upstream', message: expect.stringContaining('tool call') });
  });

  test('a delta without its start begins its block', () => {
    expect(answer(START, text(0, 'a'), change('end_turn'), STOP).blocks).toMatchObject([{ text: 'a' }]);
  });

  test('names come back as the caller wrote them, ids that are missing are made', () => {
    const names = wireNames(['my.look'], TOOL_NAME_128);
    const wire = wireName('my.look', TOOL_NAME_128);
    const all = decoded(
      anthropicMessages,
      [START, begin(0, { type: 'tool_use', name: wire }), over(0), STOP],
      decodeContext({ names }),
    );
    expect(all[1]).toMatchObject({ block: { name: 'my.look', id: expect.stringMatching(/^toolu_.{24}$/) } });
  });

  test('who may call a tool is known when the call begins', () => {
    const all = events(
      START,
      begin(0, { type: 'tool_use', id: 'a', name: 'b', caller: { type: 'direct' } }),
      over(0),
      STOP,
    );
    expect(all[1]).toMatchObject({
      kind: 'block-start',
      residue: { dialect: 'anthropic-messages', value: { caller: { type: 'direct' } } },
    });
  });
});

describe('counts', () => {
  test('are cumulative: the last of each goes, and they are given once (spec 14, no. 14)', () => {
    const all = events(
      START,
      change(null, { output_tokens: 4 }),
      change('end_turn', { output_tokens: 9, cache_read_input_tokens: 7 }),
      STOP,
    );
    expect(all.filter(({ kind }) => kind === 'usage')).toMatchObject([
      { usage: { input: 3, cacheRead: 7, output: 9 } },
    ]);
  });

  test('a null count hides none', () => {
    const { usage } = answer(START, change('end_turn', { input_tokens: null, output_tokens: 2 }), STOP);
    expect(usage).toMatchObject({ input: 3, output: 2 });
  });
});

describe('the end', () => {
  test('a stop reason is one, also without the last event', () => {
    expect(answer(START, change('max_tokens')).finish).toEqual({ reason: 'length', raw: 'max_tokens' });
  });

  test('without either the answer is broken, not done', () => {
    expect(failure(events(START, begin(0, TEXT), text(0, 'a')))).toMatchObject({ class: 'upstream' });
    expect(failure(events())).toMatchObject({ class: 'upstream' });
  });

  test('calls make a done into calls; an unknown reason is kept', () => {
    expect(answer(START, call(0, 'a'), over(0), change('end_turn'), STOP).finish.reason).toBe('tool-calls');
    expect(answer(START, change('tea_time'), STOP).finish).toEqual({ reason: 'other', raw: 'tea_time' });
  });

  test('what else it says is kept for Anthropic’s own clients', () => {
    const end = events(START, { ...change('end_turn'), context_management: { applied_edits: [] } }, STOP).at(
      -1,
    );
    expect(end).toMatchObject({ residue: { value: { context_management: { applied_edits: [] } } } });
  });
});

describe('errors', () => {
  const OVERLOADED = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };

  test('may come first after a good status, and in the middle (spec 14, no. 16)', () => {
    const first = events(OVERLOADED);
    expect(first).toHaveLength(1);
    expect(failure(first)).toMatchObject({ class: 'overloaded', message: 'Overloaded' });
    expect(failure(events(START, begin(0, TEXT), text(0, 'a'), OVERLOADED, STOP)).class).toBe('overloaded');
  });

  test('in another shape are errors too', () => {
    expect(failure(events(START, { error: { message: 'Broken', code: 500 } })).message).toBe('Broken');
  });

  test('another answer inside this one is one', () => {
    expect(failure(events(START, { type: 'message_start', message: { id: 'msg_2' } })).message).toContain(
      'another',
    );
  });

  test('events that nobody knows, and data that is no JSON, pass by', () => {
    const { finish } = answer(START, { type: 'tea' }, 'hello', '[DONE]', '[1]', change('end_turn'), STOP);
    expect(finish.reason).toBe('stop');
  });
});

describe('an answer by schema through our own tool', () => {
  const context = () => decodeContext({ outputTool: 'json' });

  test('is text, and its finish is done', () => {
    const all = decoded(
      anthropicMessages,
      [START, call(0, 'a', 'json'), piece(0, '{"age"'), piece(0, ':3}'), over(0), change('tool_use'), STOP],
      context(),
    );
    expect(foldEvents(all)).toMatchObject({
      blocks: [{ kind: 'text', text: '{"age":3}' }],
      finish: { reason: 'stop', raw: 'tool_use' },
    });
  });

  test('beside a call of the caller’s own the turn is one of calls', () => {
    const all = decoded(
      anthropicMessages,
      [START, call(0, 'a', 'json'), over(0), call(1, 'b'), over(1), change('tool_use'), STOP],
      context(),
    );
    expect(foldEvents(all)).toMatchObject({
      blocks: [{ kind: 'text', text: '{}' }, { kind: 'tool-call' }],
      finish: { reason: 'tool-calls' },
    });
  });

  test('has no words around it, which the caller could not read as JSON', () => {
    const words = [begin(0, TEXT), text(0, 'Here you are:'), over(0)];
    const all = decoded(
      anthropicMessages,
      [START, ...words, call(1, 'a', 'json'), piece(1, '{"age":3}'), over(1), change('tool_use'), STOP],
      context(),
    );
    expect(foldEvents(all)).toMatchObject({ blocks: [{ kind: 'text', text: '{"age":3}' }] });
    const content = [
      { type: 'text', text: 'Here you are:' },
      { type: 'tool_use', id: 'a', name: 'json', input: { age: 3 } },
    ];
    expect(anthropicMessages.decodeResponse({ content, stop_reason: 'tool_use' }, context())).toMatchObject({
      blocks: [{ text: '{"age":3}' }],
    });
  });

  test('keeps its words where our tool was not used, before a call of the caller’s own too', () => {
    const words = [begin(0, TEXT), text(0, 'I can'), text(0, 'not.'), over(0)];
    const refused = decoded(anthropicMessages, [START, ...words, change('end_turn'), STOP], context());
    expect(foldEvents(refused)).toMatchObject({
      blocks: [{ text: 'I cannot.' }],
      finish: { reason: 'stop' },
    });
    const called = decoded(
      anthropicMessages,
      [START, ...words, call(1, 'b'), over(1), change('tool_use'), STOP],
      context(),
    );
    expect(foldEvents(called)).toMatchObject({ blocks: [{ text: 'I cannot.' }, { kind: 'tool-call' }] });
  });

  test('whole, the same', () => {
    const content = [{ type: 'tool_use', id: 'a', name: 'json', input: { age: 3 } }];
    expect(anthropicMessages.decodeResponse({ content, stop_reason: 'tool_use' }, context())).toMatchObject({
      blocks: [{ kind: 'text', text: '{"age":3}' }],
      finish: { reason: 'stop' },
    });
  });
});

describe('a whole answer', () => {
  test('that is an error with a good status is one', () => {
    const body = { type: 'error', error: { type: 'api_error', message: 'Broken' } };
    expect(anthropicMessages.decodeResponse(body, decodeContext())).toMatchObject({
      kind: 'error',
      class: 'upstream',
      message: 'Broken',
    });
  });
});

describe('Bedrock’s frames', () => {
  const bedrock = messagesOnBedrock((model, operation) => `${model}/${operation}`);

  function framed(...bytes: readonly Buffer[]): ModelEvent[] {
    const decoder = bedrock.decodeStream(decodeContext());
    const { frames, fault } = readAwsFrames(Buffer.concat(bytes));
    expect(fault).toBeNull();
    const all = [...frames.flatMap((frame) => decoder.push({ kind: 'aws', ...frame })), ...decoder.end()];
    expect(grammarFaults(all)).toEqual([]);
    return all;
  }

  test('hold one event each', () => {
    const metrics = { 'amazon-bedrock-invocationMetrics': { inputTokenCount: 3 } };
    const all = framed(
      ...[START, begin(0, TEXT), text(0, 'Grüße'), over(0), change('end_turn'), { ...STOP, ...metrics }].map(
        awsChunk,
      ),
    );
    expect(foldEvents(all)).toMatchObject({
      id: 'msg_1',
      blocks: [{ kind: 'text', text: 'Grüße' }],
      finish: { reason: 'stop' },
    });
  });

  test.each([
    ['throttlingException', 'rate-limit'],
    ['modelStreamErrorException', 'upstream'],
    ['validationException', 'bad-request'],
    ['serviceUnavailableException', 'overloaded'],
  ])('%s in the middle is an error, not silence (spec 14, no. 18)', (type, errorClass) => {
    const exception = awsFrame(
      { ':exception-type': type, ':message-type': 'exception', ':content-type': 'application/json' },
      { message: 'Too much.' },
    );
    expect(failure(framed(awsChunk(START), exception, awsChunk(STOP)))).toMatchObject({
      class: errorClass,
      message: 'Too much.',
    });
  });
});
