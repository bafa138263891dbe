import { describe, expect, test } from '@jest/globals';
import type { ModelEvent } from '../../../form/events.ts';
import { foldEvents } from '../../../form/fold-events.ts';
import type { ModelRequest } from '../../../form/request.ts';
import { TOOL_NAME_64, wireNames } from '../../../form/wire-names.ts';
import { readSse } from '../../../streaming/sse.ts';
import {
  COMPATIBLE,
  DONE,
  decodeContext,
  delta,
  eventsOf,
  eventsOfChunks,
  finish,
  inBrief,
  request,
} from './__fixtures__/decode.ts';
import { chatDialect, deviate } from './index.ts';

const brief = (events: readonly ModelEvent[]) => inBrief(foldEvents(events)) as Record<string, unknown>;
const read = (...chunks: unknown[]) => brief(eventsOfChunks(chunks));
const call = (fields: object) => delta({ tool_calls: [fields] });
const argumentsIn = (text: unknown, rest: object = {}) =>
  call({ index: 0, function: { arguments: text }, ...rest });
const named = (name: string, rest: object = {}) =>
  call({ index: 0, id: 'call_a', type: 'function', function: { name, arguments: '' }, ...rest });
const kinds = (events: readonly ModelEvent[]) => events.map(({ kind }) => kind);

