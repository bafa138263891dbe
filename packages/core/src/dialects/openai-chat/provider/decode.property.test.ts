import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isJson } from '../../../form/json.ts';
import { grammarFaults } from '../../../form/stream-grammar.ts';
import { COMPATIBLE, DONE, decodeContext, eventsOf, request } from './__fixtures__/decode.ts';
import { chatDialect, deviate } from './index.ts';

const ALL_ON = chatDialect(deviate({ citationMarks: true, repeatsReasoning: true, reasoningOutside: true }));
const context = () =>
  decodeContext({ request: request({ tools: [{ kind: 'custom', name: 'c', format: null }] }) });

const anything = fc.jsonValue({ maxDepth: 3 });
/** A value of the right kind, and now and then any other. */
const mostly = (value: fc.Arbitrary<unknown>) => fc.oneof({ weight: 4, arbitrary: value }, anything);
const maybe = (shape: Record<string, fc.Arbitrary<unknown>>) => fc.record(shape, { requiredKeys: [] });

const text = mostly(fc.constantFrom('', 'a', '{}', '{"a":1}', 'null', '[1]', '{"input":"x"}'));
const call = maybe({
  index: mostly(fc.nat({ max: 2 })),
  id: mostly(fc.constantFrom('', 'x', 'y')),
  type: text,
  function: mostly(maybe({ name: mostly(fc.constantFrom('', 'f', 'c')), arguments: text })),
  custom: mostly(maybe({ name: text, input: text })),
  extra_content: anything,
});
const part = mostly(
  maybe({
    type: mostly(fc.constantFrom('text', 'thinking', 'image_url', 'refusal')),
    text,
    thinking: anything,
  }),
);
const detail = mostly(
  maybe({ type: text, text, summary: text, signature: text, data: text, index: anything }),
);
const message = maybe({
  role: anything,
  content: fc.oneof(text, fc.array(part, { maxLength: 3 })),
  refusal: text,
  reasoning: text,
  reasoning_content: text,
  reasoning_details: mostly(fc.array(detail, { maxLength: 2 })),
  tool_calls: mostly(fc.array(mostly(call), { maxLength: 3 })),
  function_call: mostly(maybe({ name: text, arguments: text })),
  annotations: mostly(fc.array(anything, { maxLength: 2 })),
  audio: mostly(maybe({ id: text, data: text, transcript: text })),
  images: anything,
  other: anything,
});
const choice = maybe({
  delta: mostly(message),
  message: mostly(message),
  finish_reason: mostly(fc.constantFrom(null, 'stop', 'length', 'tool_calls', 'error', 'new')),
  logprobs: anything,
  index: anything,
});
const chunk = mostly(
  maybe({
    id: text,
    model: text,
    created: anything,
    object: mostly(fc.constantFrom('chat.completion.chunk', 'chat.completion.done')),
    choices: mostly(fc.array(mostly(choice), { maxLength: 2 })),
    usage: anything,
    citations: anything,
    x_groq: anything,
    error: fc.oneof({ weight: 20, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: anything }),
  }),
);

describe('whatever a provider sends', () => {
  test('a stream is read without a throw, and its events keep the grammar', () => {
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 8 }), fc.boolean(), (chunks, isDone) => {
        const frames = chunks.map((it) => ({ name: '', data: JSON.stringify(it) }));
        for (const dialect of [COMPATIBLE, ALL_ON])
          eventsOf(isDone ? [...frames, DONE] : frames, dialect, context());
      }),
      { numRuns: 500 },
    );
  });
  test('any text in any frame is read without a throw', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 5 }), (frames) => {
        eventsOf(frames.map(([name, data]) => ({ name, data })));
      }),
    );
  });
  test('a whole answer is read without a throw', () => {
    fc.assert(
      fc.property(chunk, (body) => {
        const given = isJson(body) ? body : {};
        expect(ALL_ON.decodeResponse(given, context())).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });
  test('the end of a stream may come anywhere', () => {
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 8 }), fc.nat({ max: 8 }), (chunks, at) => {
        const decoder = COMPATIBLE.decodeStream(context());
        const events = chunks
          .slice(0, at)
          .flatMap((it) => decoder.push({ kind: 'sse', name: '', data: JSON.stringify(it) }));
        expect(grammarFaults([...events, ...decoder.end()])).toEqual([]);
        expect(decoder.end()).toEqual([]);
      }),
    );
  });
});
