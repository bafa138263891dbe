import { describe, expect, test } from '@jest/globals';
import type { AssistantBlock } from '../../../form/blocks.ts';
import type { ModelEvent } from '../../../form/events.ts';
import { child, type Json } from '../../../form/json.ts';
import type { ErrorClass, ModelError } from '../../../form/model-error.ts';
import type { Finish } from '../../../form/response.ts';
import { asked } from '../../__fixtures__/exchange.ts';
import { ANSWER, answerContext, answerOf, kinds, written, writtenText } from '../__fixtures__/answers.ts';
import { unpackProof } from '../packed-proof.ts';
import { openaiResponsesClient } from './index.ts';

const start: ModelEvent = { kind: 'start', id: null, model: null, created: null };
const end: ModelEvent = { kind: 'end', finish: { reason: 'stop', raw: null } };
const open = (index: number, block: Extract<ModelEvent, { kind: 'block-start' }>['block']): ModelEvent => ({
  kind: 'block-start',
  index,
  block,
});
const close = (index: number): ModelEvent => ({ kind: 'block-end', index });
const say = (index: number, text: string): ModelEvent => ({
  kind: 'delta',
  index,
  delta: { kind: 'text', text },
});
const tool = (id: string) => ({ kind: 'tool-call', id, name: 'look' }) as const;
const fill = (index: number, text: string): ModelEvent => ({
  kind: 'delta',
  index,
  delta: { kind: 'arguments', text },
});

const outputOf = (payloads: readonly Json[]) => child(payloads.at(-1) ?? null, 'response')?.output;

