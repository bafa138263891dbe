import { describe, expect, test } from '@jest/globals';
import type { ModelEvent } from '../../../form/events.ts';
import { foldEvents } from '../../../form/fold-events.ts';
import type { Json } from '../../../form/json.ts';
import { hasRecorded, recordedBody } from '../../../providers/__fixtures__/recorded.ts';
import { decodeContext, decoded } from '../../__fixtures__/exchange.ts';
import { openaiResponses } from './index.ts';

const created: Json = {
  type: 'response.created',
  response: {
    id: 'resp_1',
    object: 'response',
    created_at: 5,
    status: 'in_progress',
    model: 'm',
    output: [],
  },
};
const completed = (members: Json = {}): Json => ({
  type: 'response.completed',
  response: { id: 'resp_1', status: 'completed', model: 'm', output: [], ...members },
});
const added = (output_index: number, item: Json): Json => ({
  type: 'response.output_item.added',
  output_index,
  item,
});
const done = (output_index: number, item: Json): Json => ({
  type: 'response.output_item.done',
  output_index,
  item,
});
const call = (id: string, members: Json = {}): Json => ({
  type: 'function_call',
  id: `fc_${id}`,
  call_id: id,
  name: 'look',
  arguments: '',
  status: 'in_progress',
  ...members,
});
const message = (members: Json = {}): Json => ({
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'in_progress',
  content: [],
  ...members,
});
const textDelta = (output_index: number, delta: string, content_index = 0): Json => ({
  type: 'response.output_text.delta',
  output_index,
  content_index,
  delta,
});
const argumentsDelta = (output_index: number, delta: string): Json => ({
  type: 'response.function_call_arguments.delta',
  output_index,
  delta,
});

const read = (...events: readonly Json[]) => decoded(openaiResponses, [created, ...events]);
const blocksOf = (events: readonly ModelEvent[]) => {
  const answer = foldEvents(events);
  if ('class' in answer) throw new Error(answer.message);
  return answer.blocks;
};
const finishOf = (events: readonly ModelEvent[]) => events.find(({ kind }) => kind === 'end');

