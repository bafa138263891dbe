import { describe, expect, test } from '@jest/globals';
import { foldEvents } from '../../form/fold-events.ts';
import { child, isJson, type Json, listAt } from '../../form/json.ts';
import type { ModelResponse } from '../../form/response.ts';
import { hasRecorded, recordedAnswer, recordedBody } from '../../providers/__fixtures__/recorded.ts';
import { readSse } from '../../streaming/sse.ts';
import { decoded } from '../__fixtures__/exchange.ts';
import { answerContext, decodedWhole, kinds, written } from './__fixtures__/answers.ts';
import { openaiResponsesClient } from './client/index.ts';
import { openaiResponses } from './provider/index.ts';

const withRecorded = hasRecorded ? describe : describe.skip;

const json = (file: string): Json => JSON.parse(recordedBody(file).toString()) as Json;
const cassette = (file: string, at: number): Json => JSON.parse(recordedAnswer(file, at).toString()) as Json;
const chunks = (file: string, from = 0, to?: number): Json[] =>
  recordedBody(file)
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .slice(from, to)
    .map((line) => JSON.parse(line) as Json);
const sse = (file: string, at: number): Json[] =>
  readSse(recordedAnswer(file, at)).map(({ data }) => JSON.parse(data) as Json);

const REASONING_STREAM = 'openai-responses/openai-reasoning-encrypted-content.1.chunks.txt';

/** Each answer of a file that holds several. */
function answersOf(events: readonly Json[]): Json[][] {
  const answers: Json[][] = [];
  for (const event of events) {
    if (event.type === 'response.created') answers.push([]);
    answers.at(-1)?.push(event);
  }
  return answers;
}

/**
 * Listed exceptions of streams: padding against traffic analysis; numbers, which are our own; and encrypted reasoning anywhere but in its item's end, because OpenAI encrypts it anew each time it tells it.
 */
function comparable(event: Json): Json {
  const { obfuscation: _, sequence_number: __, ...rest } = event;
  if (event.type === 'response.output_item.added' && isJson(rest.item))
    return { ...rest, item: withoutEncryption(rest.item) };
  const response = child(event, 'response');
  if (!response) return rest;
  return {
    ...rest,
    response: { ...response, output: listAt(response, 'output').filter(isJson).map(withoutEncryption) },
  };
}

function withoutEncryption({ encrypted_content: _, ...item }: Json): Json {
  return item;
}

const withoutProofs = ({ blocks, ...rest }: ModelResponse) => ({
  ...rest,
  blocks: blocks.map((block) => ('proof' in block ? { ...block, proof: block.proof?.family } : block)),
});

/** Listed exception: a call that came without deltas is told with one. */
function withoutLateArguments(told: readonly Json[], recorded: readonly Json[]): readonly Json[] {
  const delta = 'response.function_call_arguments.delta';
  return kinds(recorded).includes(delta) ? told : told.filter(({ type }) => type !== delta);
}

/** What the recorded value says must be said again; what newer fields are added to it is listed. */
function expectSaid(actual: unknown, recorded: unknown, path = ''): void {
  if (isJson(recorded) && isJson(actual)) {
    for (const [key, value] of Object.entries(recorded)) expectSaid(actual[key], value, `${path}.${key}`);
    const added = Object.keys(actual).filter((key) => !(key in recorded));
    expect({ path, added: added.filter((key) => !ADDED.has(key)) }).toEqual({ path, added: [] });
  } else if (Array.isArray(recorded) && Array.isArray(actual)) {
    expect({ path, length: actual.length }).toEqual({ path, length: recorded.length });
    for (const [index, value] of recorded.entries()) expectSaid(actual[index], value, `${path}.${index}`);
  } else expect({ path, value: actual }).toEqual({ path, value: recorded });
}

/**
 * Listed exceptions: fields of today that a recording is too old for or that its provider leaves out. Nothing that was
 * recorded is missing.
 */
const ADDED = new Set([
  // The echo of the request.
  'background',
  'max_tool_calls',
  'prompt_cache_key',
  'prompt_cache_retention',
  'safety_identifier',
  'service_tier',
  'top_logprobs',
  'user',
  'previous_response_id',
  'store',
  // Fields of the current types.
  'cache_write_tokens',
  'logprobs',
  'sequence_number',
  'encrypted_content',
  // Of a call's `done`.
  'name',
]);