describe('the events of a stream', () => {
  test('every event of a text, in order, with everything that it must tell', () => {
    const payloads = written([start, open(0, { kind: 'text' }), say(0, 'Hel'), say(0, 'lo'), close(0), end]);
    const place = { item_id: 'msg_2', output_index: 0, content_index: 0 };
    const part = { type: 'output_text', text: 'Hello', annotations: [], logprobs: [] };
    const item = { id: 'msg_2', type: 'message', role: 'assistant' };
    const response = { id: 'resp_1', object: 'response', model: 'asked/model', created_at: 1_700_000_000 };
    expect(payloads).toMatchObject([
      { type: 'response.created', response: { ...response, status: 'in_progress', output: [], usage: null } },
      { type: 'response.in_progress', response: { status: 'in_progress' } },
      {
        type: 'response.output_item.added',
        output_index: 0,
        item: { ...item, status: 'in_progress', content: [] },
      },
      { type: 'response.content_part.added', ...place, part: { ...part, text: '' } },
      { type: 'response.output_text.delta', ...place, delta: 'Hel', logprobs: [] },
      { type: 'response.output_text.delta', ...place, delta: 'lo' },
      { type: 'response.output_text.done', ...place, text: 'Hello', logprobs: [] },
      { type: 'response.content_part.done', ...place, part },
      {
        type: 'response.output_item.done',
        output_index: 0,
        item: { ...item, status: 'completed', content: [part] },
      },
      {
        type: 'response.completed',
        response: { ...response, status: 'completed', output: [{ ...item, content: [part] }] },
      },
    ]);
    expect(payloads.map((it) => it.sequence_number)).toEqual([...payloads.keys()]);
  });

  test('reasoning is a summary, and its proof comes with the end', () => {
    const proof = { family: 'anthropic', kind: 'signature', value: 'sig' } as const;
    const payloads = written([
      start,
      open(0, { kind: 'reasoning' }),
      say(0, 'Hm.'),
      { kind: 'delta', index: 0, delta: { kind: 'proof', proof } },
      close(0),
      end,
    ]);
    expect(kinds(payloads).slice(2, -1)).toEqual([
      'response.output_item.added',
      'response.reasoning_summary_part.added',
      'response.reasoning_summary_text.delta',
      'response.reasoning_summary_text.done',
      'response.reasoning_summary_part.done',
      'response.output_item.done',
    ]);
    const [item] = outputOf(payloads) as Json[];
    expect(item).toMatchObject({ type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] });
    expect(unpackProof(String(item?.encrypted_content))).toEqual({ proof, text: 'Hm.' });
  });

  test('a thought that is redacted is an item without a part', () => {
    const proof = { family: 'anthropic', kind: 'redacted', value: 'data' } as const;
    const payloads = written(answerOf([{ kind: 'reasoning', text: '', proof }]));
    expect(kinds(payloads).slice(2, -1)).toEqual(['response.output_item.added', 'response.output_item.done']);
    expect(outputOf(payloads)).toMatchObject([{ type: 'reasoning', summary: [] }]);
  });

  test('OpenAI’s own proof stays as it is', () => {
    const proof = { family: 'openai', kind: 'encrypted', value: 'enc' } as const;
    expect(outputOf(written(answerOf([{ kind: 'reasoning', text: 'Hm.', proof }])))).toMatchObject([
      { encrypted_content: 'enc' },
    ]);
  });

  test('a call tells its arguments in pieces and whole', () => {
    const payloads = written([start, open(0, tool('a')), fill(0, '{"x"'), fill(0, ':1}'), close(0), end]);
    expect(payloads.slice(2, -1)).toMatchObject([
      {
        type: 'response.output_item.added',
        item: { type: 'function_call', call_id: 'a', name: 'look', arguments: '', status: 'in_progress' },
      },
      { type: 'response.function_call_arguments.delta', item_id: 'fc_2', delta: '{"x"' },
      { type: 'response.function_call_arguments.delta', delta: ':1}' },
      { type: 'response.function_call_arguments.done', arguments: '{"x":1}', name: 'look' },
      { type: 'response.output_item.done', item: { arguments: '{"x":1}', status: 'completed' } },
    ]);
  });

  test('calls that overlap upstream are written one after another, the first at once', () => {
    const encoder = openaiResponsesClient.encodeStream(answerContext());
    for (const event of [start, open(0, tool('a')), open(1, tool('b')), open(2, tool('c'))])
      encoder.write(event);
    expect(encoder.write(fill(1, '{"b":1}'))).toBe('');
    expect(encoder.write(close(1))).toBe('');
    expect(encoder.write(fill(0, '{}'))).toContain('function_call_arguments.delta');
    const rest = encoder.write(close(0));
    expect(rest.match(/event: [\w.]+/g)).toEqual([
      'event: response.function_call_arguments.done',
      'event: response.output_item.done',
      'event: response.output_item.added',
      'event: response.function_call_arguments.delta',
      'event: response.function_call_arguments.done',
      'event: response.output_item.done',
      'event: response.output_item.added',
    ]);
    // The third is the open one now: it passes at once.
    expect(encoder.write(fill(2, '{}'))).toContain('"output_index":2');
    encoder.write(close(2));
    expect(encoder.write(end)).toContain('response.completed');
  });

  test('neighbouring texts are parts of one message; a text after a call begins a new one', () => {
    const blocks: AssistantBlock[] = [
      { kind: 'text', text: 'A' },
      { kind: 'refusal', text: 'B' },
      { kind: 'tool-call', id: 'a', name: 'look', arguments: '{}' },
      { kind: 'text', text: 'C' },
    ];
    expect(outputOf(written(answerOf(blocks)))).toMatchObject([
      {
        type: 'message',
        content: [
          { type: 'output_text', text: 'A' },
          { type: 'refusal', refusal: 'B' },
        ],
      },
      { type: 'function_call' },
      { type: 'message', content: [{ type: 'output_text', text: 'C' }] },
    ]);
  });

  test('no two items have one id, though a call came into the middle of a message', () => {
    const residue = { dialect: 'openai-responses', value: { item: { id: 'msg_own' } } } as const;
    const blocks: AssistantBlock[] = [
      { kind: 'text', text: 'A', residue },
      { kind: 'tool-call', id: 'a', name: 'look', arguments: '{}' },
      { kind: 'text', text: 'B', residue },
    ];
    const ids = (outputOf(written(answerOf(blocks))) as Json[]).map(({ id }) => id);
    expect(ids[0]).toBe('msg_own');
    expect(new Set(ids).size).toBe(3);
  });

  test('annotations are numbered; one without a span covers its text; one without an address is left out', () => {
    const cited = (url: string | null, at: number | null) => ({
      start: at,
      end: at === null ? null : at + 1,
      url,
      title: null,
      quote: 'q',
      residue: { dialect: 'anthropic-messages', value: {} } as const,
    });
    const citations = [cited('https://a', null), cited(null, 0), cited('https://b', 1)];
    const payloads = written(answerOf([{ kind: 'text', text: 'Hello', citations }]));
    const annotations = [
      { type: 'url_citation', start_index: 1, end_index: 2, url: 'https://b', title: '' },
      { type: 'url_citation', start_index: 0, end_index: 5, url: 'https://a', title: '' },
    ];
    expect(payloads.filter(({ type }) => type === 'response.output_text.annotation.added')).toMatchObject(
      annotations.map((annotation, annotation_index) => ({ annotation_index, annotation })),
    );
    expect(outputOf(payloads)).toMatchObject([{ content: [{ annotations }] }]);
  });

  test('probabilities come with their pieces and with the whole', () => {
    const logprobs = [
      { token: 'Hi', logprob: -1, bytes: null, top: [{ token: 'Hi', logprob: -1, bytes: [72, 105] }] },
    ];
    const said = [
      { token: 'Hi', logprob: -1, bytes: [], top_logprobs: [{ token: 'Hi', logprob: -1, bytes: [72, 105] }] },
    ];
    const payloads = written(answerOf([{ kind: 'text', text: 'Hi', logprobs }]));
    expect(payloads.filter((it) => 'logprobs' in it)).toMatchObject([{ logprobs: said }, { logprobs: said }]);
    expect(outputOf(payloads)).toMatchObject([{ content: [{ logprobs: said }] }]);
  });

  test('the proof of a call travels beside it: before it where it is known, after it where it comes late', () => {
    const proof = { family: 'google', kind: 'signature', value: 'thought' } as const;
    const early = written(answerOf([{ kind: 'tool-call', id: 'a', name: 'look', arguments: '{}', proof }]));
    const late = written([
      start,
      open(0, tool('a')),
      fill(0, '{}'),
      { kind: 'delta', index: 0, delta: { kind: 'proof', proof } },
      close(0),
      end,
    ]);
    expect(outputOf(early)).toMatchObject([{ type: 'reasoning' }, { type: 'function_call' }]);
    expect(outputOf(late)).toMatchObject([{ type: 'function_call' }, { type: 'reasoning' }]);
    for (const payloads of [early, late]) {
      const item = (outputOf(payloads) as Json[]).find(({ type }) => type === 'reasoning');
      expect(unpackProof(String(item?.encrypted_content))).toEqual({ proof, text: '', callId: 'a' });
    }
  });

  test('an image is a generated image; what another format alone knows is not written', () => {
    const payloads = written(
      answerOf([
        { kind: 'opaque', dialect: 'anthropic-messages', value: { type: 'server_tool_use' } },
        { kind: 'image', source: { kind: 'data', mediaType: 'image/png', data: 'AAAA' } },
      ]),
    );
    expect(outputOf(payloads)).toMatchObject([
      { type: 'image_generation_call', id: 'ig_2', status: 'completed', result: 'AAAA' },
    ]);
  });

  test('an answer of nothing has a beginning and an end', () => {
    expect(kinds(written([start, end]))).toEqual([
      'response.created',
      'response.in_progress',
      'response.completed',
    ]);
  });
});

