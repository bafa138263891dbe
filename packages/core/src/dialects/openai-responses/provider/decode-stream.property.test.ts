import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { foldEvents } from '../../../form/fold-events.ts';
import { isJson, type Json } from '../../../form/json.ts';
import { isModelError } from '../../../form/model-error.ts';
import { grammarFaults } from '../../../form/stream-grammar.ts';
import { decodeContext, decoded } from '../../__fixtures__/exchange.ts';
import { decodedWhole, written } from '../__fixtures__/answers.ts';
import { openaiResponses } from './index.ts';

const TYPES = [
  'response.created',
  'response.in_progress',
  'response.output_item.added',
  'response.output_item.done',
  'response.content_part.added',
  'response.content_part.done',
  'response.output_text.delta',
  'response.output_text.done',
  'response.output_text.annotation.added',
  'response.refusal.delta',
  'response.refusal.done',
  'response.reasoning_summary_text.delta',
  'response.reasoning_text.delta',
  'response.function_call_arguments.delta',
  'response.function_call_arguments.done',
  'response.custom_tool_call_input.delta',
  'response.completed',
  'response.incomplete',
  'response.unheard_of',
];

const something = fc.oneof(
  fc.constantFrom(null, '', '{}', 'null', 'text', 0, 1, -1, 1.5, true, {}, []),
  fc.jsonValue({ maxDepth: 2 }),
);
const item = fc.record(
  {
    type: fc.constantFrom('message', 'reasoning', 'function_call', 'custom_tool_call', 'web_search_call', 7),
    id: something,
    call_id: something,
    name: something,
    arguments: something,
    input: something,
    status: something,
    encrypted_content: something,
    content: fc.oneof(
      something,
      fc.array(
        fc.record(
          { type: fc.constantFrom('output_text', 'refusal', 'reasoning_text', 'new'), text: something },
          { requiredKeys: [] },
        ),
        { maxLength: 3 },
      ),
    ),
    summary: something,
    result: something,
  },
  { requiredKeys: [] },
);
/** Events in any order with any member of any type. */
const event = fc.record(
  {
    type: fc.constantFrom(...TYPES),
    output_index: fc.oneof(fc.integer({ min: 0, max: 3 }), something),
    content_index: fc.oneof(fc.integer({ min: 0, max: 2 }), something),
    summary_index: something,
    item_id: something,
    delta: something,
    text: something,
    refusal: something,
    arguments: something,
    name: something,
    logprobs: something,
    annotation: something,
    item: fc.oneof(item, something),
    response: fc.oneof(
      something,
      fc.record(
        {
          id: something,
          status: something,
          output: fc.oneof(something, fc.array(item, { maxLength: 3 })),
          usage: fc.oneof(
            something,
            fc.record({ input_tokens: something, output_tokens: something, input_tokens_details: something }),
          ),
          incomplete_details: something,
        },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: ['type'] },
);

describe('whatever a provider sends', () => {
  test('a stream keeps to the grammar and never throws', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), (payloads) => {
        // `decoded` holds the events against the grammar.
        const events = decoded(openaiResponses, payloads);
        expect(['end', 'failed']).toContain(events.at(-1)?.kind);
        // What was decoded can be said again.
        expect(() => written(events)).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });

  test('frames that are no events break nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.json()), { maxLength: 8 }), (texts) => {
        const decoder = openaiResponses.decodeStream(decodeContext());
        const events = texts.flatMap((data) => decoder.push({ kind: 'sse', name: '', data }));
        expect(grammarFaults([...events, ...decoder.end()])).toEqual([]);
      }),
    );
  });

  test('a whole body is an answer or an error', () => {
    const body = fc.oneof(
      fc.jsonValue().filter(isJson),
      fc.record(
        {
          status: something,
          output: fc.oneof(something, fc.array(fc.oneof(item, something))),
          error: something,
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(body, (value) => {
        const answer = openaiResponses.decodeResponse(value as Json, decodeContext());
        expect(isModelError(answer) || Array.isArray(answer.blocks)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

/** A whole answer as this format's stream tells it, cut anywhere. */
const texts = fc.array(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 });
const streamedItem = fc.oneof(
  texts.map((pieces) => ({ kind: 'message' as const, pieces })),
  texts.map((pieces) => ({ kind: 'reasoning' as const, pieces })),
  texts.map((pieces) => ({ kind: 'function_call' as const, pieces: ['{"a":', ...pieces, '}'] })),
);

test('an answer is the same streamed and whole, however its items are cut and interleaved', () => {
  fc.assert(
    fc.property(fc.array(streamedItem, { maxLength: 5 }), fc.infiniteStream(fc.nat()), (items, choices) => {
      const lines = items.map(({ kind, pieces }, index) => eventsOf(kind, pieces, index));
      const output = items.map(({ kind, pieces }, index) => itemOf(kind, pieces.join(''), index));
      const response = { id: 'resp_1', status: 'completed', model: 'm', created_at: 1, output };
      const all: Json[] = [];
      for (let left = lines.filter((it) => it.length > 0); left.length > 0; ) {
        const line = left[(choices.next().value as number) % left.length];
        const next = line?.shift();
        if (next) all.push(next);
        left = left.filter((it) => it.length > 0);
      }
      const start = {
        type: 'response.created',
        response: { ...response, output: [], status: 'in_progress' },
      };
      const events = decoded(openaiResponses, [start, ...all, { type: 'response.completed', response }]);
      const streamed = foldEvents(events);
      if (isModelError(streamed)) throw new Error(streamed.message);
      const whole = decodedWhole(response);
      // Items that overlap appear in the order in which they began.
      const sorted = (blocks: readonly unknown[]) => blocks.map((it) => JSON.stringify(it)).sort();
      expect(sorted(streamed.blocks)).toEqual(sorted(whole.blocks));
      expect(streamed.finish).toEqual(whole.finish);
    }),
    { numRuns: 200 },
  );
});

function itemOf(kind: string, text: string, index: number): Json {
  const id = `${kind}_${index}`;
  if (kind === 'message')
    return {
      type: kind,
      id,
      status: 'completed',
      role: 'assistant',
      content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
    };
  if (kind === 'reasoning')
    return { type: kind, id, summary: [{ type: 'summary_text', text }], encrypted_content: `e${index}` };
  return { type: kind, id, status: 'completed', call_id: `call_${index}`, name: 'look', arguments: text };
}

const DELTAS: Readonly<Record<string, string>> = {
  message: 'response.output_text.delta',
  reasoning: 'response.reasoning_summary_text.delta',
  function_call: 'response.function_call_arguments.delta',
};

function eventsOf(kind: string, pieces: readonly string[], output_index: number): Json[] {
  const item = itemOf(kind, pieces.join(''), output_index);
  const empty: Readonly<Record<string, Json>> = {
    message: { content: [] },
    reasoning: { summary: [] },
    function_call: { arguments: '' },
  };
  const open = { ...item, ...empty[kind], ...('status' in item ? { status: 'in_progress' } : {}) };
  return [
    {
      type: 'response.output_item.added',
      output_index,
      item: open,
    },
    ...pieces.map((delta) => ({
      type: DELTAS[kind],
      output_index,
      content_index: 0,
      summary_index: 0,
      delta,
    })),
    { type: 'response.output_item.done', output_index, item },
  ];
}