describe('calls', () => {
  test('arguments that come only with the call’s end are not lost (bug 4)', () => {
    const events = read(
      added(0, call('a')),
      { type: 'response.function_call_arguments.done', output_index: 0, arguments: '{"x":1}' },
      done(0, call('a', { arguments: '{"x":1}', status: 'completed' })),
      completed(),
    );
    expect(blocksOf(events)).toMatchObject([{ id: 'a', arguments: '{"x":1}' }]);
    expect(finishOf(events)).toMatchObject({ finish: { reason: 'tool-calls', raw: 'completed' } });
  });

  test('arguments that only the item has are not lost either', () => {
    const events = read(added(0, call('a')), done(0, call('a', { arguments: '{"x":1}' })), completed());
    expect(blocksOf(events)).toMatchObject([{ arguments: '{"x":1}' }]);
  });

  test.each([
    ['""', ''],
    ['null', 'null'],
    ['the word "null"', '"null"'],
    ['white space', '  '],
  ])('no arguments at all (%s) are an empty object, told once (bug 1)', (_, text) => {
    const events = read(
      added(0, call('a')),
      ...[...text].map((piece) => argumentsDelta(0, piece)),
      done(0, call('a', { arguments: text })),
      completed(),
    );
    expect(events.filter(({ kind }) => kind === 'delta')).toEqual([
      { kind: 'delta', index: 0, delta: { kind: 'arguments', text: '{}' } },
    ]);
  });

  test('a call begins with its name and passes its arguments at once', () => {
    const decoder = openaiResponses.decodeStream(decodeContext());
    const push = (payload: Json) => decoder.push({ kind: 'sse', name: '', data: JSON.stringify(payload) });
    push(created);
    expect(push(added(0, call('a')))).toMatchObject([{ kind: 'block-start', block: { name: 'look' } }]);
    expect(push(argumentsDelta(0, '{"'))).toMatchObject([{ delta: { text: '{"' } }]);
    expect(push(argumentsDelta(0, 'n'))).toMatchObject([{ delta: { text: 'n' } }]);
  });

  test('a placeholder that parses is not taken for the whole (bug 2)', () => {
    const events = read(
      added(0, call('a', { arguments: '{}' })),
      argumentsDelta(0, '{"x":'),
      argumentsDelta(0, '1}'),
      done(0, call('a', { arguments: '{"x":1}' })),
      completed(),
    );
    expect(blocksOf(events)).toMatchObject([{ arguments: '{"x":1}' }]);
  });

  test('calls that overlap stay apart, numbered as they appear (bugs 5 and 6)', () => {
    const events = read(
      added(3, call('a')),
      added(7, call('b')),
      argumentsDelta(7, '{"b":'),
      argumentsDelta(3, '{"a":1}'),
      argumentsDelta(7, '2}'),
      done(7, call('b', { arguments: '{"b":2}' })),
      done(3, call('a', { arguments: '{"a":1}' })),
      completed(),
    );
    expect(events.filter(({ kind }) => kind === 'block-start')).toMatchObject([
      { index: 0, block: { id: 'a' } },
      { index: 1, block: { id: 'b' } },
    ]);
    expect(blocksOf(events)).toMatchObject([{ arguments: '{"a":1}' }, { arguments: '{"b":2}' }]);
  });

  test('a text that begins while a call is open waits for its end and is not lost (bugs 3 and 7)', () => {
    const events = read(
      added(0, call('a')),
      added(1, message()),
      textDelta(1, 'Hel'),
      argumentsDelta(0, '{}'),
      textDelta(1, 'lo'),
      done(0, call('a', { arguments: '{}' })),
      done(1, message({ content: [{ type: 'output_text', text: 'Hello' }] })),
      completed(),
    );
    expect(blocksOf(events)).toMatchObject([
      { kind: 'tool-call', arguments: '{}' },
      { kind: 'text', text: 'Hello' },
    ]);
  });

  test('a call whose item becomes another one at its end is closed all the same, and what waited for it is told', () => {
    const events = read(
      added(0, call('a')),
      added(1, message()),
      textDelta(1, 'Hello'),
      done(0, { type: 'new_item', id: 'n' }),
      completed(),
    );
    expect(blocksOf(events).map(({ kind }) => kind)).toEqual(['tool-call', 'text', 'opaque']);
  });

  test('a name that comes late does not lose the arguments before it', () => {
    const events = read(
      added(0, call('a', { name: '' })),
      argumentsDelta(0, '{"x":1}'),
      done(0, call('a', { arguments: '{"x":1}' })),
      completed(),
    );
    expect(blocksOf(events)).toMatchObject([{ name: 'look', arguments: '{"x":1}' }]);
  });

  test('an id that comes late is the call’s own, not a made-up one', () => {
    const events = read(
      added(0, call('', { arguments: '' })),
      argumentsDelta(0, '{"x":1}'),
      done(0, call('late', { arguments: '{"x":1}' })),
      completed(),
    );
    expect(blocksOf(events)).toMatchObject([{ id: 'late', arguments: '{"x":1}' }]);
  });

  test('a call without an id gets one that its result can name', () => {
    const events = read(done(0, call('', { arguments: '{}' })), completed());
    expect(blocksOf(events)).toMatchObject([{ id: expect.stringMatching(/^call_\d{24}$/) }]);
  });

  test('free text of a custom tool may be empty and stays as it is', () => {
    const custom = { type: 'custom_tool_call', id: 'ctc_1', call_id: 'c', name: 'grep', input: '' };
    const events = read(
      added(0, custom),
      { type: 'response.custom_tool_call_input.delta', output_index: 0, delta: 'null' },
      done(0, { ...custom, input: 'null' }),
      completed(),
    );
    expect(blocksOf(events)).toMatchObject([{ custom: true, arguments: 'null' }]);
    expect(blocksOf(read(done(0, custom), completed()))).toMatchObject([{ custom: true, arguments: '' }]);
  });
});

