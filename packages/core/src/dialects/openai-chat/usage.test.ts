import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../form/json.ts';
import { inputTotal, type ModelUsage, NO_USAGE, outputTotal } from '../../form/usage.ts';
import { tokenUsage } from '../../providers/usage/token-shapes.ts';
import { readUsage, writeUsage } from './usage.ts';

const classes = (usage: Json, wire = {}) => {
  const { residue, ...counts } = readUsage(usage, wire) ?? NO_USAGE;
  return counts;
};

describe('usage of chat', () => {
  test.each<[who: string, usage: Json, expected: Partial<ModelUsage>]>([
    [
      'OpenAI',
      {
        prompt_tokens: 100,
        completion_tokens: 50,
        total_tokens: 150,
        prompt_tokens_details: { cached_tokens: 60, audio_tokens: 10 },
        completion_tokens_details: { reasoning_tokens: 20, audio_tokens: 5 },
      },
      { input: 30, cacheRead: 60, inputAudio: 10, output: 25, reasoning: 20, outputAudio: 5 },
    ],
    [
      'with a cache that is written',
      { prompt_tokens: 9, completion_tokens: 1, prompt_tokens_details: { cache_write_tokens: 4 } },
      { input: 5, cacheWrite: 4, output: 1 },
    ],
    [
      'xAI, whose reasoning is outside, as the total tells',
      {
        prompt_tokens: 12,
        completion_tokens: 2,
        total_tokens: 320,
        completion_tokens_details: { reasoning_tokens: 306 },
      },
      { input: 12, output: 2, reasoning: 306 },
    ],
    [
      'DeepSeek',
      { prompt_tokens: 10, completion_tokens: 3, total_tokens: 13, prompt_cache_hit_tokens: 4 },
      { input: 6, cacheRead: 4, output: 3 },
    ],
    [
      'Mistral',
      { prompt_tokens: 10, completion_tokens: 3, total_tokens: 13, num_cached_tokens: 4 },
      { input: 6, cacheRead: 4, output: 3 },
    ],
    [
      'Hugging Face',
      { prompt_tokens: 10, completion_tokens: 3, total_tokens: 13, cached_tokens: 4 },
      { input: 6, cacheRead: 4, output: 3 },
    ],
    [
      'Perplexity',
      {
        prompt_tokens: 10,
        completion_tokens: 30,
        total_tokens: 40,
        reasoning_tokens: 20,
        num_search_queries: 2,
      },
      { input: 10, output: 10, reasoning: 20, searches: 2 },
    ],
    [
      'more cached than read',
      { prompt_tokens: 10, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 12 } },
      { input: 0, cacheRead: 12, output: 1 },
    ],
    ['null where counts are due', { prompt_tokens: null, completion_tokens: 1 }, { output: 1 }],
  ])('of %s is read in classes that never overlap', (_who, usage, expected) => {
    expect(classes(usage)).toEqual({ ...NO_USAGE, ...expected });
  });

  test('of xAI, where the total does not tell, is read by what is known of xAI', () => {
    const details = { reasoning_tokens: 306 };
    const usage = { prompt_tokens: 12, completion_tokens: 2, completion_tokens_details: details };
    const expected = { ...NO_USAGE, input: 12, output: 2, reasoning: 306 };
    expect(classes(usage, { reasoningOutside: true })).toEqual(expected);
  });

  test('without a count is none', () => {
    expect(readUsage({ seconds: 5 })).toBeNull();
    expect(readUsage({ prompt_tokens: '5', completion_tokens: null })).toBeNull();
  });

  test('of another format is written with the details that clients look for', () => {
    const usage = { ...NO_USAGE, input: 3, cacheRead: 5, cacheWrite: 1, cacheWriteLong: 2, output: 7 };
    expect(writeUsage(usage)).toEqual({
      prompt_tokens: 11,
      completion_tokens: 7,
      total_tokens: 18,
      prompt_tokens_details: { cached_tokens: 5, cache_write_tokens: 3 },
      completion_tokens_details: { reasoning_tokens: 0 },
    });
  });

  test.each<[what: string, usage: Json]>([
    [
      'all details',
      {
        prompt_tokens: 12,
        completion_tokens: 3,
        total_tokens: 15,
        prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
        completion_tokens_details: {
          reasoning_tokens: 2,
          audio_tokens: 0,
          accepted_prediction_tokens: 4,
          rejected_prediction_tokens: 5,
        },
      },
    ],
    ['no details', { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 }],
    ['no total', { prompt_tokens: 12, completion_tokens: 3 }],
    [
      'details that are null',
      { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, prompt_tokens_details: null },
    ],
    [
      'counts of its own',
      { prompt_tokens: 1, completion_tokens: 1, total_tokens: 9, cost: 0.01, queue_time: 1 },
    ],
  ])('with %s is written as it was read', (_what, usage) => {
    expect(written(usage)).toEqual(usage);
  });

  const written = (usage: Json) => {
    const again = writeUsage(readUsage(usage) ?? NO_USAGE);
    return usage.total_tokens === undefined ? withoutTotal(again) : again;
  };
  const withoutTotal = ({ total_tokens, ...rest }: Json) => rest;

  test('agrees with what the record reads of the same object', () => {
    const count = fc.nat(1000);
    const usage = fc.record(
      {
        prompt_tokens: count,
        completion_tokens: count,
        total_tokens: count,
        prompt_tokens_details: fc.record(
          { cached_tokens: count, cache_write_tokens: count },
          { requiredKeys: [] },
        ),
        completion_tokens_details: fc.record({ reasoning_tokens: count }, { requiredKeys: [] }),
        prompt_cache_hit_tokens: count,
        reasoning_tokens: count,
        cached_tokens: count,
      },
      { requiredKeys: ['prompt_tokens'] },
    );
    fc.assert(
      fc.property(usage, fc.boolean(), (given, outside) => {
        const recorded = tokenUsage(outside ? 'xai-chat' : 'openai-chat', given);
        expect(classes(given, { reasoningOutside: outside })).toMatchObject({ ...recorded });
      }),
    );
  });

  test('keeps its sums through the format and back', () => {
    const count = fc.nat(1000);
    const usage = fc.record({
      input: count,
      cacheRead: count,
      cacheWrite: count,
      inputAudio: count,
      output: count,
      reasoning: count,
      outputAudio: count,
    });
    fc.assert(
      fc.property(usage, (given) => {
        const before: ModelUsage = { ...NO_USAGE, ...given };
        const after = classes(writeUsage(before));
        expect(after).toEqual(before);
        expect([inputTotal(after), outputTotal(after)]).toEqual([inputTotal(before), outputTotal(before)]);
      }),
    );
  });
});
