import { describe, expect, test } from '@jest/globals';
import type { ModelEvent } from '../../form/events.ts';
import { foldEvents } from '../../form/fold-events.ts';
import { child, isJson, type Json } from '../../form/json.ts';
import { isModelError } from '../../form/model-error.ts';
import type { ModelResponse } from '../../form/response.ts';
import { grammarFaults } from '../../form/stream-grammar.ts';
import { unfoldResponse } from '../../form/unfold-response.ts';
import { inputTotal, outputTotal } from '../../form/usage.ts';
import {
  hasRecorded,
  recordedAnswer,
  recordedBody,
  recordedSse,
} from '../../providers/__fixtures__/recorded.ts';
import { assembleMessages } from '../../providers/assembled/messages.ts';
import { readSse } from '../../streaming/sse.ts';
import { asked, decodeContext } from '../__fixtures__/exchange.ts';
import { anthropicMessagesClient } from './client/index.ts';
import { anthropicMessages } from './provider/index.ts';

const answerContext = { request: asked(), model: 'asked', newId: (prefix: string) => `${prefix}new`, now: 0 };

function whole(bytes: Buffer): { readonly body: Json; readonly response: ModelResponse } {
  const body: unknown = JSON.parse(bytes.toString());
  if (!isJson(body)) throw new Error('no object');
  const response = anthropicMessages.decodeResponse(body, decodeContext());
  if (isModelError(response)) throw new Error(response.message);
  return { body, response };
}

function streamed(bytes: Buffer) {
  const decoder = anthropicMessages.decodeStream(decodeContext());
  const sse = readSse(bytes);
  const events: ModelEvent[] = sse.flatMap((event) => decoder.push({ kind: 'sse', ...event }));
  events.push(...decoder.end());
  expect(grammarFaults(events)).toEqual([]);
  const response = foldEvents(events);
  if (isModelError(response)) throw new Error(response.message);
  return { payloads: sse.map(({ data }) => JSON.parse(data) as Json), events, response };
}

function rewritten(events: readonly ModelEvent[]): Json {
  const encoder = anthropicMessagesClient.encodeStream(answerContext);
  const text = events.map((event) => encoder.write(event)).join('');
  return assembleMessages(readSse(Buffer.from(text)).map(({ data }) => JSON.parse(data) as Json));
}

/**
 * What may differ between an answer and the same answer decoded and encoded: a member that is null, or an empty list of
 * citations, says the same as none; a count of 0 too; and a text block without text is not written.
 */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((it) => !isEmptyText(it)).map(comparable);
  if (!isJson(value)) return value;
  const members = Object.entries(value).map(([name, member]) => [name, comparable(member)] as const);
  return Object.fromEntries(members.filter(([name, member]) => !saysNothing(name, member)));
}
const isEmptyText = (it: unknown) => isJson(it) && it.type === 'text' && it.text === '';
const saysNothing = (name: string, member: unknown) =>
  member === null ||
  (name === 'citations' && Array.isArray(member) && member.length === 0) ||
  (name.endsWith('_tokens') && member === 0) ||
  ((name === 'cache_creation' || name === 'output_tokens_details') &&
    isJson(member) &&
    Object.keys(member).length === 0);

const BODIES = [
  'anthropic/anthropic-text.json',
  'anthropic/anthropic-json-output-format.1.json',
  'anthropic/anthropic-claude-opus-5-reasoning-high.1.json',
  'anthropic/anthropic-refusal.json',
];
const CASSETTES: readonly (readonly [file: string, interaction: number])[] = [
  ['anthropic/parallel-tools.cassette.yaml', 0],
  ['anthropic/parallel-tools.cassette.yaml', 1],
  ['bedrock/invoke-anthropic.cassette.yaml', 0],
];
const CHUNKS = [
  'anthropic/anthropic-text.chunks.txt',
  'anthropic/anthropic-tool-no-args.chunks.txt',
  'anthropic/anthropic-message-delta-input-tokens.chunks.txt',
  'anthropic/duplicate-message-start.chunks.txt',
  'anthropic/anthropic-web-search-tool.1.chunks.txt',
];
const STREAMS = [
  'anthropic/stream-thinking.cassette.yaml',
  'anthropic/stream-redacted-thinking.cassette.yaml',
];

const recorded = hasRecorded ? describe : describe.skip;

recorded('recorded answers come out as they went in', () => {
  test.each([
    ...BODIES.map((file) => [file, recordedBody(file)] as const),
    ...CASSETTES.map(([file, at]) => [`${file} ${at}`, recordedAnswer(file, at)] as const),
  ])('%s, whole', (_, bytes) => {
    const { body, response } = whole(bytes);
    const encoded = anthropicMessagesClient.encodeResponse(response, answerContext);
    expect(comparable(encoded)).toEqual(comparable(body));
  });

  test.each([
    ...CHUNKS.map((file) => [file, recordedSse(file)] as const),
    ...STREAMS.map((file) => [file, recordedAnswer(file)] as const),
  ])('%s, as a stream', (_, bytes) => {
    const { payloads, events } = streamed(bytes);
    expect(comparable(rewritten(events))).toEqual(comparable(assembleMessages(payloads)));
  });

  test.each([
    ...BODIES.map((file) => [file, recordedBody(file)] as const),
    ...CASSETTES.map(([file, at]) => [`${file} ${at}`, recordedAnswer(file, at)] as const),
  ])('%s, whole, to a client that streams', (_, bytes) => {
    const { body, response } = whole(bytes);
    expect(comparable(rewritten(unfoldResponse(response)))).toEqual(comparable(body));
  });
});

