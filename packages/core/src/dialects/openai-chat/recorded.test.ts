import { describe, expect, test } from '@jest/globals';
import { child, isJson, type Json, listAt, parseJson, textAt } from '../../form/json.ts';
import { isModelError } from '../../form/model-error.ts';
import {
  hasRecorded,
  recordedAnswer,
  recordedBody,
  recordedSse,
} from '../../providers/__fixtures__/recorded.ts';
import { assembleStreamedAnswer } from '../../providers/assembled/assemble-streamed-answer.ts';
import { readSse } from '../../streaming/sse.ts';
import { answerContext, written } from './client/__fixtures__/answers.ts';
import { encodeResponse } from './client/encode-response.ts';
import { COMPATIBLE, decodeContext, eventsOf } from './provider/__fixtures__/decode.ts';
import { chatDialect, deviate } from './provider/index.ts';

/**
 * What real providers sent goes through the form and comes out as it was: the provider's side reads it, the client's
 * side writes it. What differs is listed here, by reason; nothing else may.
 */
type Exception = (answer: Json) => Json;

const withChoice = (answer: Json, change: (choice: Json) => Json): Json => ({
  ...answer,
  choices: listAt(answer, 'choices').map((choice) => (isJson(choice) ? change(choice) : choice)),
});
const withMessage = (answer: Json, change: (message: Json) => Json): Json =>
  withChoice(answer, (choice) => ({ ...choice, message: change(child(choice, 'message') ?? {}) }));
const without = (value: Json, drop: (key: string, member: unknown) => boolean): Json =>
  Object.fromEntries(Object.entries(value).filter(([key, member]) => !drop(key, member)));

const saysNothing = (_key: string, member: unknown) =>
  member === null || member === '' || (Array.isArray(member) && member.length === 0);

/** Providers differ in which empty members they write; we write those that OpenAI's types require. */
const emptyMembers: Exception = (answer) =>
  without(
    withChoice(answer, (choice) => {
      const message = without(child(choice, 'message') ?? {}, saysNothing);
      return { ...without(choice, saysNothing), message };
    }),
    saysNothing,
  );

/** Thoughts have several names; we write one. */
const nameOfThoughts: Exception = (answer) =>
  withMessage(answer, ({ reasoning, ...message }) =>
    reasoning === undefined ? message : { reasoning_content: reasoning, ...message },
  );

/** Mistral leaves a call's type out; Ollama numbers the calls of a whole answer too. */
const formOfCalls: Exception = (answer) =>
  withMessage(answer, (message) => {
    const calls = listAt(message, 'tool_calls').filter(isJson);
    return calls.length === 0
      ? message
      : { ...message, tool_calls: calls.map(({ index, ...call }) => ({ type: 'function', ...call })) };
  });

/** Mistral's content is a list of thoughts and texts; ours is a text beside its thoughts. */
const contentParts: Exception = (answer) =>
  withMessage(answer, (message) => {
    const parts = listAt(message, 'content').filter(isJson);
    if (parts.length === 0) return message;
    const texts = parts.map((part) => textAt(part, 'text') ?? '');
    const thoughts = parts
      .flatMap((part) => listAt(part, 'thinking').filter(isJson))
      .map((part) => textAt(part, 'text') ?? '');
    return { ...message, content: texts.join(''), reasoning_content: thoughts.join('') };
  });

/** OpenRouter's details come in pieces; we write them put together, once. */
const piecesOfDetails: Exception = (answer) =>
  withMessage(answer, (message) => {
    const details = listAt(message, 'reasoning_details').filter(isJson);
    if (details.length === 0) return message;
    const joined: Record<string, unknown> = {};
    for (const detail of details)
      for (const [key, value] of Object.entries(detail)) {
        const known = joined[key];
        joined[key] = key === 'text' && typeof known === 'string' ? `${known}${value}` : value;
      }
    return { ...message, reasoning_details: [joined] };
  });

