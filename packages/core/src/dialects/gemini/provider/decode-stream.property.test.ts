import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { foldEvents } from '../../../form/fold-events.ts';
import type { Json } from '../../../form/json.ts';
import { expectTolerant, likely } from '../../__fixtures__/arbitrary-answers.ts';
import { decodeContext, decoded } from '../../__fixtures__/exchange.ts';
import { gemini } from './index.ts';

const part = fc.oneof(
  fc.record(
    {
      text: fc.string(),
      thought: fc.boolean(),
      thoughtSignature: fc.constantFrom('S', ''),
    },
    { requiredKeys: ['text'] },
  ),
  fc.record({
    functionCall: fc.record({ name: fc.constant('look'), args: fc.dictionary(fc.string(), fc.integer()) }),
  }),
  fc.constant({ inlineData: { mimeType: 'image/png', data: 'AA' } }),
  fc.constant({ executableCode: { language: 'PYTHON', code: '1' } }),
);

test('whatever comes, nothing throws and the grammar holds', () => {
  const parts = [{ text: 'a' }, { functionCall: { name: 'x' } }, { functionCall: {} }];
  expectTolerant(
    gemini,
    likely({
      candidates: [[{ content: { parts }, finishReason: 'STOP' }]],
      content: [{ parts }],
      parts: [parts],
      text: ['a', ''],
      thought: [true],
      thoughtSignature: ['S'],
      functionCall: [
        { name: 'a', willContinue: true },
        {},
        { partialArgs: [{ jsonPath: '$.a.b[0]', stringValue: 'x' }] },
      ],
      inlineData: [{ mimeType: 'image/png', data: 'AA' }],
      codeExecutionResult: [{ output: '``` x' }],
      finishReason: ['STOP', 'SAFETY', 'MALFORMED_FUNCTION_CALL'],
      promptFeedback: [{ blockReason: 'SAFETY' }],
      usageMetadata: [{ promptTokenCount: 1, totalTokenCount: 2 }, { promptTokenCount: -1 }],
      groundingMetadata: [
        {
          groundingChunks: [{ web: { uri: 'u' } }],
          groundingSupports: [{ segment: { endIndex: 1 }, groundingChunkIndices: [0] }],
        },
      ],
      groundingSupports: [],
      logprobsResult: [{ chosenCandidates: [{ token: 'a', logProbability: -1 }] }],
      index: [0, 1],
      createTime: ['2026-01-01T00:00:00Z', 'never'],
    }),
  );
});

test('parts that come one by one or together give one answer', () => {
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 12 }),
      fc.array(fc.boolean(), { maxLength: 12 }),
      (parts, cuts) => {
        const groups: Json[][] = [[]];
        for (const [index, it] of parts.entries()) {
          if (cuts[index]) groups.push([]);
          groups.at(-1)?.push(it);
        }
        const chunks = groups.map((group) => ({
          candidates: [{ content: { role: 'model', parts: group } }],
        }));
        const end = { candidates: [{ finishReason: 'STOP' }] };
        const together = { candidates: [{ content: { role: 'model', parts } }] };
        expect(foldEvents(decoded(gemini, [...chunks, end], decodeContext()))).toEqual(
          foldEvents(decoded(gemini, [together, end], decodeContext())),
        );
      },
    ),
  );
});
