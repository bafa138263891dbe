import { describe, expect, test } from '@jest/globals';
import type { ModelEvent } from '../../../form/events.ts';
import { foldEvents } from '../../../form/fold-events.ts';
import { isJson, type Json } from '../../../form/json.ts';
import type { ModelResponse } from '../../../form/response.ts';
import { grammarFaults } from '../../../form/stream-grammar.ts';
import { NO_USAGE } from '../../../form/usage.ts';
import { TOOL_NAME_64, wireName, wireNames } from '../../../form/wire-names.ts';
import { awsFrame, awsFrames } from '../../../providers/__fixtures__/frames.ts';
import { hasRecorded, recordedAnswer, recordedBody } from '../../../providers/__fixtures__/recorded.ts';
import { assembleConverse } from '../../../providers/assembled/converse.ts';
import { type AwsFrame, readAwsFrames } from '../../../streaming/aws-event-stream.ts';
import { encodeAnswer } from '../__fixtures__/encode-answer.ts';
import { context, eventsOf, request, streamOf } from '../__fixtures__/frames.ts';
import { converse } from './index.ts';

const whole = (events: readonly ModelEvent[]): ModelResponse => {
  expect(grammarFaults(events)).toEqual([]);
  const folded = foldEvents(events);
  if ('kind' in folded) throw new Error(folded.message);
  return folded;
};

const failure = (events: readonly ModelEvent[]) => {
  expect(grammarFaults(events)).toEqual([]);
  const last = events.at(-1);
  if (last?.kind !== 'failed') throw new Error('the stream did not fail');
  return last.error;
};

const start = ['messageStart', { role: 'assistant' }] as const;
const text = (at: number, piece: string) =>
  ['contentBlockDelta', { contentBlockIndex: at, delta: { text: piece } }] as const;
const call = (at: number, toolUseId: string, name: string) =>
  ['contentBlockStart', { contentBlockIndex: at, start: { toolUse: { toolUseId, name } } }] as const;
const input = (at: number, piece: unknown) =>
  ['contentBlockDelta', { contentBlockIndex: at, delta: { toolUse: { input: piece } } }] as const;
const reasoning = (at: number, content: Json) =>
  ['contentBlockDelta', { contentBlockIndex: at, delta: { reasoningContent: content } }] as const;
const stop = (at: number) => ['contentBlockStop', { contentBlockIndex: at }] as const;
const done = (stopReason: string, more: Json = {}) => ['messageStop', { stopReason, ...more }] as const;
const usage = [
  'metadata',
  { usage: { inputTokens: 3, outputTokens: 4, totalTokens: 7 }, metrics: { latencyMs: 9 } },
] as const;