/** Some providers write another time into each chunk; we write the first one. */
const timeOfChunks: Exception = (answer) => ({ ...answer, created: 0 });

/** xAI counts reasoning outside its completion; for our clients it is inside, as OpenAI counts (spec/providers 14-25). */
const reasoningInside: Exception = (answer) => {
  const usage = child(answer, 'usage') ?? {};
  const reasoning = child(usage, 'completion_tokens_details')?.reasoning_tokens;
  const { prompt_tokens: prompt, total_tokens: total } = usage;
  return typeof reasoning === 'number' && typeof prompt === 'number' && typeof total === 'number'
    ? { ...answer, usage: { ...usage, completion_tokens: total - prompt } }
    : answer;
};

/** Perplexity marks its sources in the text; we say them as annotations besides. */
const annotationsOfMarks: Exception = (answer) =>
  withMessage(answer, ({ annotations, ...message }) => message);

const all = (answer: Json, exceptions: readonly Exception[]): Json =>
  exceptions.reduce((changed, exception) => exception(changed), answer);

const XAI = chatDialect(deviate({ reasoningOutside: true, repeatsReasoning: true }));
const PERPLEXITY = chatDialect(deviate({ citationMarks: true }));

type Row = readonly [what: string, bytes: () => Buffer, exceptions: readonly Exception[]];
type DialectRow = readonly [...Row, dialect: typeof COMPATIBLE];

const describeRecorded = hasRecorded ? describe : describe.skip;

const WHOLE: readonly Row[] = [
  ['OpenAI: text', () => recordedBody('openai-chat/openai-text.json'), []],
  ['OpenAI: a call', () => recordedAnswer('openai-chat/json-schema.cassette.yaml'), []],
  ['OpenAI: structured output', () => recordedAnswer('openai-chat/json-schema.cassette.yaml', 1), []],
  ['OpenAI: parallel calls', () => recordedAnswer('openai-chat/parallel-tools.cassette.yaml'), []],
  ['OpenAI: after the results', () => recordedAnswer('openai-chat/parallel-tools.cassette.yaml', 1), []],
  ['OpenAI: speech', () => recordedAnswer('openai-chat/audio-output.cassette.yaml'), [emptyMembers]],
  ['OpenAI: a picture', () => recordedAnswer('openai-chat/image-input.cassette.yaml'), [emptyMembers]],
  ['Azure', () => recordedAnswer('azure-openai/chat-basic.cassette.yaml'), []],
  ['DeepSeek', () => recordedBody('deepseek/deepseek-json.json'), []],
  ['Hugging Face', () => recordedAnswer('huggingface/text.cassette.yaml'), []],
  [
    'Groq',
    () => recordedAnswer('groq/error-400-tool-use-failed.cassette.yaml', 1),
    [nameOfThoughts, emptyMembers],
  ],
  [
    'Cerebras',
    () => recordedAnswer('cerebras/reasoning-multiturn.cassette.yaml'),
    [nameOfThoughts, emptyMembers],
  ],
  [
    'Cerebras, the next turn',
    () => recordedAnswer('cerebras/reasoning-multiturn.cassette.yaml', 1),
    [nameOfThoughts, emptyMembers],
  ],
  ['Ollama', () => recordedAnswer('ollama/tool-call.cassette.yaml'), [nameOfThoughts, emptyMembers]],
  [
    'Ollama: a call',
    () => recordedAnswer('ollama/tool-call.cassette.yaml', 1),
    [nameOfThoughts, emptyMembers, formOfCalls],
  ],
  ['Perplexity', () => recordedBody('perplexity/perplexity-citations.json'), [emptyMembers]],
];

describeRecorded('recorded whole answers come out of the form as they were', () => {
  test.each(WHOLE)('%s', (_what, bytes, exceptions) => {
    const body = parseJson(bytes().toString()) as Json;
    const response = COMPATIBLE.decodeResponse(body, decodeContext());
    if (isModelError(response)) throw new Error(response.message);
    const encoded = encodeResponse(response, answerContext());
    expect(all(encoded, exceptions)).toEqual(all(body, exceptions));
  });
});