describe('the course of a stream', () => {
  test('role and content in one chunk: the first word is kept (14-8)', () => {
    expect(
      read(delta({ role: 'assistant', content: 'Hel' }), delta({ content: 'lo' }), finish('stop')),
    ).toEqual({
      blocks: [['text', 'Hello']],
      finish: ['stop', 'stop'],
      usage: null,
    });
  });
  test('a first chunk without choices says nothing yet, and its facts are kept (14-21)', () => {
    const first = { id: '', model: '', created: 0, choices: [], prompt_filter_results: [1] };
    const [start] = eventsOfChunks([first, delta({ content: 'x' }), finish('stop')]);
    expect(start).toEqual({
      kind: 'start',
      id: 'chatcmpl-1',
      model: 'm',
      created: 1,
      residue: { dialect: 'openai-chat', value: { prompt_filter_results: [1] } },
    });
  });
  test('a block begins with its first word, not with the role', () => {
    const events = eventsOfChunks([delta({ role: 'assistant', content: '' }), finish('stop')]);
    expect(kinds(events)).toEqual(['start', 'end']);
  });
  test('usage after the finish is read, once, before the end (14-10, 14-13)', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
    const events = eventsOfChunks([delta({ content: 'x' }), finish('stop'), { id: 'x', choices: [], usage }]);
    expect(kinds(events).slice(-3)).toEqual(['block-end', 'usage', 'end']);
  });
  test('usage without any choices is read too', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 4 };
    expect(read(delta({ content: 'x' }), finish('stop'), { usage }).usage).toEqual([3, 0, 4, 0]);
  });
  test('usage that repeats is cumulative: the last counts (14-14)', () => {
    const at = (completion: number) => ({
      ...delta({ content: 'x' }),
      usage: { prompt_tokens: 3, completion_tokens: completion },
    });
    expect(read(at(1), at(2), at(9), finish('stop')).usage).toEqual([3, 0, 9, 0]);
  });
  test.each([
    ['x_groq', { ...finish('stop'), x_groq: { usage: { prompt_tokens: 1, completion_tokens: 2 } } }],
    ['the choice', delta({}, { finish_reason: 'stop', usage: { prompt_tokens: 1, completion_tokens: 2 } })],
  ])('usage is found in %s', (_, chunk) => {
    expect(read(delta({ content: 'x' }), chunk).usage).toEqual([1, 0, 2, 0]);
  });
  test('padding is no residue', () => {
    const padded = { ...delta({ content: 'x' }), obfuscation: 'aaaa' };
    expect(JSON.stringify(eventsOfChunks([padded, finish('stop')]))).not.toContain('aaaa');
  });
  test('a finish without [DONE] is an end', () => {
    const frames = [delta({ content: 'x' }), finish('stop')].map((it) => ({
      name: '',
      data: JSON.stringify(it),
    }));
    expect(kinds(eventsOf(frames)).at(-1)).toBe('end');
  });
  test('[DONE] without a finish is an end where something was said', () => {
    expect(read(delta({ content: 'x' })).finish).toEqual(['other', null]);
  });
  test.each([
    ['[DONE] alone', [DONE]],
    ['nothing at all', []],
    ['words without an end', [{ name: '', data: JSON.stringify(delta({ content: 'x' })) }]],
    ['a chunk that breaks off', [{ name: '', data: '{"choices":[{"delta":{"con' }]],
  ])('%s is no answer', (_, frames) => {
    const events = eventsOf(frames);
    expect(events.at(-1)).toMatchObject({ kind: 'failed', error: { class: 'upstream', status: 502 } });
  });
  test('`chat.completion.done` is an end', () => {
    const done = { ...finish('stop'), object: 'chat.completion.done' };
    const frames = [delta({ content: 'x' }), done].map((it) => ({ name: '', data: JSON.stringify(it) }));
    const decoder = COMPATIBLE.decodeStream(decodeContext());
    const events = frames.flatMap((frame) => decoder.push({ kind: 'sse', ...frame }));
    expect(kinds(events).at(-1)).toBe('end');
    expect(decoder.end()).toEqual([]);
  });
  test('nothing comes after the end', () => {
    const decoder = COMPATIBLE.decodeStream(decodeContext());
    const push = (chunk: unknown) => decoder.push({ kind: 'sse', name: '', data: JSON.stringify(chunk) });
    push(delta({ content: 'x' }));
    push(finish('stop'));
    decoder.push({ kind: 'sse', ...DONE });
    expect([
      ...push(delta({ content: 'y' })),
      ...push({ error: { message: 'late' } }),
      ...decoder.end(),
    ]).toEqual([]);
  });
  test('a whole answer in place of a stream is read', () => {
    const body = {
      id: 'x',
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant', content: 'whole' }, finish_reason: 'stop' }],
    };
    expect(read(body).blocks).toEqual([['text', 'whole']]);
  });
  test('unknown events and fields are nothing', () => {
    expect(
      read({ object: 'ping' }, 7, null, [], 'x', delta({ content: 'a', new_field: {} }), finish('stop'))
        .blocks,
    ).toEqual([['text', 'a']]);
  });
  test.each([
    ['eos', 'stop'],
    ['length', 'length'],
    ['model_length', 'context-full'],
    ['content_filter', 'blocked-output'],
    ['something_new', 'other'],
  ])('finish %s is %s, and the word is kept', (raw, reason) => {
    expect(read(delta({ content: 'x' }), finish(raw)).finish).toEqual([reason, raw]);
  });
  test('a filter’s reasons are told', () => {
    const results = { hate: { filtered: true } };
    const blocked = delta({}, { finish_reason: 'content_filter', content_filter_results: results });
    expect(eventsOfChunks([blocked]).at(-1)).toMatchObject({
      finish: { reason: 'blocked-output', details: results },
    });
  });
});

describe('errors in a stream', () => {
  test.each<[string, unknown, string]>([
    ['of OpenAI’s shape', { error: { message: 'no', type: 'server_error', code: null } }, 'upstream'],
    ['beside choices', { ...delta({}), error: { code: 429, message: 'slow down' } }, 'rate-limit'],
    ['of vLLM', { object: 'error', message: 'bad', type: 'BadRequestError', code: 400 }, 'bad-request'],
    ['as a text', { error: 'gone' }, 'upstream'],
  ])('%s', (_, chunk, expected) => {
    const events = eventsOfChunks([delta({ content: 'x' }), chunk]);
    expect(events.at(-1)).toMatchObject({ kind: 'failed', error: { class: expected } });
  });
  test('by the name of the event (Groq)', () => {
    const data = JSON.stringify({ error: { message: 'tool call validation failed', status_code: 400 } });
    expect(eventsOf([{ name: 'error', data }]).at(-1)).toMatchObject({
      kind: 'failed',
      error: { message: 'tool call validation failed' },
    });
    expect(eventsOf([{ name: 'error', data: 'out of memory' }]).at(-1)).toMatchObject({
      kind: 'failed',
      error: { class: 'upstream', message: 'out of memory' },
    });
  });
  test('as bare JSON after the frames', () => {
    const text = `data: ${JSON.stringify(delta({ content: 'x' }))}\n\n{"error":{"message":"died","code":503}}\n`;
    expect(eventsOf(readSse(Buffer.from(text))).at(-1)).toMatchObject({
      kind: 'failed',
      error: { class: 'overloaded', message: 'died' },
    });
  });
  test.each([
    ['error', 'upstream'],
    ['insufficient_system_resource', 'overloaded'],
  ])('as the finish reason %s', (raw, expected) => {
    expect(eventsOfChunks([delta({ content: 'x' }), finish(raw)]).at(-1)).toMatchObject({
      kind: 'failed',
      error: { class: expected },
    });
  });
  test('null is none', () => {
    expect(read({ ...delta({ content: 'x' }), error: null }, finish('stop')).blocks).toEqual([['text', 'x']]);
  });
});