describe('texts', () => {
  test('a refusal is one, whole and in pieces', () => {
    const refusal = { type: 'refusal', refusal: 'I will not.' };
    const events = read(
      added(0, message()),
      { type: 'response.refusal.delta', output_index: 0, content_index: 0, delta: 'I will' },
      { type: 'response.refusal.done', output_index: 0, content_index: 0, refusal: 'I will not.' },
      done(0, message({ content: [refusal] })),
      completed(),
    );
    expect(blocksOf(events)).toMatchObject([{ kind: 'refusal', text: 'I will not.' }]);
    expect(finishOf(events)).toMatchObject({ finish: { reason: 'stop' } });
  });

  test('several messages and several parts are blocks in their order', () => {
    const events = read(
      added(0, message({ phase: 'commentary' })),
      textDelta(0, 'one'),
      textDelta(0, 'two', 1),
      done(0, message({ phase: 'commentary', content: [text('one'), text('two')] })),
      added(1, message({ id: 'msg_2' })),
      textDelta(1, 'three'),
      done(1, message({ id: 'msg_2', content: [text('three')] })),
      completed(),
    );
    expect(blocksOf(events)).toMatchObject([
      { text: 'one', residue: { value: { item: { id: 'msg_1', phase: 'commentary' } } } },
      { text: 'two', residue: { value: { item: { id: 'msg_1' } } } },
      { text: 'three', residue: { value: { item: { id: 'msg_2' } } } },
    ]);
  });

  test('an answer without deltas is taken from the items, from their ends or the last event', () => {
    const whole = message({ content: [text('Hello')] });
    expect(blocksOf(read(done(0, whole), completed()))).toMatchObject([{ text: 'Hello' }]);
    expect(blocksOf(read(completed({ output: [whole] })))).toMatchObject([{ text: 'Hello' }]);
  });

  test('an empty output in the last event takes nothing back (Wei-Shaw/sub2api)', () => {
    const events = read(added(0, message()), textDelta(0, 'Hello'), completed({ output: [] }));
    expect(blocksOf(events)).toMatchObject([{ text: 'Hello' }]);
  });

  test('the last event does not tell a second time what was streamed, whatever ids it gives', () => {
    const events = read(
      added(0, message()),
      textDelta(0, 'Hello'),
      done(0, message({ content: [text('Hello')] })),
      completed({ output: [message({ id: 'msg_other', content: [text('Hello')] })] }),
    );
    expect(blocksOf(events)).toHaveLength(1);
  });

  test('a delta that was lost on the way is made up for at the end', () => {
    const events = read(
      added(0, message()),
      textDelta(0, 'Hel'),
      done(0, message({ content: [text('Hello')] })),
      completed(),
    );
    expect(blocksOf(events)).toMatchObject([{ text: 'Hello' }]);
  });

  test('annotations count once, whether they came as events, with the part or with both', () => {
    const annotation = { type: 'url_citation', start_index: 0, end_index: 5, url: 'https://a', title: 'A' };
    const file = { type: 'file_citation', file_id: 'f', filename: 'b.pdf', index: 5 };
    const events = read(
      added(0, message()),
      textDelta(0, 'Hello'),
      { type: 'response.output_text.annotation.added', output_index: 0, content_index: 0, annotation },
      done(0, message({ content: [{ ...text('Hello'), annotations: [annotation, file] }] })),
      completed(),
    );
    expect(blocksOf(events)).toMatchObject([
      {
        citations: [
          { start: 0, end: 5, url: 'https://a', title: 'A', residue: { value: annotation } },
          { start: null, url: null, title: 'b.pdf', residue: { value: file } },
        ],
      },
    ]);
  });

  test('items of a relay that leaves their numbers out are told apart by their ids', () => {
    const whole = (id: string) => message({ id, content: [text(id)] });
    const events = read(
      { type: 'response.output_item.added', item: message({ id: 'a' }) },
      { type: 'response.output_text.delta', item_id: 'a', delta: 'a' },
      { type: 'response.output_item.done', item: whole('a') },
      { type: 'response.output_text.delta', item_id: 'b', delta: 'b' },
      completed({ output: [whole('a'), whole('b')] }),
    );
    expect(blocksOf(events)).toMatchObject([{ text: 'a' }, { text: 'b' }]);
  });

  test('an empty text opens no block', () => {
    const events = read(
      added(0, message()),
      textDelta(0, ''),
      done(0, message({ content: [text('')] })),
      completed(),
    );
    expect(blocksOf(events)).toEqual([]);
  });
});

