import { describe, expect, test } from '@jest/globals';
import { inputTotal, NO_USAGE, outputTotal } from '../../form/usage.ts';
import { tokenUsage } from '../../providers/usage/token-shapes.ts';
import { readUsage, writeUsage } from './usage.ts';

const CACHED = {
  input_tokens: 20,
  cache_read_input_tokens: 60,
  cache_creation_input_tokens: 40,
  cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 30 },
  output_tokens: 100,
  output_tokens_details: { thinking_tokens: 75 },
};

describe('Anthropic’s counts', () => {
  test('become classes that do not overlap (spec 14, no. 22 and 23)', () => {
    const usage = readUsage(CACHED);
    expect(usage).toEqual({
      ...NO_USAGE,
      input: 20,
      cacheRead: 60,
      cacheWrite: 10,
      cacheWriteLong: 30,
      output: 25,
      reasoning: 75,
    });
    expect(usage && [inputTotal(usage), outputTotal(usage)]).toEqual([120, 100]);
  });

  test('are written as they were', () => {
    expect(writeUsage(readUsage(CACHED))).toEqual(CACHED);
  });

  test('agree with those that the record is made from', () => {
    const usage = readUsage(CACHED);
    expect(tokenUsage('anthropic-messages', CACHED)).toEqual({
      input: usage?.input,
      cacheRead: usage?.cacheRead,
      cacheWrite: usage?.cacheWrite,
      cacheWriteLong: usage?.cacheWriteLong,
      output: usage?.output,
      reasoning: usage?.reasoning,
    });
  });

  test('with a compaction are summed over its parts; those of an advisor are billed elsewhere', () => {
    const iterations = [
      { type: 'compaction', input_tokens: 100, output_tokens: 10 },
      { type: 'message', input_tokens: 5, output_tokens: 7 },
      { type: 'advisor_message', input_tokens: 50, output_tokens: 50 },
    ];
    const compacted = { input_tokens: 5, output_tokens: 7, iterations };
    expect(readUsage(compacted)).toMatchObject({ input: 105, output: 17 });
    const fallback = { ...compacted, iterations: [...iterations, { type: 'fallback_message' }] };
    expect(readUsage(fallback)).toMatchObject({ input: 5, output: 7 });
  });

  test('of searches are their own, and what has no class is kept', () => {
    const usage = {
      input_tokens: 1,
      output_tokens: 1,
      server_tool_use: { web_search_requests: 2, web_fetch_requests: 1 },
      service_tier: 'batch',
    };
    expect(readUsage(usage)).toMatchObject({ searches: 2 });
    expect(writeUsage(readUsage(usage))).toMatchObject({
      server_tool_use: { web_search_requests: 2, web_fetch_requests: 1 },
      service_tier: 'batch',
    });
  });

  test.each([null, {}, { input_tokens: 'many' }, { output_tokens: -1 }])('%j counts nothing', (usage) => {
    expect(readUsage(usage)).toBeNull();
  });

  test('more thinking than output is no less than nothing', () => {
    expect(readUsage({ output_tokens: 5, output_tokens_details: { thinking_tokens: 9 } })).toMatchObject({
      output: 0,
      reasoning: 5,
    });
  });

  test('another provider’s audio counts as what it is to this format: input and output', () => {
    expect(writeUsage({ ...NO_USAGE, input: 5, inputAudio: 3, output: 2, outputAudio: 4 })).toMatchObject({
      input_tokens: 8,
      output_tokens: 6,
    });
  });
});
