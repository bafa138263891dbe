import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { createTokenizer } from './tokenizer.ts';

const { count } = createTokenizer();

describe('the tokenizer', () => {
  test.each<[text: string, tokens: number]>([
    ['', 0],
    ['hello', 1],
    ['Hello, world!', 4],
    ['The quick brown fox jumps over the lazy dog.', 10],
    ['漢字', 2],
  ])('counts %j as OpenAI does', (text, tokens) => {
    expect(count(text)).toBe(tokens);
  });

  test('takes special tokens as the text that they are', () => {
    expect(count('<|endoftext|>')).toBeGreaterThan(1);
  });

  test('no text has more tokens than bytes, which ceilings rest on', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })),
        (text) => {
          expect(count(text)).toBeLessThanOrEqual(Buffer.byteLength(text));
        },
      ),
    );
  });

  test.each([
    ['letters', 'ab'.repeat(50_000)],
    ['spaces', ' '.repeat(50_000)],
    ['signs', '!?'.repeat(50_000)],
    ['a language without spaces', '这是一个很长的没有空格的句子'.repeat(4_000)],
    ['pictograms', '😀👩‍👩‍👧'.repeat(6_000)],
    ['half characters', '\ud800'.repeat(20_000)],
  ])('%s without end are counted in pieces, in linear time', (_what, text) => {
    const whole = encode(text.slice(0, 2_000)).length;
    expect(count(text.slice(0, 2_000))).toBeGreaterThanOrEqual(whole * 0.98);
    expect(count(text.slice(0, 2_000))).toBeLessThanOrEqual(whole + 20);
    expect(count(text)).toBeGreaterThan(0);
  });
});
