import { describe, expect, test } from '@jest/globals';
import type { BlockStart, ModelEvent } from '../../../form/events.ts';
import { type Json, parseJson } from '../../../form/json.ts';
import type { Proof } from '../../../form/provenance.ts';
import { NO_USAGE } from '../../../form/usage.ts';
import { readSse } from '../../../streaming/sse.ts';
import { asked } from '../../__fixtures__/exchange.ts';
import { anthropicMessagesClient } from './index.ts';

const context = {
  request: asked(),
  model: 'asked-model',
  newId: (prefix: string) => `${prefix}new`,
  now: 0,
};
const encoder = () => anthropicMessagesClient.encodeStream(context);

/** The events that the client gets, each held to have its type as its name. */
function written(...events: readonly ModelEvent[]): Json[] {
  const stream = encoder();
  const text = events.map((event) => stream.write(event)).join('');
  return readSse(Buffer.from(text)).map(({ name, data }) => {
    const event = parseJson(data) as Json;
    expect(event.type).toBe(name);
    return event;
  });
}

const start: ModelEvent = { kind: 'start', id: null, model: null, created: null };
const stop: ModelEvent = { kind: 'end', finish: { reason: 'stop', raw: 'STOP' } };
const begin = (index: number, block: BlockStart): ModelEvent => ({ kind: 'block-start', index, block });
const text = (index: number, piece: string): ModelEvent => ({
  kind: 'delta',
  index,
  delta: { kind: 'text', text: piece },
});
const piece = (index: number, json: string): ModelEvent => ({
  kind: 'delta',
  index,
  delta: { kind: 'arguments', text: json },
});
const over = (index: number): ModelEvent => ({ kind: 'block-end', index });
const call = (index: number, id: string): ModelEvent =>
  begin(index, { kind: 'tool-call', id, name: `do_${id}` });
const proof = (index: number, value: Proof): ModelEvent => ({
  kind: 'delta',
  index,
  delta: { kind: 'proof', proof: value },
});
/** Without what begins and ends every stream. */
const blocks = (...events: readonly ModelEvent[]) => written(start, ...events, stop).slice(2, -2);
const types = (events: readonly Json[]) => events.map(({ type }) => type);

describe('the frame of a stream', () => {
  test('a start with usage, one ping, a change with full usage, a stop; nothing produced is no block', () => {
    expect(written(start, stop)).toEqual([
      {
        type: 'message_start',
        message: {
          id: 'msg_new',
          type: 'message',
          role: 'assistant',
          model: 'asked-model',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          stop_details: null,
          usage: {
            input_tokens: 0,
            cache_creation_input_tokens: 0,
            cache_read_input_tokens: 0,
            output_tokens: 0,
          },
        },
      },
      { type: 'ping' },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null, stop_details: null },
        usage: {
          input_tokens: 0,
          cache_creation_input_tokens: 0,
          cache_read_input_tokens: 0,
          output_tokens: 0,
        },
      },
      { type: 'message_stop' },
    ]);
  });

  test('input tokens that are known at the start are told there', () => {
    const [first] = written(
      { ...start, kind: 'start', usage: { ...NO_USAGE, input: 9 } } as ModelEvent,
      stop,
    );
    expect(first).toMatchObject({ message: { usage: { input_tokens: 9, output_tokens: 0 } } });
  });

  test('cached tokens that come with the last usage are in the change (spec 14, no. 12)', () => {
    const usage: ModelEvent = { kind: 'usage', usage: { ...NO_USAGE, input: 1, cacheRead: 8, output: 2 } };
    expect(written(start, usage, stop).at(-2)).toMatchObject({
      type: 'message_delta',
      usage: { input_tokens: 1, cache_read_input_tokens: 8, output_tokens: 2 },
    });
  });

  test('an error is one event, whatever was open, and nothing follows it', () => {
    const failed: ModelEvent = {
      kind: 'failed',
      error: {
        kind: 'error',
        class: 'rate-limit',
        message: 'Slower.',
        status: 429,
        code: null,
        parameter: null,
        raw: null,
      },
    };
    const events = written(start, begin(0, { kind: 'text' }), text(0, 'x'), failed, stop);
    expect(types(events)).toEqual([
      'message_start',
      'ping',
      'content_block_start',
      'content_block_delta',
      'error',
    ]);
    expect(events.at(-1)).toEqual({
      type: 'error',
      error: { type: 'rate_limit_error', message: 'Slower.' },
      request_id: 'req_new',
    });
  });

  test('a limit is a limit, and a stop sequence says which (spec 14, no. 28)', () => {
    expect(
      written(start, { kind: 'end', finish: { reason: 'length', raw: 'MAX_TOKENS' } }).at(-2),
    ).toMatchObject({
      delta: { stop_reason: 'max_tokens' },
    });
    const stopped: ModelEvent = {
      kind: 'end',
      finish: { reason: 'stop-sequence', raw: 'STOP', stopSequence: 'END' },
    };
    expect(written(start, stopped).at(-2)).toMatchObject({
      delta: { stop_reason: 'stop_sequence', stop_sequence: 'END' },
    });
  });
});