describe('reasoning', () => {
  const reasoning = (members: Json = {}): Json => ({
    type: 'reasoning',
    id: 'rs_1',
    summary: [],
    ...members,
  });
  const summary = (summary_index: number, delta: string): Json => ({
    type: 'response.reasoning_summary_text.delta',
    output_index: 0,
    summary_index,
    delta,
  });

  test('parts of a summary are one text, and the proof comes with the end', () => {
    const parts = ['One.', 'Two.'].map((it) => ({ type: 'summary_text', text: it }));
    const events = read(
      added(0, reasoning()),
      summary(0, 'One.'),
      summary(1, 'Two.'),
      done(0, reasoning({ summary: parts, encrypted_content: 'enc' })),
      completed(),
    );
    expect(blocksOf(events)).toMatchObject([
      {
        kind: 'reasoning',
        text: 'One.\n\nTwo.',
        proof: { family: 'openai', kind: 'encrypted', value: 'enc', id: 'rs_1' },
        residue: { value: { lengths: [4, 4] } },
      },
    ]);
  });

  test('a proof without a word is a block of its own', () => {
    const events = read(added(0, reasoning()), done(0, reasoning({ encrypted_content: 'enc' })), completed());
    expect(blocksOf(events)).toMatchObject([{ kind: 'reasoning', text: '', proof: { value: 'enc' } }]);
  });

  test('reasoning without text and proof is shown to nobody', () => {
    const events = read(added(0, reasoning()), done(0, reasoning()), completed());
    expect(blocksOf(events)).toMatchObject([{ kind: 'opaque', value: reasoning() }]);
  });

  test('the model’s own words are shown once, though a summary follows them', () => {
    const events = read(
      added(0, reasoning()),
      { type: 'response.reasoning_text.delta', output_index: 0, content_index: 0, delta: 'Hm.' },
      summary(0, 'It wondered.'),
      done(
        0,
        reasoning({
          content: [{ type: 'reasoning_text', text: 'Hm.' }],
          summary: [{ type: 'summary_text', text: 'It wondered.' }],
        }),
      ),
      completed(),
    );
    expect(blocksOf(events)).toMatchObject([{ kind: 'reasoning', text: 'Hm.' }]);
  });
});

describe('other items', () => {
  test('a search is opaque, whole, and counted', () => {
    const search = { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search' } };
    const opened = { ...search, id: 'ws_2', action: { type: 'open_page' } };
    const events = read(
      added(0, { ...search, status: 'in_progress' }),
      { type: 'response.web_search_call.searching', output_index: 0, item_id: 'ws_1' },
      done(0, search),
      done(1, opened),
      completed({ usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 } }),
    );
    expect(blocksOf(events)).toMatchObject([{ kind: 'opaque', value: search }, { value: opened }]);
    expect(events.find(({ kind }) => kind === 'usage')).toMatchObject({ usage: { searches: 1 } });
  });

  test('a generated image is an image', () => {
    const item = { type: 'image_generation_call', id: 'ig_1', status: 'completed', result: 'iVBORw0KGgo=' };
    expect(blocksOf(read(done(0, item), completed()))).toMatchObject([
      { kind: 'image', source: { kind: 'data', mediaType: 'image/png', data: 'iVBORw0KGgo=' } },
    ]);
  });

  test('kinds of items and events that nobody knows yet break nothing', () => {
    const events = read(
      { type: 'response.new_thing', x: 1 },
      done(0, { type: 'new_item', id: 'n' }),
      completed(),
    );
    expect(blocksOf(events)).toMatchObject([{ kind: 'opaque', value: { type: 'new_item' } }]);
  });
});