withRecorded('recorded whole answers', () => {
  const cases: [name: string, body: () => Json][] = [
    ['reasoning', () => json('openai-responses/openai-reasoning-encrypted-content.1.json')],
    ['a search of the web', () => json('openai-responses/openai-web-search-tool.1.json')],
    ['a generated image', () => json('openai-responses/openai-image-generation-tool.1.json')],
    ['two calls', () => cassette('openai-responses/parallel-tools.cassette.yaml', 0)],
    ['after two calls', () => cassette('openai-responses/parallel-tools.cassette.yaml', 1)],
    ['a call before JSON', () => cassette('openai-responses/json-schema.cassette.yaml', 0)],
    ['JSON', () => cassette('openai-responses/json-schema.cassette.yaml', 1)],
  ];
  test.each(cases)('%s is decoded and said again without loss', (_, body) => {
    const recorded = body();
    expectSaid(openaiResponsesClient.encodeResponse(decodedWhole(recorded), answerContext()), recorded);
  });
});

withRecorded('recorded streams', () => {
  const cases: [name: string, events: () => Json[]][] = [
    ...[0, 1, 2, 3].map((at): [string, () => Json[]] => [
      `reasoning ${at}`,
      () => answersOf(chunks(REASONING_STREAM))[at] ?? [],
    ]),
    ['a call', () => sse('openai-responses/stream-tool-then-text.cassette.yaml', 0)],
    ['a text', () => sse('openai-responses/stream-tool-then-text.cassette.yaml', 1)],
    ['Azure’s call', () => chunks('azure-openai/azure-tool-call.1.chunks.txt')],
    ['LM Studio’s call', () => chunks('openai-compatible/lmstudio-tool-call.1.chunks.txt')],
  ];

  test.each(cases)('%s is decoded and said again event by event', (_, read) => {
    const recorded = read();
    const again = written(decoded(openaiResponses, recorded));
    expect(again.map((event) => event.sequence_number)).toEqual([...again.keys()]);
    const told = withoutLateArguments(again, recorded);
    expect(kinds(told)).toEqual(kinds(recorded));
    for (const [index, event] of recorded.entries()) expectSaid(told[index], comparable(event), `${index}`);
  });

  const folded = (events: readonly Json[]) => foldEvents(decoded(openaiResponses, events));

  test('Azure’s call has its arguments', () => {
    expect(folded(chunks('azure-openai/azure-tool-call.1.chunks.txt'))).toMatchObject({
      model: 'gpt-5.1',
      blocks: [
        {
          kind: 'tool-call',
          id: 'call_H5DxLSFnsGhiROnUiDHmgyc8',
          name: 'weather',
          arguments: '{"location":"San Francisco"}',
        },
      ],
      finish: { reason: 'tool-calls' },
    });
  });

  test('LM Studio’s thoughts are its model’s own words, and its call, which has no delta, is whole', () => {
    expect(folded(chunks('openai-compatible/lmstudio-tool-call.1.chunks.txt'))).toMatchObject({
      blocks: [
        { kind: 'reasoning', text: expect.stringMatching(/^The user is asking for the weather/) },
        {
          kind: 'text',
          text: "I'll get the current weather information for San Francisco for you.",
          logprobs: expect.arrayContaining([expect.objectContaining({ token: ' current', logprob: -0.25 })]),
        },
        { kind: 'tool-call', name: 'weather', arguments: expect.stringContaining('San Francisco') },
      ],
      finish: { reason: 'tool-calls' },
    });
  });

  test('four answers of one conversation: thoughts with a proof, three calls, words', () => {
    const answers = answersOf(chunks(REASONING_STREAM)).map(folded);
    expect(answers).toMatchObject([
      {
        blocks: [
          { kind: 'reasoning', text: expect.stringMatching(/^\*\*Calculating/), proof: { family: 'openai' } },
          { kind: 'tool-call', name: 'calculator', arguments: '{"a":12,"b":7,"op":"add"}' },
        ],
        finish: { reason: 'tool-calls' },
      },
      { blocks: [{ kind: 'tool-call' }], finish: { reason: 'tool-calls' } },
      { blocks: [{ kind: 'tool-call' }], finish: { reason: 'tool-calls' } },
      { blocks: [{ kind: 'text', text: expect.stringContaining('570') }], finish: { reason: 'stop' } },
    ]);
  });

  test.each(cases)('%s is the same whole and streamed', (_, read) => {
    const recorded = read();
    const streamed = foldEvents(decoded(openaiResponses, recorded));
    if (!('blocks' in streamed)) throw new Error(streamed.message);
    const whole = decodedWhole(child(recorded.at(-1) ?? null, 'response') ?? {});
    expect(withoutProofs(streamed)).toEqual(withoutProofs(whole));
  });
});
