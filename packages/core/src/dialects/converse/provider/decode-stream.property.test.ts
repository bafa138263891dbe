import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isFault } from '../../../form/fault.ts';
import { isJson } from '../../../form/json.ts';
import { EFFORTS } from '../../../form/request.ts';
import { grammarFaults } from '../../../form/stream-grammar.ts';
import { awsFrame } from '../../../providers/__fixtures__/frames.ts';
import { type AwsFrame, awsFrameParser } from '../../../streaming/aws-event-stream.ts';
import { context, eventsOf, frame, NOVA_PRO, request, SONNET_45, target } from '../__fixtures__/frames.ts';
import { converse } from './index.ts';

const piece = fc.oneof(fc.constantFrom('', 'n', 'null', '{', '{"a":1}', 'text'), fc.string());
const delta = fc.oneof(
  fc.record({ text: piece }),
  fc.record({ toolUse: fc.record({ input: fc.oneof(piece, fc.constant(null), fc.object()) }) }),
  fc.record({ reasoningContent: fc.record({ text: piece, signature: piece }, { requiredKeys: [] }) }),
  fc.record({ reasoningContent: fc.record({ redactedContent: piece }) }),
  fc.record({ citation: fc.object() }),
  fc.object(),
);
const started = fc.oneof(
  fc.constant({}),
  fc.record({
    toolUse: fc.record({ toolUseId: fc.constantFrom('a', 'b', ''), name: fc.constantFrom('f', 'json') }),
  }),
  fc.record({ image: fc.record({ format: fc.constant('png') }) }),
);
const at = fc.integer({ min: 0, max: 3 });

/** Streams of Converse's events in any order, with anything in them. */
const likely = fc.oneof(
  fc.constant(['messageStart', { role: 'assistant' }] as const),
  fc.tuple(fc.constant('contentBlockStart'), fc.record({ contentBlockIndex: at, start: started })),
  fc.tuple(fc.constant('contentBlockDelta'), fc.record({ contentBlockIndex: at, delta })),
  fc.tuple(fc.constant('contentBlockStop'), fc.record({ contentBlockIndex: at })),
  fc.tuple(
    fc.constant('messageStop'),
    fc.record({ stopReason: fc.constantFrom('end_turn', 'tool_use', 'new', 'malformed_tool_use') }),
  ),
  fc.tuple(fc.constant('metadata'), fc.record({ usage: fc.oneof(fc.object(), fc.constant(null)) })),
  fc.tuple(fc.constantFrom('throttlingException', 'newEvent', 'contentBlockDelta'), fc.jsonValue()),
);

test('whatever a stream holds, its events follow the grammar', () => {
  fc.assert(
    fc.property(
      fc.array(likely, { maxLength: 30 }),
      fc.option(fc.constant('json'), { nil: undefined }),
      (all, outputTool) => {
        const frames = all.map(([type, payload]) => frame(type, payload));
        const events = eventsOf(frames, context(outputTool === undefined ? {} : { outputTool }));
        expect(grammarFaults(events)).toEqual([]);
      },
    ),
    { numRuns: 500 },
  );
});

test('any split of the bytes gives the same events', () => {
  const bytes = Buffer.concat([
    awsFrame({ ':event-type': 'messageStart', ':message-type': 'event' }, { role: 'assistant' }),
    ...['Grüße, ', '世界 ', '🌊'].map((text) =>
      awsFrame(
        { ':event-type': 'contentBlockDelta', ':message-type': 'event' },
        { contentBlockIndex: 0, delta: { text } },
      ),
    ),
    awsFrame({ ':event-type': 'messageStop', ':message-type': 'event' }, { stopReason: 'end_turn' }),
  ]);
  const read = (chunks: readonly Uint8Array[]) => {
    const frames: AwsFrame[] = [];
    const parser = awsFrameParser({
      frame: (it) => frames.push(it),
      fault: (found) => {
        throw new Error(found);
      },
    });
    for (const chunk of chunks) parser.push(chunk);
    parser.end();
    return eventsOf(frames);
  };
  const expected = read([bytes]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 20 }), (cuts) => {
      const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      expect(read(edges.slice(1).map((end, at) => bytes.subarray(edges[at], end)))).toEqual(expected);
    }),
  );
});

