import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { countUsage } from './count-usage.ts';

const WORDS = { count: (text: string) => text.length };

test('any bytes are counted: nothing throws, nothing is negative or no number', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map((it) => Buffer.from(it)),
    fc.json().map((it) => Buffer.from(`{"messages":${it},"choices":${it},"output":${it},"content":${it}}`)),
    fc
      .json()
      .map((it) => Buffer.from(`data: {"choices":[{"delta":${it}}]}\n\ndata: {"candidates":${it}}\n\n`)),
  );
  const cut = fc.tuple(bytes, fc.double({ min: 0, max: 1, noNaN: true }));
  fc.assert(
    fc.property(cut, cut, fc.option(fc.string()), ([request, one], [answer, other], model) => {
      const given = {
        provider: 'x',
        model,
        request: request.subarray(0, Math.ceil(request.length * one)),
        answer: answer.subarray(0, Math.ceil(answer.length * other)),
      };
      const { usage } = countUsage(given, WORDS);
      expect(Object.values(usage).every((it) => Number.isSafeInteger(it) && it >= 0)).toBe(true);
    }),
  );
});