describe('the events of a stream', () => {
  test('text begins with its first non-empty delta, as no start announces it', () => {
    const events = eventsOf(
      streamOf(start, text(0, ''), text(0, 'Hi'), text(0, '!'), stop(0), done('end_turn'), usage),
    );
    expect(events).toEqual([
      { kind: 'start', id: 'req-1', model: null, created: null },
      { kind: 'block-start', index: 0, block: { kind: 'text' } },
      { kind: 'delta', index: 0, delta: { kind: 'text', text: 'Hi' } },
      { kind: 'delta', index: 0, delta: { kind: 'text', text: '!' } },
      { kind: 'block-end', index: 0 },
      {
        kind: 'usage',
        usage: {
          ...NO_USAGE,
          input: 3,
          output: 4,
          residue: { dialect: 'converse', value: { totalTokens: 7 } },
        },
      },
      {
        kind: 'end',
        finish: { reason: 'stop', raw: 'end_turn' },
        residue: { dialect: 'converse', value: { metrics: { latencyMs: 9 } } },
      },
    ]);
  });

  test('a block with nothing but an empty text is none (GPT-OSS writes one before its reasoning)', () => {
    const { blocks } = whole(
      eventsOf(
        streamOf(
          start,
          text(0, ''),
          stop(0),
          reasoning(1, { text: 'hm' }),
          stop(1),
          text(2, 'yes'),
          stop(2),
          done('end_turn'),
        ),
      ),
    );
    expect(blocks).toEqual([
      { kind: 'reasoning', text: 'hm' },
      { kind: 'text', text: 'yes' },
    ]);
  });

  test('parallel calls are told apart and numbered from 0, whatever their block numbers are', () => {
    const events = eventsOf(
      streamOf(
        start,
        call(3, 'a', 'one'),
        input(3, '{"x":'),
        call(5, 'b', 'two'),
        input(5, '{"y":2}'),
        input(3, '1}'),
        stop(3),
        stop(5),
        done('tool_use'),
        usage,
      ),
    );
    expect(whole(events)).toMatchObject({
      blocks: [
        { id: 'a', name: 'one', arguments: '{"x":1}' },
        { id: 'b', name: 'two', arguments: '{"y":2}' },
      ],
      finish: { reason: 'tool-calls', raw: 'tool_use' },
    });
  });

  test('pieces of arguments pass at once', () => {
    const decoder = converse.decodeStream(context());
    const [begin, first, second] = streamOf(call(0, 'a', 'f'), input(0, '{"a'), input(0, '":1}'));
    if (!begin || !first || !second) throw new Error('no frames');
    decoder.push({ kind: 'aws', ...begin });
    expect(decoder.push({ kind: 'aws', ...first })).toEqual([
      { kind: 'delta', index: 0, delta: { kind: 'arguments', text: '{"a' } },
    ]);
    expect(decoder.push({ kind: 'aws', ...second })).toHaveLength(1);
  });

  test.each([
    ['no delta', []],
    ['an empty delta', [input(0, '')]],
    ['null', [input(0, null)]],
    ['the word null, in pieces', [input(0, 'nu'), input(0, 'll')]],
  ])('a call without arguments has one delta {}: %s', (_, deltas) => {
    const events = eventsOf(streamOf(start, call(0, 'a', 'f'), ...deltas, stop(0), done('tool_use')));
    expect(events.filter(({ kind }) => kind === 'delta')).toEqual([
      { kind: 'delta', index: 0, delta: { kind: 'arguments', text: '{}' } },
    ]);
  });

  test('calls with a reason that says no more than "done" are calls to answer', () => {
    const events = eventsOf(streamOf(start, call(0, 'a', 'f'), stop(0), done('end_turn')));
    expect(whole(events).finish).toEqual({ reason: 'tool-calls', raw: 'end_turn' });
  });

  test('usage may come before the stop and is given once', () => {
    const events = eventsOf(streamOf(start, text(0, 'x'), stop(0), usage, done('end_turn'), usage));
    expect(events.map(({ kind }) => kind).slice(-3)).toEqual(['block-end', 'usage', 'end']);
  });

  test('a block that the provider forgot to close is closed before the next begins', () => {
    const events = eventsOf(
      streamOf(start, text(0, 'a'), reasoning(1, { text: 'b' }), text(2, 'c'), done('end_turn')),
    );
    expect(whole(events).blocks.map(({ kind }) => kind)).toEqual(['text', 'reasoning', 'text']);
  });

  test('redacted reasoning in pieces is one proof of the joined bytes', () => {
    const data = 'EtRECkYICxABGAIqQ-redacted';
    const bytes = Buffer.from(data);
    const pieces = [bytes.subarray(0, 7), bytes.subarray(7)].map((it) =>
      reasoning(0, { redactedContent: it.toString('base64') }),
    );
    const events = eventsOf(streamOf(start, ...pieces, stop(0), done('end_turn')));
    expect(whole(events).blocks).toEqual([
      { kind: 'reasoning', text: '', proof: { family: 'anthropic', kind: 'redacted', value: data } },
    ]);
  });

  test('what a server tool did is one opaque block, and no call of the client', () => {
    const use = { toolUseId: 'st', name: 'nova_grounding', type: 'server_tool_use' };
    const events = eventsOf(
      streamOf(
        start,
        ['contentBlockStart', { contentBlockIndex: 0, start: { toolUse: use } }],
        input(0, '{"q":'),
        input(0, '1}'),
        stop(0),
        text(1, 'found'),
        stop(1),
        done('end_turn'),
      ),
    );
    expect(whole(events)).toMatchObject({
      blocks: [{ kind: 'opaque', value: { toolUse: { ...use, input: '{"q":1}' } } }, { text: 'found' }],
      finish: { reason: 'stop' },
    });
  });

  test('citations belong to the text that they come with', () => {
    const citation = {
      title: 'Paper',
      sourceContent: [{ text: 'so it is' }],
      location: { web: { url: 'https://x.test' } },
    };
    const events = eventsOf(
      streamOf(
        start,
        text(0, 'so'),
        ['contentBlockDelta', { contentBlockIndex: 0, delta: { citation } }],
        stop(0),
        done('end_turn'),
      ),
    );
    expect(whole(events).blocks).toMatchObject([
      { text: 'so', citations: [{ url: 'https://x.test', title: 'Paper', quote: 'so it is' }] },
    ]);
  });

  test.each([
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'context-full'],
    ['content_filtered', 'blocked-output'],
    ['guardrail_intervened', 'blocked-output'],
    ['brand_new_reason', 'other'],
  ])('the reason %s is kept raw beside its meaning', (raw, reason) => {
    expect(whole(eventsOf(streamOf(start, text(0, 'x'), stop(0), done(raw)))).finish).toEqual({
      reason,
      raw,
    });
  });

  test('which stop string ended the answer', () => {
    const fields = { additionalModelResponseFields: { delta: { stop_sequence: 'END' } } };
    const events = eventsOf(streamOf(start, text(0, 'x'), stop(0), done('stop_sequence', fields)));
    expect(whole(events).finish).toEqual({
      reason: 'stop-sequence',
      raw: 'stop_sequence',
      stopSequence: 'END',
    });
  });

  test('a tool has its own name again', () => {
    const names = wireNames(['weather.now'], TOOL_NAME_64);
    const events = eventsOf(
      streamOf(start, call(0, 'a', wireName('weather.now', TOOL_NAME_64)), stop(0), done('tool_use')),
      context({ names }),
    );
    expect(whole(events).blocks).toMatchObject([{ name: 'weather.now' }]);
  });
});