/** Every stream: which empty members stand where is up to the provider. */
const STREAMED = [emptyMembers];

const STREAMS: readonly DialectRow[] = [
  ['OpenAI: text', () => recordedSse('openai-chat/openai-text.chunks.txt'), [], COMPATIBLE],
  [
    'OpenAI: the budget ran out',
    () => recordedAnswer('openai-chat/stream-length-usage.cassette.yaml'),
    STREAMED,
    COMPATIBLE,
  ],
  ['OpenAI: a call', () => recordedAnswer('openai-chat/stream-tool-call.cassette.yaml'), [], COMPATIBLE],
  [
    'OpenAI: after the call',
    () => recordedAnswer('openai-chat/stream-tool-call.cassette.yaml', 1),
    [],
    COMPATIBLE,
  ],
  [
    'OpenAI: no usage',
    () => recordedAnswer('openai-chat/stream-no-usage.cassette.yaml'),
    STREAMED,
    COMPATIBLE,
  ],
  ['Azure', () => recordedSse('azure-openai/azure-model-router.1.chunks.txt'), STREAMED, COMPATIBLE],
  [
    'Mistral: a call',
    () => recordedSse('mistral/mistral-tool-call.chunks.txt'),
    [...STREAMED, formOfCalls],
    COMPATIBLE,
  ],
  [
    'Mistral: thoughts',
    () => recordedAnswer('mistral/stream-thinking.cassette.yaml'),
    [contentParts, ...STREAMED],
    COMPATIBLE,
  ],
  ['Groq', () => recordedSse('groq/groq-tool-call.chunks.txt'), STREAMED, COMPATIBLE],
  ['DeepSeek', () => recordedSse('deepseek/deepseek-tool-call.chunks.txt'), STREAMED, COMPATIBLE],
  [
    'Cerebras',
    () => recordedSse('cerebras/cererebras-structured-output-tools.1.chunks.txt', [0, 35]),
    [nameOfThoughts, ...STREAMED],
    COMPATIBLE,
  ],
  [
    'Cerebras: text beside a call',
    () => recordedSse('cerebras/cererebras-structured-output-tools.1.chunks.txt', [35]),
    [nameOfThoughts, ...STREAMED],
    COMPATIBLE,
  ],
  [
    'OpenRouter',
    () => recordedAnswer('openrouter/stream-reasoning.cassette.yaml'),
    [nameOfThoughts, piecesOfDetails, ...STREAMED],
    COMPATIBLE,
  ],
  ['xAI', () => recordedSse('xai/xai-text.chunks.txt'), [timeOfChunks, reasoningInside, ...STREAMED], XAI],
  [
    'Perplexity',
    () => recordedSse('perplexity/perplexity-text.chunks.txt'),
    [timeOfChunks, annotationsOfMarks, ...STREAMED],
    PERPLEXITY,
  ],
];

describeRecorded('recorded streams come out of the form as they were', () => {
  test.each(STREAMS)('%s', (_what, bytes, exceptions, dialect) => {
    const recorded = bytes();
    const events = eventsOf(readSse(recorded), dialect);
    const text = written(events, answerContext({ stream_options: { include_usage: true } }));
    const [before, after] = [assembleStreamedAnswer(recorded), assembleStreamedAnswer(Buffer.from(text))];
    expect(all(after ?? {}, exceptions)).toEqual(all(before ?? {}, exceptions));
  });

  test('OpenRouter: an error in the middle ends the stream as an error', () => {
    const events = eventsOf(readSse(recordedAnswer('openrouter/stream-error.cassette.yaml')));
    const text = written(events, answerContext());
    expect(text).toContain('"error":{"message":"Token limit reached"');
    expect(text).not.toContain('[DONE]');
  });
});