describe('blocks', () => {
  test('one is closed before the next begins, with numbers in order (spec 14, no. 7)', () => {
    const events = blocks(
      begin(0, { kind: 'reasoning' }),
      text(0, 'hm'),
      over(0),
      begin(1, { kind: 'text' }),
      text(1, 'a'),
      text(1, 'b'),
      over(1),
    );
    expect(events.map(({ type, index }) => [type, index])).toEqual([
      ['content_block_start', 0],
      ['content_block_delta', 0],
      ['content_block_stop', 0],
      ['content_block_start', 1],
      ['content_block_delta', 1],
      ['content_block_delta', 1],
      ['content_block_stop', 1],
    ]);
  });

  test('one without content is not written', () => {
    expect(
      blocks(begin(0, { kind: 'text' }), text(0, ''), over(0), begin(1, { kind: 'reasoning' }), over(1)),
    ).toEqual([]);
  });

  test('a call: its start, an empty piece, its pieces as they come, its stop', () => {
    expect(blocks(call(0, 'a'), piece(0, '{"x"'), piece(0, ':1}'), over(0))).toEqual([
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'tool_use', id: 'a', name: 'do_a', input: {} },
      },
      { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{"x"' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: ':1}' } },
      { type: 'content_block_stop', index: 0 },
    ]);
  });

  test('of calls that overlap the lowest passes at once and the others wait for it', () => {
    const stream = encoder();
    const sent = [
      start,
      call(0, 'a'),
      call(1, 'b'),
      piece(1, '{"b":1}'),
      piece(0, '{}'),
      over(1),
      call(2, 'c'),
      over(0),
      piece(2, '{"c":1}'),
      over(2),
      stop,
    ].map((event) => readSse(Buffer.from(stream.write(event))).map(({ data }) => parseJson(data) as Json));
    const summary = sent.map((events) =>
      events.map(({ type, index }) => `${String(type).replace('content_block_', '')} ${index ?? ''}`.trim()),
    );
    expect(summary.slice(1, -1)).toEqual([
      ['start 0', 'delta 0'],
      [],
      [],
      ['delta 0'],
      [],
      [],
      ['stop 0', 'start 1', 'delta 1', 'delta 1', 'stop 1', 'start 2', 'delta 2'],
      ['delta 2'],
      ['stop 2'],
    ]);
  });

  test('a refusal in words is text, and the stop says refusal', () => {
    const events = written(start, begin(0, { kind: 'refusal' }), text(0, 'I will not.'), over(0), {
      kind: 'end',
      finish: { reason: 'refusal', raw: 'stop', explanation: 'Not nice.' },
    });
    expect(events[3]).toMatchObject({ delta: { type: 'text_delta', text: 'I will not.' } });
    expect(events.at(-2)).toMatchObject({
      delta: { stop_reason: 'refusal', stop_details: { type: 'refusal', explanation: 'Not nice.' } },
    });
  });

  test('a citation of another provider names its source', () => {
    const events = blocks(
      begin(0, { kind: 'text' }),
      text(0, 'Sky is blue'),
      {
        kind: 'delta',
        index: 0,
        delta: {
          kind: 'citation',
          citation: {
            start: 0,
            end: 11,
            url: 'https://sky.example',
            title: 'Sky',
            quote: 'blue sky',
            residue: { dialect: 'openai-chat', value: {} },
          },
        },
      },
      over(0),
    );
    expect(events[2]).toMatchObject({
      delta: {
        type: 'citations_delta',
        citation: {
          type: 'web_search_result_location',
          url: 'https://sky.example',
          title: 'Sky',
          cited_text: 'blue sky',
        },
      },
    });
  });

  test('an image says in words that it is one, because this format has no place for it', () => {
    const image: BlockStart = {
      kind: 'whole',
      block: { kind: 'image', source: { kind: 'data', mediaType: 'image/png', data: 'AAAA' } },
    };
    const events = blocks(begin(0, image), over(0));
    expect(events[1]).toMatchObject({
      delta: { type: 'text_delta', text: expect.stringContaining('an image') },
    });
    expect(JSON.stringify(events)).not.toContain('AAAA');
  });

  test('what only another provider understands is left out', () => {
    const opaque: BlockStart = {
      kind: 'whole',
      block: { kind: 'opaque', dialect: 'openai-responses', value: {} },
    };
    expect(blocks(begin(0, opaque), over(0))).toEqual([]);
  });
});

