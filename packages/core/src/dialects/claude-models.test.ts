import { describe, expect, test } from '@jest/globals';
import { messagesModel } from './claude-models.ts';

describe('what a model takes', () => {
  test.each([
    ['claude-opus-5', 128_000, 'adaptive', 'native', 'refused'],
    ['claude-opus-4-8', 128_000, 'adaptive', 'native', 'refused'],
    ['claude-sonnet-5', 128_000, 'adaptive', 'native', 'refused'],
    ['claude-fable-5-1', 128_000, 'adaptive', 'native', 'refused'],
    ['claude-haiku-9-20300101', 128_000, 'adaptive', 'native', 'refused'],
    ['claude-opus-4-6', 128_000, 'either', 'native', 'one-of'],
    ['claude-sonnet-4-5-20250929', 64_000, 'budget', 'native', 'one-of'],
    ['claude-sonnet-4.5', 64_000, 'budget', 'native', 'one-of'],
    ['us.anthropic.claude-haiku-4-5-20251001-v1:0', 64_000, 'budget', 'native', 'one-of'],
    ['claude-sonnet-4-20250514', 64_000, 'budget', 'tool', 'free'],
    ['claude-sonnet-4@20250514', 64_000, 'budget', 'tool', 'free'],
    ['claude-opus-4-1-20250805', 32_000, 'budget', 'native', 'free'],
    ['claude-opus-4-20250514', 32_000, 'budget', 'tool', 'free'],
    ['claude-opus-4-0', 32_000, 'budget', 'tool', 'free'],
    ['claude-3-7-sonnet-20250219', 64_000, 'budget', 'tool', 'free'],
    ['claude-3-5-haiku-20241022', 8_192, 'none', 'tool', 'free'],
    ['anthropic.claude-3-haiku-20240307-v1:0', 4_096, 'none', 'tool', 'free'],
    ['anthropic.claude-v2:1', 4_096, 'none', 'tool', 'free'],
    ['kimi-k2', 4_096, 'none', 'tool', 'free'],
  ])('%s: %i tokens, thinking %s, schema %s, sampling %s', (id, maxOutput, thinking, schema, sampling) => {
    expect(messagesModel(id)).toMatchObject({ maxOutput, thinking, schema, sampling });
  });
});
