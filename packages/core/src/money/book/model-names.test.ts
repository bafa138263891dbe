import { describe, expect, it } from '@jest/globals';
import { plainModel } from './model-names.ts';

describe('a model’s plain name (spec 5.3-14)', () => {
  it.each([
    ['openai', 'gpt-5-2025-08-07', 'gpt-5'],
    ['openai', 'gpt-5-mini', 'gpt-5-mini'],
    ['anthropic', 'claude-sonnet-4-5-20250929', 'claude-sonnet-4-5'],
    ['aws-bedrock', 'us.anthropic.claude-sonnet-4-20250514-v1:0', 'anthropic.claude-sonnet-4'],
    ['google-vertex-ai', 'publishers/google/models/gemini-2.5-pro', 'gemini-2.5-pro'],
    ['openrouter', 'openai/gpt-5', 'openai/gpt-5'],
    ['custom-own', '', ''],
  ])('of %s: %s is %s', (provider, model, plain) => {
    expect(plainModel(provider, model)).toBe(plain);
  });
});