describe('proofs', () => {
  test('Anthropic’s signature is written as it is, last and once', () => {
    const events = blocks(
      begin(0, { kind: 'reasoning' }),
      proof(0, { family: 'anthropic', kind: 'signature', value: 'first' }),
      text(0, 'hm'),
      proof(0, { family: 'anthropic', kind: 'signature', value: 'c2ln' }),
      over(0),
    );
    expect(events.map(({ delta }) => (delta as Json | undefined)?.type)).toEqual([
      undefined,
      'thinking_delta',
      'signature_delta',
      undefined,
    ]);
    expect(events[2]).toMatchObject({ delta: { signature: 'c2ln' } });
  });

  test('reasoning that is only a proof is a thinking block without words', () => {
    const events = blocks(
      begin(0, { kind: 'reasoning' }),
      proof(0, { family: 'openai', kind: 'encrypted', value: 'gAAA', id: 'rs_1' }),
      over(0),
    );
    expect(events).toMatchObject([
      { content_block: { type: 'thinking', thinking: '' } },
      { delta: { type: 'signature_delta', signature: 'weir:openai:encrypted:rs_1::gAAA' } },
      { type: 'content_block_stop' },
    ]);
  });

  test('a call’s proof travels in a thinking block before it, that of a later moment behind it', () => {
    const google: Proof = { family: 'google', kind: 'signature', value: 'sig' };
    const early = blocks(
      begin(0, { kind: 'tool-call', id: 'a', name: 'x', proof: google }),
      piece(0, '{}'),
      over(0),
    );
    expect(early.filter(({ type }) => type === 'content_block_start')).toMatchObject([
      { index: 0, content_block: { type: 'thinking' } },
      { index: 1, content_block: { type: 'tool_use' } },
    ]);
    const late = blocks(call(0, 'a'), piece(0, '{}'), proof(0, google), over(0));
    expect(late.filter(({ type }) => type === 'content_block_start')).toMatchObject([
      { index: 0, content_block: { type: 'tool_use' } },
      { index: 1, content_block: { type: 'thinking' } },
    ]);
    expect(JSON.stringify(late)).toContain('weir:google:signature::a:sig');
  });

  test('hidden thinking is a block of its own', () => {
    const whole: BlockStart = {
      kind: 'whole',
      block: { kind: 'reasoning', text: '', proof: { family: 'anthropic', kind: 'redacted', value: 'xyz' } },
    };
    expect(blocks(begin(0, whole), over(0))).toEqual([
      { type: 'content_block_start', index: 0, content_block: { type: 'redacted_thinking', data: 'xyz' } },
      { type: 'content_block_stop', index: 0 },
    ]);
  });
});