test('any JSON for an answer is read without a throw', () => {
  const likelyBody = fc.record(
    {
      output: fc.record({
        message: fc.record({ content: fc.array(fc.oneof(delta, started, fc.jsonValue())) }),
      }),
      stopReason: fc.oneof(fc.string(), fc.constant(null)),
      usage: fc.oneof(fc.object(), fc.constant(null)),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(likelyBody, fc.object()), (body) => {
      expect(isJson(converse.decodeResponse(body, context({ outputTool: 'json' })))).toBe(true);
    }),
  );
});

test('any conversation is written in strict turns that begin with the user, or refused', () => {
  const text = fc.record({ kind: fc.constant('text' as const), text: fc.constantFrom('', ' ', 'hi') });
  const callOf = fc.record({
    kind: fc.constant('tool-call' as const),
    id: fc.constantFrom('a', 'b', 'functions.x:0'),
    name: fc.constantFrom('f', 'weather.now'),
    arguments: fc.constantFrom('{}', '', 'null', '{"a":1}', '[1]', 'not json'),
  });
  const resultOf = fc.record({
    kind: fc.constant('tool-result' as const),
    callId: fc.constantFrom('a', 'b', 'functions.x:0'),
    content: fc.array(text, { maxLength: 2 }),
    isError: fc.boolean(),
  });
  const message = fc.oneof(
    fc.record({
      role: fc.constant('user' as const),
      content: fc.array(fc.oneof(text, resultOf), { maxLength: 3 }),
    }),
    fc.record({
      role: fc.constant('assistant' as const),
      content: fc.array(fc.oneof(text, callOf), { maxLength: 3 }),
    }),
    fc.record({ role: fc.constant('system' as const), content: fc.array(text, { maxLength: 2 }) }),
  );
  fc.assert(
    fc.property(fc.array(message, { maxLength: 8 }), (messages) => {
      const encoded = converse.encodeRequest(request({ messages }), target(NOVA_PRO));
      if (isFault(encoded)) return;
      const turns = encoded.body.messages as { role: string; content: Record<string, unknown>[] }[];
      turns.forEach((turn, at) => {
        expect(turn.role).toBe(at % 2 === 0 ? 'user' : 'assistant');
        expect(turn.content.length).toBeGreaterThan(0);
      });
      const calls = turns.flatMap(({ content }) => content.filter((it) => 'toolUse' in it));
      const results = turns.flatMap(({ content }) => content.filter((it) => 'toolResult' in it));
      expect(results).toHaveLength(calls.length);
      if (calls.length > 0) expect(encoded.body.toolConfig).toBeDefined();
    }),
    { numRuns: 300 },
  );
});

test('a thinking budget is at least 1024 and below the longest answer, whatever is asked', () => {
  const reasoning = fc.oneof(
    fc.record({ budget: fc.integer({ min: 1, max: 500_000 }), shown: fc.constant(null) }),
    fc.record({ effort: fc.constantFrom(...EFFORTS), shown: fc.constantFrom(null, true, false) }),
  );
  fc.assert(
    fc.property(
      reasoning,
      fc.option(fc.integer({ min: 1, max: 64_000 }), { nil: undefined }),
      (asked, maxTokens) => {
        const parameters = { reasoning: asked, ...(maxTokens === undefined ? {} : { maxTokens }) };
        const encoded = converse.encodeRequest(request({}, parameters), target(SONNET_45));
        if (isFault(encoded)) throw new Error(encoded.message);
        const { inferenceConfig = {}, additionalModelRequestFields: fields } = encoded.body as {
          inferenceConfig?: { maxTokens?: number };
          additionalModelRequestFields?: { thinking: { budget_tokens: number } };
        };
        const limit = inferenceConfig.maxTokens ?? 64_000;
        expect(limit).toBeLessThanOrEqual(64_000);
        if (maxTokens !== undefined) expect(limit).toBeGreaterThanOrEqual(maxTokens);
        if (!fields) return;
        expect(fields.thinking.budget_tokens).toBeGreaterThanOrEqual(1024);
        expect(fields.thinking.budget_tokens).toBeLessThan(limit);
      },
    ),
    { numRuns: 500 },
  );
});