describe('an answer through our own tool', () => {
  const ours = context({ outputTool: 'json' });

  test('its arguments are the text, the words before it go, and the model has stopped', () => {
    const events = eventsOf(
      streamOf(
        start,
        text(0, 'Here you are:'),
        stop(0),
        call(1, 'a', 'json'),
        input(1, '{"a":'),
        input(1, '1}'),
        stop(1),
        done('tool_use'),
        usage,
      ),
      ours,
    );
    expect(whole(events)).toMatchObject({
      blocks: [{ kind: 'text', text: '{"a":1}' }],
      finish: { reason: 'stop', raw: 'tool_use' },
    });
  });

  test('a model that answers in words is heard', () => {
    const events = eventsOf(streamOf(start, text(0, '{"a":1}'), stop(0), done('end_turn')), ours);
    expect(whole(events).blocks).toEqual([{ kind: 'text', text: '{"a":1}' }]);
  });

  test("a call of the caller's own tool stays a call", () => {
    const events = eventsOf(
      streamOf(start, text(0, 'I look'), call(1, 'a', 'look'), stop(1), done('tool_use')),
      ours,
    );
    expect(whole(events)).toMatchObject({
      blocks: [{ kind: 'tool-call', name: 'look' }, { text: 'I look' }],
      finish: { reason: 'tool-calls' },
    });
  });
});

describe('a stream that fails', () => {
  const exception = (type: string, payload: Json): AwsFrame[] =>
    readAwsFrames(awsFrame({ ':message-type': 'exception', ':exception-type': type }, payload)).frames;

  test.each([
    ['throttlingException', 'rate-limit', 429],
    ['validationException', 'bad-request', 400],
    ['serviceUnavailableException', 'overloaded', 503],
    ['internalServerException', 'upstream', 500],
    ['modelStreamErrorException', 'upstream', 424],
  ])('an exception frame in mid-answer is an error, not silence: %s', (type, className, status) => {
    const events = eventsOf([
      ...streamOf(start, text(0, 'I be')),
      ...exception(type, { message: 'so it is' }),
    ]);
    expect(failure(events)).toMatchObject({ class: className, status, message: 'so it is' });
  });

  test('an error of the transport is one too', () => {
    const headers = { ':message-type': 'error', ':error-code': 'InternalFailure', ':error-message': 'gone' };
    const events = eventsOf(readAwsFrames(awsFrame(headers, {})).frames);
    expect(failure(events)).toMatchObject({ class: 'upstream', message: 'gone' });
  });

  test('an end without messageStop is no success', () => {
    expect(failure(eventsOf(streamOf(start, text(0, 'I be'))))).toMatchObject({
      class: 'upstream',
      status: 502,
    });
  });

  test('a frame with a wrong checksum ends the reading, and the answer is not complete', () => {
    const bytes = awsFrames([
      JSON.stringify({ messageStart: { role: 'assistant' } }),
      JSON.stringify({ contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'good' } } }),
      JSON.stringify({ messageStop: { stopReason: 'end_turn' } }),
    ]);
    bytes[bytes.length - 6] = (bytes[bytes.length - 6] ?? 0) ^ 1;
    const { frames, fault } = readAwsFrames(bytes);
    expect(fault).toBe('bad-checksum');
    expect(failure(eventsOf(frames))).toMatchObject({ class: 'upstream' });
  });

  test('a call that the model could not write', () => {
    const events = eventsOf(streamOf(start, call(0, 'a', 'f'), done('malformed_tool_use')));
    expect(failure(events)).toMatchObject({ class: 'malformed-tool-call', code: 'malformed_tool_use' });
  });

  test('arguments of a call that never began are not lost in silence', () => {
    expect(failure(eventsOf(streamOf(start, input(0, '{"a":1}'))))).toMatchObject({ class: 'upstream' });
  });

  test('nothing follows the end', () => {
    const events = eventsOf(streamOf(start, done('end_turn'), usage, text(0, 'late'), ...[usage]));
    expect(grammarFaults(events)).toEqual([]);
    expect(events.at(-1)).toMatchObject({ kind: 'end' });
  });
});

