import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../form/json.ts';
import { TOOL_NAME_64, wireNames } from '../../../form/wire-names.ts';
import { hasRecorded, recordedAnswer, recordedBody } from '../../../providers/__fixtures__/recorded.ts';
import { decodeContext } from '../../__fixtures__/exchange.ts';
import { decodedWhole } from '../__fixtures__/answers.ts';
import { openaiResponses } from './index.ts';

const read = (body: Json) => openaiResponses.decodeResponse(body, decodeContext());
const message = (text: string): Json => ({
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text, annotations: [] }],
});

describe('a whole answer', () => {
  test('is its items, however few of its fields a compatible provider writes', () => {
    expect(read({ output: [message('Hi'), null, 'x', message('there')] })).toMatchObject({
      id: null,
      model: null,
      created: null,
      blocks: [{ text: 'Hi' }, { text: 'there' }],
      finish: { reason: 'stop', raw: null },
      usage: null,
    });
  });

  test('calls make it end with calls, under the caller’s own names', () => {
    const names = wireNames(['a.b'], TOOL_NAME_64);
    const call = { type: 'function_call', call_id: 'c', name: names.toWire('a.b'), arguments: null };
    expect(
      openaiResponses.decodeResponse({ status: 'completed', output: [call] }, decodeContext({ names })),
    ).toMatchObject({
      blocks: [{ kind: 'tool-call', id: 'c', name: 'a.b', arguments: '{}' }],
      finish: { reason: 'tool-calls', raw: 'completed' },
    });
  });

  test('arguments that came parsed are written once', () => {
    const call = { type: 'function_call', call_id: 'c', name: 'a', arguments: { x: 1 } };
    expect(read({ output: [call] })).toMatchObject({ blocks: [{ arguments: '{"x":1}' }] });
  });

  test('an answer that was steered away keeps the provider’s word', () => {
    const body = { status: 'incomplete', incomplete_details: { reason: 'steered' }, output: [] };
    expect(read(body)).toMatchObject({
      finish: { reason: 'other', raw: 'steered' },
      residue: { value: { status: 'incomplete', incomplete_details: { reason: 'steered' } } },
    });
  });

  test('searches are counted by the answer’s own count, else by its items', () => {
    const search = { type: 'web_search_call', id: 'ws', action: { type: 'search' } };
    const usage = { input_tokens: 1, output_tokens: 1 };
    expect(read({ output: [search, search], usage })).toMatchObject({ usage: { searches: 2 } });
    const tool_usage = { web_search: { num_requests: 5 } };
    expect(read({ output: [search], usage, tool_usage })).toMatchObject({ usage: { searches: 5 } });
  });
});

describe('what is no answer', () => {
  test.each<[string, Json, string]>([
    [
      'a failure',
      { status: 'failed', error: { code: 'server_error', message: 'Broken.' }, output: [] },
      'upstream',
    ],
    ['a failure without words', { status: 'failed', error: null }, 'upstream'],
    ['an error with 200', { error: { code: 'rate_limit_exceeded', message: 'Slow.' } }, 'rate-limit'],
    ['a cancelled answer', { status: 'cancelled', output: [] }, 'upstream'],
    ['an answer that is not there yet', { status: 'in_progress', output: [] }, 'upstream'],
    ['something else', { choices: [] }, 'upstream'],
    ['nothing', {}, 'upstream'],
  ])('%s', (_, body, name) => {
    expect(read(body)).toMatchObject({ kind: 'error', class: name });
  });

  (hasRecorded ? test : test.skip)('a recorded 400 names its cause', () => {
    const text = recordedAnswer('openai-responses/error-400-orphan-reasoning.cassette.yaml', 1).toString();
    expect(openaiResponses.decodeError({ status: 400, headers: new Map(), text })).toMatchObject({
      class: 'bad-request',
      status: 400,
      message: expect.stringContaining('reasoning'),
    });
  });
});

(hasRecorded ? describe : describe.skip)('recorded answers', () => {
  const recorded = (file: string) => JSON.parse(recordedBody(`openai-responses/${file}`).toString()) as Json;

  test('reasoning has its summary and its proof', () => {
    const { blocks, usage, finish } = decodedWhole(recorded('openai-reasoning-encrypted-content.1.json'));
    expect(blocks).toMatchObject([
      {
        kind: 'reasoning',
        text: expect.stringMatching(/^\*\*Reporting final result\*\*/),
        proof: { family: 'openai', kind: 'encrypted', value: expect.stringMatching(/^gAAAA/) },
      },
      { kind: 'text', text: expect.stringMatching(/Final result: 570$/) },
    ]);
    expect(finish).toEqual({ reason: 'stop', raw: 'completed' });
    expect(usage).toMatchObject({ input: 865, output: 35, reasoning: 128 });
  });

  test('a search shows its sources as citations with spans', () => {
    const { blocks, usage } = decodedWhole(recorded('openai-web-search-tool.1.json'));
    const text = blocks.at(-1);
    expect(text).toMatchObject({
      kind: 'text',
      citations: expect.arrayContaining([
        expect.objectContaining({ start: 426, end: 517, url: expect.stringContaining('theverge.com') }),
      ]),
    });
    // Thoughts without a word, and searches, are shown to nobody else.
    expect(new Set(blocks.slice(0, -1).map(({ kind }) => kind))).toEqual(new Set(['opaque']));
    expect(usage?.searches).toBe(1);
  });

  test('a generated image is an image of the kind that its bytes say', () => {
    const { blocks } = decodedWhole(recorded('openai-image-generation-tool.1.json'));
    expect(blocks.find(({ kind }) => kind === 'image')).toMatchObject({
      source: { kind: 'data', mediaType: 'image/webp', data: expect.stringMatching(/^UklGR/) },
    });
  });
});