describe('the end of a stream', () => {
  const finished = (reason: Finish['reason'], blocks: readonly AssistantBlock[] = []) =>
    written(answerOf(blocks, { finish: { reason, raw: null } })).at(-1) as Json;

  test.each<[Finish['reason'], string, Json]>([
    ['stop', 'response.completed', { status: 'completed', incomplete_details: null }],
    ['stop-sequence', 'response.completed', { status: 'completed' }],
    ['tool-calls', 'response.completed', { status: 'completed' }],
    ['paused', 'response.completed', { status: 'completed' }],
    ['other', 'response.completed', { status: 'completed' }],
    [
      'length',
      'response.incomplete',
      { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
    ],
    ['context-full', 'response.incomplete', { incomplete_details: { reason: 'max_output_tokens' } }],
    ['blocked-output', 'response.incomplete', { incomplete_details: { reason: 'content_filter' } }],
    ['blocked-prompt', 'response.incomplete', { incomplete_details: { reason: 'content_filter' } }],
    ['refusal', 'response.incomplete', { incomplete_details: { reason: 'content_filter' } }],
  ])('%s (bugs 20 and 28)', (reason, type, response) => {
    expect(finished(reason)).toMatchObject({ type, response });
  });

  test('a refusal in the model’s own words is complete', () => {
    expect(finished('refusal', [{ kind: 'refusal', text: 'No.' }])).toMatchObject({
      type: 'response.completed',
    });
  });

  test('what a provider says of an answer that it took away is where clients look for it', () => {
    const finish = { reason: 'refusal', raw: 'refusal', explanation: 'Policy.' } as const;
    expect(written(answerOf([], { finish })).at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: {
        incomplete_details: { reason: 'content_filter' },
        output: [{ content: [{ type: 'refusal', refusal: 'Policy.' }] }],
      },
    });
  });

  test('usage is told in the last event, in OpenAI’s overlapping counts', () => {
    const usage = { ...ANSWER.usage, inputAudio: 0, cacheWriteLong: 4 } as NonNullable<typeof ANSWER.usage>;
    expect(written(answerOf([], { usage })).at(-1)).toMatchObject({
      response: {
        usage: {
          input_tokens: 14,
          input_tokens_details: { cached_tokens: 2, cache_write_tokens: 5 },
          output_tokens: 8,
          output_tokens_details: { reasoning_tokens: 3 },
          total_tokens: 22,
        },
      },
    });
  });

  test('a failure closes what is open as incomplete, says why in both forms, and tells what there was', () => {
    const payloads = written([
      start,
      open(0, tool('a')),
      open(1, tool('b')),
      fill(0, '{"x'),
      fill(1, '{"y'),
      { kind: 'failed', error: failure('rate-limit') },
    ]);
    expect(kinds(payloads).slice(4)).toEqual([
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'error',
      'response.failed',
    ]);
    const words = { code: 'rate_limit_exceeded', message: 'No.', param: null };
    expect(payloads.at(-2)).toMatchObject({ ...words, error: { type: 'rate_limit_error', ...words } });
    expect(payloads.at(-1)).toMatchObject({
      response: {
        status: 'failed',
        error: { code: 'rate_limit_exceeded', message: 'No.' },
        output: [
          { call_id: 'a', arguments: '{"x', status: 'incomplete' },
          { call_id: 'b', arguments: '{"y', status: 'incomplete' },
        ],
      },
    });
  });

  test('a failure of a stream that did not begin is a whole stream too', () => {
    expect(kinds(written([{ kind: 'failed', error: failure('timeout') }]))).toEqual([
      'response.created',
      'response.in_progress',
      'error',
      'response.failed',
    ]);
  });

  test('one event is one text that ends with its blank line', () => {
    const text = writtenText(answerOf([{ kind: 'text', text: 'a\n\nb\u2028c' }]));
    expect(
      text
        .split('\n\n')
        .slice(0, -1)
        .every((it) => /^event: [\w.]+\ndata: \{[^\n]*\}$/.test(it)),
    ).toBe(true);
    expect(text.endsWith('\n\n')).toBe(true);
  });
});

