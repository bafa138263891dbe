import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assembleStreamedAnswer } from './assemble-streamed-answer.ts';

const sse = (events: readonly unknown[]) =>
  Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));

function cut(text: string, at: readonly number[]): string[] {
  const characters = [...text];
  const points = [
    0,
    ...at.map((it) => it % (characters.length + 1)).toSorted((a, b) => a - b),
    characters.length,
  ];
  return points.slice(1).map((end, index) => characters.slice(points[index], end).join(''));
}

const text = fc.string({ unit: 'grapheme' });
const cuts = fc.array(fc.nat(), { maxLength: 6 });

test('a chat answer cut into any deltas is put together as it was', () => {
  fc.assert(
    fc.property(
      text,
      fc.array(fc.tuple(fc.uuid(), fc.dictionary(text, text)), { maxLength: 3 }),
      cuts,
      (content, calls, at) => {
        const whole = calls.map(([id, args]) => ({
          id,
          type: 'function',
          function: { name: 'f', arguments: JSON.stringify(args) },
        }));
        const deltas = [
          { role: 'assistant', content: '' },
          ...cut(content, at).map((piece) => ({ content: piece })),
          ...whole.flatMap((call, index) => [
            { tool_calls: [{ ...call, index, function: { name: 'f', arguments: '' } }] },
            ...cut(call.function.arguments, at).map((piece) => ({
              tool_calls: [{ index, function: { arguments: piece } }],
            })),
          ]),
        ];
        const answer = assembleStreamedAnswer(
          sse(deltas.map((delta) => ({ choices: [{ index: 0, delta }] }))),
        );
        const message = { role: 'assistant', content, ...(whole.length > 0 ? { tool_calls: whole } : {}) };
        expect(answer).toEqual({ object: 'chat.completion', choices: [{ index: 0, message }] });
      },
    ),
  );
});

test('an Anthropic message cut into any deltas is put together as it was', () => {
  const block = fc.oneof(
    text.map((it) => ({ type: 'text', text: it })),
    fc.dictionary(text, fc.jsonValue()).map((input) => ({ type: 'tool_use', id: 't', name: 'f', input })),
  );
  fc.assert(
    fc.property(fc.array(block, { maxLength: 4 }), cuts, (content, at) => {
      const events = content.flatMap((it, index) => {
        const isText = 'text' in it;
        return [
          {
            type: 'content_block_start',
            index,
            content_block: isText ? { ...it, text: '' } : { ...it, input: {} },
          },
          ...cut(isText ? it.text : JSON.stringify(it.input), at).map((piece) => ({
            type: 'content_block_delta',
            index,
            delta: isText
              ? { type: 'text_delta', text: piece }
              : { type: 'input_json_delta', partial_json: piece },
          })),
          { type: 'content_block_stop', index },
        ];
      });
      const answer = assembleStreamedAnswer(
        sse([{ type: 'message_start', message: { id: 'm' } }, ...events]),
      );
      expect(JSON.stringify(answer?.content)).toBe(JSON.stringify(content));
    }),
  );
});

test('no stream, however odd, makes it throw', () => {
  const odd = fc.dictionary(
    fc.constantFrom(
      'type',
      'index',
      'delta',
      'choices',
      'candidates',
      'content',
      'parts',
      'functionCall',
      'partialArgs',
      'message',
      'response',
      'usage',
      '__proto__',
    ),
    fc.jsonValue(),
  );
  const kind = fc.constantFrom(
    { choices: [] },
    { candidates: [] },
    { type: 'message_start' },
    { type: 'message-start' },
    { type: 'response.created' },
    { response: '' },
  );
  const nested = fc.letrec((tie) => ({
    node: fc.oneof(
      fc.jsonValue(),
      odd,
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom(
          'message',
          'delta',
          'content',
          'parts',
          'functionCall',
          'tool_calls',
          'function',
          'partialArgs',
          'text',
          'choices',
          'output',
        ),
        tie('node'),
      ),
    ),
  })).node;
  fc.assert(
    fc.property(
      kind,
      fc.array(
        fc.tuple(
          fc.constantFrom(
            'delta',
            'message',
            'choices',
            'candidates',
            'content_block',
            'response',
            'tool_calls',
            'usage',
          ),
          nested,
        ),
        { maxLength: 5 },
      ),
      (first, events) => {
        assembleStreamedAnswer(
          sse([
            first,
            ...events.map(([key, value]) => ({ ...first, [key]: Array.isArray(value) ? value : [value] })),
            ...events.map(([key, value]) => ({ ...first, [key]: value })),
          ]),
        );
      },
    ),
    { numRuns: 2_000 },
  );
});