describe('thoughts and words', () => {
  test.each(['reasoning', 'reasoning_content'])('%s is read', (field) => {
    expect(read(delta({ [field]: 'hm' }), delta({ content: 'yes' }), finish('stop')).blocks).toEqual([
      ['reasoning', 'hm'],
      ['text', 'yes'],
    ]);
  });
  test('both names in one delta are one thought', () => {
    expect(read(delta({ reasoning: 'hm', reasoning_content: 'hm' }), finish('stop')).blocks).toEqual([
      ['reasoning', 'hm'],
    ]);
  });
  test('details alone are thoughts too', () => {
    const details = [{ type: 'reasoning.summary', summary: 'hm', index: 0 }];
    expect(read(delta({ reasoning_details: details }), finish('stop')).blocks).toEqual([['reasoning', 'hm']]);
  });
  test('an encrypted detail is a proof without words, before the calls that it belongs to', () => {
    const details = [
      { type: 'reasoning.encrypted', data: 'secret', id: 'call_a', format: 'google-gemini-v1' },
    ];
    const events = eventsOfChunks([
      delta({
        reasoning_details: details,
        tool_calls: [{ index: 0, id: 'call_a', function: { name: 'f' } }],
      }),
      finish('stop'),
    ]);
    expect(foldEvents(events)).toMatchObject({
      blocks: [
        { kind: 'reasoning', text: '', proof: { family: 'openrouter', value: JSON.stringify(details) } },
        { kind: 'tool-call' },
      ],
    });
  });
  test('thoughts that are said again at the end are said once (xAI)', () => {
    const dialect = chatDialect(deviate({ repeatsReasoning: true }));
    const thoughts = 'A thought that is long enough to be no accident.';
    const chunks = [
      ...thoughts.split(' ').map((word, at) => delta({ reasoning_content: at === 0 ? word : ` ${word}` })),
      delta({ content: 'x' }),
      delta({ reasoning_content: thoughts }, { finish_reason: 'stop' }),
    ];
    expect(brief(eventsOfChunks(chunks, dialect)).blocks).toEqual([
      ['reasoning', thoughts],
      ['text', 'x'],
    ]);
  });
  test('content parts in deltas: thinking, text, an empty list (Mistral)', () => {
    const thinking = (...texts: string[]) =>
      delta({ content: [{ type: 'thinking', thinking: texts.map((text) => ({ type: 'text', text })) }] });
    expect(
      read(
        thinking('a'),
        thinking(),
        thinking('b', 'c'),
        delta({ content: [{ type: 'text', text: 'x' }] }),
        delta({ content: 'y' }),
        finish('stop'),
      ).blocks,
    ).toEqual([
      ['reasoning', 'abc'],
      ['text', 'xy'],
    ]);
  });
  test('a refusal is a block of its own and makes the end a refusal', () => {
    expect(read(delta({ refusal: 'I ' }), delta({ refusal: 'will not' }), finish('stop'))).toMatchObject({
      blocks: [['refusal', 'I will not']],
      finish: ['refusal', 'stop'],
    });
  });
  test('annotations are citations of the text, wherever they come', () => {
    const annotations = [
      {
        type: 'url_citation',
        url_citation: { start_index: 0, end_index: 1, url: 'https://a.example', title: 'A' },
      },
    ];
    const citation = expect.objectContaining({ start: 0, end: 1, url: 'https://a.example', title: 'A' });
    for (const chunks of [
      [delta({ annotations }), delta({ content: 'x' })],
      [delta({ content: 'x', annotations })],
      [delta({ content: 'x' }), delta({ annotations })],
    ])
      expect(foldEvents(eventsOfChunks([...chunks, finish('stop')]))).toMatchObject({
        blocks: [{ kind: 'text', citations: [citation] }],
      });
  });
  test('log-probs stay with their words', () => {
    const logprobs = { content: [{ token: 'x', logprob: -1, bytes: [120], top_logprobs: [] }] };
    expect(foldEvents(eventsOfChunks([delta({ content: 'x' }, { logprobs }), finish('stop')]))).toMatchObject(
      {
        blocks: [{ logprobs: [{ token: 'x', logprob: -1, bytes: [120], top: [] }] }],
      },
    );
  });
  test('speech comes whole at the end, with its id kept', () => {
    const spoken: ModelRequest = request({ parameters: { audioOutput: { format: 'mp3' } } });
    const events = eventsOfChunks(
      [
        delta({ audio: { id: 'audio_1', transcript: 'Hel' } }),
        delta({ audio: { data: Buffer.from('ab').toString('base64') } }),
        delta({ audio: { data: Buffer.from('c').toString('base64'), transcript: 'lo' } }),
        delta({ audio: { expires_at: 5 } }, { finish_reason: 'stop' }),
      ],
      COMPATIBLE,
      decodeContext({ request: spoken }),
    );
    expect(foldEvents(events)).toMatchObject({
      blocks: [
        {
          kind: 'audio',
          transcript: 'Hello',
          source: { mediaType: 'audio/mpeg', data: Buffer.from('abc').toString('base64') },
          residue: { value: { id: 'audio_1', expires_at: 5 } },
        },
      ],
    });
  });
  test('images of an answer are blocks', () => {
    const images = [
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
      null,
      {},
    ];
    expect(read(delta({ content: 'a' }), delta({ images }), finish('stop')).blocks).toEqual([
      ['text', 'a'],
      ['image'],
    ]);
  });
});