recorded('what recorded answers say', () => {
  const chunks = (name: string) => streamed(recordedSse(`anthropic/${name}.chunks.txt`)).response;

  test('a stream of text', () => {
    const { id, model, blocks, finish, usage } = chunks('anthropic-text');
    expect({ id, model }).toEqual({
      id: 'msg_01QC4g3HwBThD4BaNtBckFDJ',
      model: 'claude-sonnet-4-5-20250929',
    });
    expect(blocks).toEqual([
      {
        kind: 'text',
        text: "Hello! I'm doing well, thank you for asking. How are you doing today? Is there anything I can help you with?",
      },
    ]);
    expect(finish).toEqual({ reason: 'stop', raw: 'end_turn' });
    expect(usage).toMatchObject({ input: 12, output: 30 });
  });

  test('a call without arguments has the empty object, and its number among the blocks is ours', () => {
    const { events, response } = streamed(recordedSse('anthropic/anthropic-tool-no-args.chunks.txt'));
    expect(response.blocks).toEqual([
      { kind: 'text', text: "I'll update the issue list for you." },
      {
        kind: 'tool-call',
        id: 'toolu_01QE1WLsSVp5hy5Q3GmGTmjP',
        name: 'updateIssueList',
        arguments: '{}',
      },
    ]);
    expect(response.finish.reason).toBe('tool-calls');
    expect(events.filter(({ kind }) => kind === 'usage')).toHaveLength(1);
  });

  test('the last usage corrects the first', () => {
    const { events, response } = streamed(
      recordedSse('anthropic/anthropic-message-delta-input-tokens.chunks.txt'),
    );
    expect(events[0]).toMatchObject({ kind: 'start', usage: { input: 43, output: 1 } });
    expect(response.usage).toMatchObject({ input: 61, output: 2 });
  });

  test('a second start of the same answer is passed by', () => {
    const { events, response } = streamed(recordedSse('anthropic/duplicate-message-start.chunks.txt'));
    expect(events.filter(({ kind }) => kind === 'start')).toHaveLength(1);
    expect(response.blocks).toEqual([{ kind: 'text', text: 'Hello, World!' }]);
    expect(response.usage).toMatchObject({ input: 17, output: 227 });
  });

  test('server tools are kept whole beside the answer, and its citations with their text', () => {
    const { blocks, usage, finish } = chunks('anthropic-web-search-tool.1');
    expect(blocks[0]).toMatchObject({
      kind: 'opaque',
      dialect: 'anthropic-messages',
      value: { type: 'server_tool_use', input: { query: 'tech news today September 26 2025' } },
    });
    expect(blocks[1]).toMatchObject({ kind: 'opaque', value: { type: 'web_search_tool_result' } });
    expect(blocks.filter(({ kind }) => kind === 'tool-call')).toEqual([]);
    const cited = blocks.find((block) => block.kind === 'text' && block.citations !== undefined);
    expect(cited).toMatchObject({
      text: expect.stringMatching(/^Apple today announced/),
      citations: [
        { start: null, url: expect.stringContaining('apple.com'), quote: expect.any(String) },
        { residue: { value: { encrypted_index: expect.any(String) } } },
        {},
      ],
    });
    expect(finish.reason).toBe('stop');
    expect(usage?.searches).toBe(1);
  });

  test('thinking with its signature', () => {
    const { blocks } = streamed(recordedAnswer('anthropic/stream-thinking.cassette.yaml')).response;
    expect(blocks.map(({ kind }) => kind)).toEqual(['reasoning', 'text']);
    expect(blocks[0]).toMatchObject({
      text: expect.stringMatching(/\S/),
      proof: {
        family: 'anthropic',
        kind: 'signature',
        value: expect.stringMatching(/^[A-Za-z0-9+/=]{40,}$/),
      },
    });
  });

  test('thinking that is hidden', () => {
    const { blocks } = streamed(recordedAnswer('anthropic/stream-redacted-thinking.cassette.yaml')).response;
    expect(blocks.map(({ kind }) => kind)).toEqual(['reasoning', 'reasoning', 'text']);
    expect(blocks[0]).toMatchObject({ text: '', proof: { family: 'anthropic', kind: 'redacted' } });
  });

  test('thinking tokens are a class of their own, and the sums are those of the provider', () => {
    const { body, response } = whole(recordedBody('anthropic/anthropic-claude-opus-5-reasoning-high.1.json'));
    expect(response.usage).toMatchObject({ input: 51, output: 1560, reasoning: 139 });
    const usage = response.usage;
    expect(usage && [inputTotal(usage), outputTotal(usage)]).toEqual([
      51,
      child(body, 'usage')?.output_tokens,
    ]);
  });

  test('a refusal has no blocks and says why', () => {
    const { blocks, finish } = whole(recordedBody('anthropic/anthropic-refusal.json')).response;
    expect(blocks).toEqual([]);
    expect(finish).toMatchObject({
      reason: 'refusal',
      raw: 'refusal',
      explanation: expect.stringContaining('Usage Policy'),
    });
  });

  test('parallel calls, each with its arguments', () => {
    const { blocks, finish } = whole(recordedAnswer('anthropic/parallel-tools.cassette.yaml')).response;
    const calls = blocks.filter((block) => block.kind === 'tool-call');
    expect(calls.map(({ arguments: text }) => text)).toEqual(
      ['Alice', 'Bob', 'Charlie', 'Daisy'].map((name) => JSON.stringify({ name })),
    );
    expect(finish).toEqual({ reason: 'tool-calls', raw: 'tool_use' });
  });

  test('an error keeps its class, words and request', () => {
    const text = recordedAnswer('anthropic/error-404-model.cassette.yaml').toString();
    expect(anthropicMessages.decodeError({ status: 404, headers: new Map(), text })).toMatchObject({
      class: 'not-found',
      status: 404,
      message: 'model: claude-sonet-4-5',
      code: 'not_found_error',
    });
  });
});