describe('the whole answer', () => {
  test('is what a stream ends with', () => {
    const blocks: AssistantBlock[] = [
      { kind: 'text', text: 'A' },
      { kind: 'tool-call', id: 'a', name: 'look', arguments: '{}' },
    ];
    expect(openaiResponsesClient.encodeResponse({ ...ANSWER, blocks }, answerContext())).toEqual(
      written(answerOf(blocks)).at(-1)?.response,
    );
  });

  test('repeats what the request asked for', () => {
    const request = openaiResponsesClient.decodeRequest({
      input: 'Hi',
      instructions: 'Be brief.',
      temperature: 0.3,
      tools: [{ type: 'function', name: 'a' }],
      tool_choice: 'required',
      text: { verbosity: 'low' },
      metadata: { a: 'b' },
      unheard_of: true,
    });
    if ('kind' in request) throw new Error(request.message);
    const answer = openaiResponsesClient.encodeResponse(ANSWER, answerContext(request));
    expect(answer).toMatchObject({
      instructions: 'Be brief.',
      temperature: 0.3,
      top_p: null,
      tools: [{ type: 'function', name: 'a' }],
      tool_choice: 'required',
      text: { format: { type: 'text' }, verbosity: 'low' },
      metadata: { a: 'b' },
      parallel_tool_calls: true,
      store: false,
      error: null,
    });
    expect(answer).not.toHaveProperty('unheard_of');
    expect(answer).not.toHaveProperty('input');
  });

  test('has an id of this format, the provider’s model and its time', () => {
    expect(openaiResponsesClient.encodeResponse(ANSWER, answerContext(asked()))).toMatchObject({
      id: 'resp_1',
      model: 'served-model',
      created_at: 1_650_000_000,
    });
  });
});

describe('errors', () => {
  test.each<[ErrorClass, number, Json]>([
    ['bad-request', 400, { type: 'invalid_request_error', code: 'own_code', param: 'input' }],
    ['too-long', 400, { code: 'context_length_exceeded' }],
    ['too-large', 413, { code: 'request_too_large' }],
    ['content-blocked', 400, { code: 'content_filter' }],
    ['authentication', 401, { code: 'invalid_api_key' }],
    ['permission', 403, { type: 'permission_error' }],
    // OpenAI's clients know it as this.
    ['billing', 429, { type: 'insufficient_quota', code: 'insufficient_quota' }],
    ['not-found', 404, { code: 'model_not_found' }],
    ['conflict', 409, { type: 'conflict_error' }],
    ['rate-limit', 429, { code: 'rate_limit_exceeded' }],
    ['overloaded', 503, { type: 'server_error' }],
    ['timeout', 504, { type: 'timeout' }],
    ['upstream', 502, { type: 'server_error' }],
    ['malformed-tool-call', 502, { code: 'upstream_malformed_tool_call' }],
  ])('%s', (name, status, error) => {
    const encoded = openaiResponsesClient.encodeError(
      { ...failure(name), code: 'own_code', parameter: 'input' },
      answerContext(),
    );
    expect(encoded).toMatchObject({ status, body: { error: { message: 'No.', ...error } } });
  });
});

function failure(name: ErrorClass): ModelError {
  return {
    kind: 'error',
    class: name,
    message: 'No.',
    status: 500,
    code: null,
    parameter: null,
    raw: null,
  };
}