describe('the end', () => {
  const incomplete = (reason: string): Json => ({
    type: 'response.incomplete',
    response: { status: 'incomplete', incomplete_details: { reason }, output: [] },
  });

  test.each([
    ['max_output_tokens', 'length'],
    ['content_filter', 'blocked-output'],
    ['steered', 'other'],
  ])('%s is no success (bugs 20 and 28)', (raw, reason) => {
    const events = read(added(0, message()), textDelta(0, 'Once'), incomplete(raw));
    expect(finishOf(events)).toMatchObject({ finish: { reason, raw } });
    expect(blocksOf(events)).toMatchObject([{ text: 'Once' }]);
  });

  test('a limit goes before calls that were made', () => {
    const events = read(done(0, call('a', { arguments: '{}' })), incomplete('max_output_tokens'));
    expect(finishOf(events)).toMatchObject({ finish: { reason: 'length' } });
  });

  test('usage is read in the last event and told before the end (bugs 10, 12, 13)', () => {
    const usage = {
      input_tokens: 216,
      input_tokens_details: { cached_tokens: 16 },
      output_tokens: 923,
      output_tokens_details: { reasoning_tokens: 900 },
      total_tokens: 1139,
    };
    const events = read(completed({ usage }));
    expect(events.slice(-2)).toMatchObject([
      { kind: 'usage', usage: { input: 200, cacheRead: 16, output: 23, reasoning: 900 } },
      { kind: 'end' },
    ]);
  });

  test('a stream that ends without its last event has failed', () => {
    const events = read(added(0, message()), textDelta(0, 'Once'));
    expect(events.at(-1)).toMatchObject({ kind: 'failed', error: { class: 'upstream', status: 502 } });
  });

  test('nothing comes after the end', () => {
    const events = read(completed(), textDelta(0, 'more'), completed(), { type: 'error', message: 'late' });
    expect(events.at(-1)?.kind).toBe('end');
  });
});

describe('errors in a stream (bug 16)', () => {
  const flat = { type: 'error', code: 'rate_limit_exceeded', message: 'Slow down.', param: null };
  const nested = { type: 'error', error: { type: 'x', code: 'rate_limit_exceeded', message: 'Slow down.' } };
  const failed: Json = {
    type: 'response.failed',
    response: { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'Slow down.' }, output: [] },
  };
  test.each([
    ['flat', flat],
    ['nested', nested],
    ['of the answer', failed],
    ['without a type', { error: { code: 'rate_limit_exceeded', message: 'Slow down.' } }],
  ])('%s', (_, event) => {
    const events = read(event, failed);
    expect(events.slice(1)).toMatchObject([
      { kind: 'failed', error: { class: 'rate-limit', status: 429, message: 'Slow down.' } },
    ]);
  });

  test('a failure that says nothing is one all the same', () => {
    expect(
      read({ type: 'response.failed', response: { status: 'failed', error: null } }).at(-1),
    ).toMatchObject({
      kind: 'failed',
      error: { class: 'upstream' },
    });
  });

  (hasRecorded ? test : test.skip)('a recorded empty account is known before anything was promised', () => {
    const lines = recordedBody('openai-responses/openai-error.1.chunks.txt').toString().split('\n');
    const events = decoded(
      openaiResponses,
      lines.filter((line) => line !== ''),
    );
    expect(events).toMatchObject([
      { kind: 'start' },
      { kind: 'failed', error: { class: 'billing', code: 'insufficient_quota' } },
    ]);
  });
});

function text(value: string): Json {
  return { type: 'output_text', text: value, annotations: [] };
}
