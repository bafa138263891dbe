import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { inputTotal, outputTotal } from '../../form/usage.ts';
import { tokenUsage } from '../../providers/usage/token-shapes.ts';
import { readUsage, writeUsage } from './usage.ts';

describe('usage', () => {
  test('xAI’s recorded sum: reasoning stands inside the output (spec/providers 2.4)', () => {
    const usage = readUsage(
      {
        input_tokens: 216,
        input_tokens_details: { cached_tokens: 192 },
        output_tokens: 923,
        output_tokens_details: { reasoning_tokens: 901 },
        total_tokens: 1139,
        num_sources_used: 2,
      },
      0,
    );
    if (!usage) throw new Error('none');
    expect(usage).toMatchObject({ input: 24, cacheRead: 192, output: 22, reasoning: 901 });
    expect(inputTotal(usage) + outputTotal(usage)).toBe(1139);
    expect(writeUsage(usage)).toMatchObject({ total_tokens: 1139, num_sources_used: 2 });
  });

  test('more cached than read leaves nothing, not less, and is said again as it was', () => {
    const raw = {
      input_tokens: 5,
      input_tokens_details: { cached_tokens: 9 },
      output_tokens: 1,
      total_tokens: 6,
    };
    const usage = readUsage(raw, 0);
    expect(usage).toMatchObject({ input: 0, cacheRead: 9 });
    expect(usage && writeUsage(usage)).toMatchObject(raw);
  });

  test('none is none', () => {
    expect(readUsage(null, 3)).toBeNull();
  });

  test('any counts are said again as they were, and the record reads the same classes', () => {
    const n = fc.nat({ max: 1_000_000 });
    fc.assert(
      fc.property(n, n, n, n, n, (input, cached, fresh, output, reasoning) => {
        const raw = {
          input_tokens: input,
          input_tokens_details: { cached_tokens: cached, cache_write_tokens: fresh },
          output_tokens: output,
          output_tokens_details: { reasoning_tokens: reasoning },
          total_tokens: input + output,
        };
        const usage = readUsage(raw, 0);
        expect(usage && writeUsage(usage)).toEqual(raw);
        const { input: i, cacheRead, cacheWrite, output: o, reasoning: r } = usage ?? {};
        expect(tokenUsage('openai-chat', raw)).toEqual({
          input: i,
          cacheRead,
          cacheWrite,
          output: o,
          reasoning: r,
        });
      }),
    );
  });
});