describe('calls (spec 2.2)', () => {
  const whole = (...blocks: unknown[]) => ({ blocks, finish: ['tool-calls', 'stop'], usage: null });

  test('Match: a known id is that call, though the index is another', () => {
    expect(
      read(named('f'), call({ index: 5, id: 'call_a', function: { arguments: '{"a":1}' } }), finish('stop')),
    ).toEqual(whole(['tool-call', 'call_a', 'f', '{"a":1}']));
  });
  test('Match: a new id is a new call, though the index repeats', () => {
    expect(
      read(
        named('f', { function: { name: 'f', arguments: '{"a":1}' } }),
        named('g', { id: 'call_b', function: { name: 'g', arguments: '{"b":2}' } }),
        finish('stop'),
      ).blocks,
    ).toEqual([
      ['tool-call', 'call_a', 'f', '{"a":1}'],
      ['tool-call', 'call_b', 'g', '{"b":2}'],
    ]);
  });
  test.each([undefined, '', null])('Match: an id of %j goes by the index', (id) => {
    expect(
      read(
        named('f'),
        call({ index: 1, id: 'call_b', function: { name: 'g' } }),
        argumentsIn('{"a":', { id }),
        call({ index: 1, id, function: { arguments: '{"b":2}' } }),
        argumentsIn('1}', { id }),
        finish('stop'),
      ).blocks,
    ).toEqual([
      ['tool-call', 'call_a', 'f', '{"a":1}'],
      ['tool-call', 'call_b', 'g', '{"b":2}'],
    ]);
  });
  test('Match: with neither it is the latest call', () => {
    expect(
      read(
        named('f'),
        call({ id: 'call_b', function: { name: 'g' } }),
        call({ function: { arguments: '{}' } }),
        call({ function: { arguments: '{"b":2}' } }),
        finish('stop'),
      ).blocks,
    ).toEqual([
      ['tool-call', 'call_a', 'f', '{}'],
      ['tool-call', 'call_b', 'g', '{"b":2}'],
    ]);
  });
  test('several whole calls in one delta without id and index are several', () => {
    const made = ['f', 'g'].map((name) => ({ function: { name, arguments: { name } } }));
    expect(read(delta({ tool_calls: made }), finish('stop')).blocks).toEqual([
      ['tool-call', 'call_1', 'f', '{"name":"f"}'],
      ['tool-call', 'call_2', 'g', '{"name":"g"}'],
    ]);
  });
  test('Name: the first that is one stays', () => {
    expect(
      read(named(''), argumentsIn('{"a"', {}), named('f'), argumentsIn(':1}'), named(''), finish('stop'))
        .blocks,
    ).toEqual([['tool-call', 'call_a', 'f', '{"a":1}']]);
  });
  test('Arguments: pieces pass at once', () => {
    const decoder = COMPATIBLE.decodeStream(decodeContext());
    const push = (chunk: unknown) => decoder.push({ kind: 'sse', name: '', data: JSON.stringify(chunk) });
    push(named('f'));
    const delta = (text: string) => [{ kind: 'delta', index: 0, delta: { kind: 'arguments', text } }];
    expect(push(argumentsIn('{"a'))).toEqual(delta('{"a'));
    expect(push(argumentsIn('":1'))).toEqual(delta('":1'));
  });
  test('Arguments: an object is complete, and is written once', () => {
    expect(
      read(
        argumentsIn({ a: [1] }, { id: 'x', function: { name: 'f', arguments: { a: [1] } } }),
        finish('stop'),
      ).blocks,
    ).toEqual([['tool-call', 'x', 'f', '{"a":[1]}']]);
  });
  test('Repeats: the same complete text again is nothing', () => {
    expect(
      read(named('f'), argumentsIn('{"a":'), argumentsIn('1}'), argumentsIn('{"a":1}'), finish('stop'))
        .blocks,
    ).toEqual([['tool-call', 'call_a', 'f', '{"a":1}']]);
  });
  test('Repeats: pieces that look alike are none', () => {
    expect(
      read(
        named('f'),
        argumentsIn('{"a":"'),
        argumentsIn('ha'),
        argumentsIn('ha'),
        argumentsIn('"}'),
        finish('stop'),
      ).blocks,
    ).toEqual([['tool-call', 'call_a', 'f', '{"a":"haha"}']]);
  });
  test('Missing id: one is made, never the name or an index', () => {
    expect(read(call({ index: 0, function: { name: 'f', arguments: '{}' } }), finish('stop')).blocks).toEqual(
      [['tool-call', 'call_1', 'f', '{}']],
    );
  });
  test('Finish: a placeholder that parses is not the end of a call (14-2)', () => {
    expect(read(named('f'), argumentsIn('{}'), argumentsIn('{"a":1}'), finish('stop')).blocks).toEqual([
      ['tool-call', 'call_a', 'f', '{"a":1}'],
    ]);
    const events = eventsOfChunks([
      named('f'),
      argumentsIn('{"a":1}'),
      delta({ content: '' }),
      finish('stop'),
    ]);
    expect(kinds(events)).toEqual(['start', 'block-start', 'delta', 'block-end', 'end']);
  });
  test.each(['', null, 'null', '{}', undefined, ' '])('Empty: arguments %j are {} (14-1)', (text) => {
    const events = eventsOfChunks([named('f'), argumentsIn(text), finish('stop')]);
    expect(events.filter(({ kind }) => kind === 'delta')).toEqual([
      { kind: 'delta', index: 0, delta: { kind: 'arguments', text: '{}' } },
    ]);
  });
  test('Empty: a word that only begins like "null" is none', () => {
    expect(read(named('f'), argumentsIn('nu'), argumentsIn('ll'), finish('stop')).blocks).toEqual([
      ['tool-call', 'call_a', 'f', '{}'],
    ]);
  });
  test('Index out: counted in the order of appearance, whatever the provider counts (14-5)', () => {
    const events = eventsOfChunks([
      delta({ content: 'x' }),
      call({ index: 3, id: 'a', function: { name: 'f', arguments: '{"a":1}' } }),
      call({ index: 1, id: 'b', function: { name: 'g', arguments: '{"b":1}' } }),
      finish('tool_calls'),
    ]);
    expect(
      events.filter(({ kind }) => kind === 'block-start').map((it) => 'index' in it && it.index),
    ).toEqual([0, 1, 2]);
  });
  test('parallel calls stay apart when their pieces interleave (14-6)', () => {
    expect(
      read(
        call({ index: 0, id: 'a', function: { name: 'f', arguments: '{"a":' } }),
        call({ index: 1, id: 'b', function: { name: 'g', arguments: '{"b":' } }),
        call({ index: 0, function: { arguments: '1}' } }),
        call({ index: 1, function: { arguments: '2}' } }),
        finish('tool_calls'),
      ).blocks,
    ).toEqual([
      ['tool-call', 'a', 'f', '{"a":1}'],
      ['tool-call', 'b', 'g', '{"b":2}'],
    ]);
  });
  test('words after a call wait for its end and are not lost', () => {
    expect(
      read(
        named('f'),
        delta({ content: 'so' }),
        argumentsIn('{"a":1}'),
        delta({ reasoning: 'hm' }),
        finish('stop'),
      ),
    ).toEqual(whole(['tool-call', 'call_a', 'f', '{"a":1}'], ['text', 'so'], ['reasoning', 'hm']));
  });
  test('"stop" with calls means that calls were made (14-26)', () => {
    expect(read(named('f'), finish('stop')).finish).toEqual(['tool-calls', 'stop']);
  });
  test('the old `function_call` is a call', () => {
    expect(
      read(
        delta({ function_call: { name: 'f', arguments: '' } }),
        delta({ function_call: { arguments: '{"a":1}' } }),
        finish('function_call'),
      ),
    ).toMatchObject({
      blocks: [['tool-call', 'call_1', 'f', '{"a":1}']],
      finish: ['tool-calls', 'function_call'],
    });
  });
  test('a call that never got a name is the model’s mistake', () => {
    expect(eventsOfChunks([argumentsIn('{"a":1}'), finish('tool_calls')]).at(-1)).toMatchObject({
      kind: 'failed',
      error: { class: 'malformed-tool-call' },
    });
  });
  test('an entry that says nothing is no call', () => {
    expect(read(delta({ content: 'x' }), call({ index: 0 }), finish('stop'))).toMatchObject({
      blocks: [['text', 'x']],
      finish: ['stop', 'stop'],
    });
  });
  test('names are the caller’s again', () => {
    const names = wireNames(['search.web'], TOOL_NAME_64);
    const context = decodeContext({ names });
    const events = eventsOfChunks([named(names.toWire('search.web')), finish('stop')], COMPATIBLE, context);
    expect(brief(events).blocks).toEqual([['tool-call', 'call_a', 'search.web', '{}']]);
  });
  test('Google’s signature is the call’s proof', () => {
    const signed = { extra_content: { google: { thought_signature: 'sig' } } };
    expect(foldEvents(eventsOfChunks([named('f', signed), finish('stop')]))).toMatchObject({
      blocks: [{ proof: { family: 'google', kind: 'signature', value: 'sig' } }],
    });
  });
  test('a tool of free text that went as a function gives its text back, whole', () => {
    const custom = request({ tools: [{ kind: 'custom', name: 'patch', format: null }] });
    const events = eventsOfChunks(
      [named('patch'), argumentsIn('{"input":"a\\n'), argumentsIn('b"}'), finish('stop')],
      COMPATIBLE,
      decodeContext({ request: custom }),
    );
    expect(foldEvents(events)).toMatchObject({ blocks: [{ custom: true, arguments: 'a\nb' }] });
  });
  test('a native call of free text passes as it comes, also when it looks like arguments', () => {
    const piece = (input: string) =>
      call({ index: 0, id: 'c', type: 'custom', custom: { name: 'patch', input } });
    expect(foldEvents(eventsOfChunks([piece('{}'), piece('nu'), piece('{}'), finish('stop')]))).toMatchObject(
      {
        blocks: [{ custom: true, arguments: '{}nu{}' }],
      },
    );
  });
});