const linesOf = (file: string): AwsFrame[] =>
  readAwsFrames(awsFrames(recordedBody(`bedrock/${file}`).toString().split('\n').filter(Boolean))).frames;

/** The same stream put together by the reader of records, which knows nothing of the form. */
function assembled(frames: readonly AwsFrame[]): Json {
  const events = frames.map(({ headers, payload }) => ({
    type: headers.get(':event-type') ?? '',
    isException: false,
    content: JSON.parse(Buffer.from(payload).toString()) as Json,
  }));
  const body = assembleConverse(events);
  if (!body) throw new Error('no answer');
  return withoutEmpty(body);
}

/** Two streams hold things that a whole answer has no place for: an empty text block, an empty count. */
function withoutEmpty(body: Json): Json {
  const output = body.output as { message: { content: Json[] } };
  return {
    ...body,
    output: {
      message: { role: 'assistant', content: output.message.content.filter((it) => it.text !== '') },
    },
  };
}

(hasRecorded ? describe : describe.skip)('recorded streams', () => {
  const binary = (file: string, interaction = 0) => {
    const { frames, fault } = readAwsFrames(recordedAnswer(`bedrock/${file}`, interaction));
    expect(fault).toBeNull();
    return frames;
  };

  test.each<[string, () => AwsFrame[]]>([
    ['text', () => linesOf('amazon-bedrock-text.chunks.txt')],
    ['reasoning', () => linesOf('amazon-bedrock-reasoning.chunks.txt')],
    ['a tool without arguments', () => linesOf('amazon-bedrock-tool-no-args.chunks.txt')],
    ['binary, a tool call', () => binary('stream-tool-call-binary.cassette.yaml')],
    ['binary, the answer to its result', () => binary('stream-tool-call-binary.cassette.yaml', 1)],
    ['binary, redacted reasoning', () => binary('stream-redacted-binary.cassette.yaml')],
  ])('%s: nothing is lost, and streamed and whole are the same answer', (_, read) => {
    const frames = read();
    const body = assembled(frames);
    const streamed = whole(eventsOf(frames));
    expect(encodeAnswer(streamed)).toEqual(body);
    expect(converse.decodeResponse(body, context())).toEqual(streamed);
  });

  test('the tool call of Nova, from its bytes', () => {
    const { blocks, finish, usage } = whole(eventsOf(binary('stream-tool-call-binary.cassette.yaml')));
    expect(blocks).toMatchObject([
      { kind: 'text', text: expect.stringMatching(/^<thinking> To find the temperature of the capital/) },
      {
        kind: 'tool-call',
        id: 'tooluse_lAG_zP8QRHmSYOwZzzaCqA',
        name: 'get_temperature',
        arguments: '{"city":"Paris"}',
      },
    ]);
    expect(finish).toEqual({ reason: 'tool-calls', raw: 'tool_use' });
    expect(usage?.output).toBeGreaterThan(0);
  });

  test('redacted reasoning is what Anthropic calls its data, so that it can go back either way', () => {
    const [first] = whole(eventsOf(binary('stream-redacted-binary.cassette.yaml'))).blocks;
    expect(first).toMatchObject({ kind: 'reasoning', text: '', proof: { kind: 'redacted' } });
    expect(first?.kind === 'reasoning' && first.proof?.value).toMatch(/^EtkE[A-Za-z0-9+/]{100,}=*$/);
  });

  test('a call without arguments has {}, with its usage before the stop', () => {
    const { blocks, finish } = whole(eventsOf(linesOf('amazon-bedrock-tool-no-args.chunks.txt')));
    expect(blocks[1]).toMatchObject({ name: 'updateIssueList', arguments: '{}' });
    expect(finish.reason).toBe('tool-calls');
  });

  test('the reasoning is signed', () => {
    const [first] = whole(eventsOf(linesOf('amazon-bedrock-reasoning.chunks.txt'))).blocks;
    expect(first).toMatchObject({
      kind: 'reasoning',
      proof: { family: 'anthropic', kind: 'signature', value: expect.stringMatching(/^Ep0C/) },
    });
  });
});

test('the request that the client made is not needed to read an answer', () => {
  const events = eventsOf(
    streamOf(start, done('stop_sequence')),
    context({ request: request({}, { stop: ['x'] }) }),
  );
  expect(events.at(-1)).toMatchObject({ finish: { stopSequence: 'x' } });
  expect(events.every(isJson)).toBe(true);
});
