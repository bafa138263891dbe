import { describe, expect, it } from '@jest/globals';
import { formatPerMillion } from '../attodollars.ts';
import { exactCost, ratesAt } from '../tariff.ts';
import { BUNDLED_BOOK } from './bundled-book.ts';
import { nameBook, type PackedBook } from './packed-book.ts';
import { checkBook, PriceBook } from './price-book.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const bundled = new PriceBook(BUNDLED_BOOK);
const bookOf = (models: readonly string[], also?: PackedBook['providers']) =>
  new PriceBook({ name: 'test+0', date: '2026-01-01', providers: { p: { models }, ...also } });

function inputOf(found: ReturnType<PriceBook['priceOf']>, size = 0) {
  return found && formatPerMillion(ratesAt(found.tariff, size).input);
}

describe('the bundled book', () => {
  it('is whole, and its name is that of its contents', () => {
    expect(() => checkBook(BUNDLED_BOOK)).not.toThrow();
    expect(nameBook('genai-prices-0.1.8', BUNDLED_BOOK.providers)).toBe(BUNDLED_BOOK.name);
  });

  it.each([
    ['openai', 'gpt-5', 'openai/gpt-5', '1.25'],
    ['openai', 'gpt-5-2025-08-07', 'openai/gpt-5', '1.25'],
    ['openai', 'GPT-5', 'openai/gpt-5', '1.25'],
    ['openai', 'openai/gpt-5', 'openai/gpt-5', '1.25'],
    ['azure-openai', 'gpt-5', 'openai/gpt-5', '1.25'],
    ['anthropic', 'claude-haiku-4-5-20251001', 'anthropic/claude-haiku-4-5', '1'],
    ['google-ai-studio', 'models/gemini-2.5-pro', 'google-ai-studio/gemini-2.5-pro', '1.25'],
    [
      'google-vertex-ai',
      'publishers/google/models/gemini-2.5-pro',
      'google-vertex-ai/gemini-2.5-pro',
      '1.25',
    ],
    ['google-vertex-ai', 'google/gemini-2.5-pro', 'google-vertex-ai/gemini-2.5-pro', '1.25'],
    ['google-vertex-ai', 'claude-haiku-4-5@20251001', 'anthropic/claude-haiku-4-5', '1'],
    [
      'aws-bedrock',
      'global.anthropic.claude-haiku-4-5-20251001-v1:0',
      'aws-bedrock/global.anthropic.claude-haiku-4-5-20251001-v1:0',
      '1',
    ],
    ['aws-bedrock', 'eu.amazon.nova-lite-v1:0', 'aws-bedrock/amazon.nova-lite-v1:0', '0.06'],
    [
      'aws-bedrock',
      'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0',
      'aws-bedrock/amazon.nova-pro-v1:0',
      '0.8',
    ],
    ['demo', 'anything at all', 'demo/demo', '0'],
  ])('%s, %s: %s at %s dollars per million', (provider, model, entry, input) => {
    const found = bundled.priceOf(provider, model, NOW);
    expect([found?.entry, inputOf(found)]).toEqual([entry, input]);
    expect(found && bundled.entry(found.entry, NOW)).toEqual(found);
  });

  it.each([
    ['openai', 'my-own-model'],
    ['openai', ''],
    ['openai', '-'.repeat(10_000)],
    ['nobody', 'gpt-5'],
    ['__proto__', 'gpt-5'],
    ['constructor', 'gpt-5'],
    // Priced by the hour of audio.
    ['openai', 'whisper-1'],
  ])('has no price for %s, %s', (provider, model) => {
    expect(bundled.priceOf(provider, model, NOW)).toBeNull();
  });

  it('prices Workers AI, OpenRouter and Hugging Face’s providers', () => {
    expect(bundled.priceOf('workers-ai', '@cf/meta/llama-3.1-8b-instruct-fp8', NOW)).not.toBeNull();
    expect(bundled.priceOf('openrouter', 'openai/gpt-5', NOW)).not.toBeNull();
    expect(bundled.priceOf('huggingface', 'Qwen/Qwen3-32B:groq', NOW)).not.toBeNull();
    expect(bundled.priceOf('huggingface', 'Qwen/Qwen3-32B', NOW)).toBeNull();
  });

  it('charges a whole request at the larger rates when its input is larger than the tier’s size', () => {
    const found = bundled.priceOf('anthropic', 'claude-sonnet-4-5', NOW);
    expect([inputOf(found, 200_000), inputOf(found, 200_001)]).toEqual(['3', '6']);
  });
});

describe('a price book', () => {
  it('has the price that held when the request was made', () => {
    const book = bookOf(['m||i1 o1|@2026-02-01 i2 o2|@2026-03-01 i3 o3']);
    const prices = ['2026-01-31T23:59:59.999Z', '2026-02-01T00:00:00Z', '2026-03-02T00:00:00Z'];
    expect(prices.map((time) => inputOf(book.priceOf('p', 'm', Date.parse(time))))).toEqual(['1', '2', '3']);
  });

  it('has prices by the hour of the day, UTC, past midnight too', () => {
    const book = bookOf(['m||i1 o1|@22:30-04:00 i2 o2']);
    const at = (time: string) => inputOf(book.priceOf('p', 'm', Date.parse(`2026-02-03T${time}Z`)));
    expect([at('22:29:59'), at('22:30:00'), at('03:59:59'), at('04:00:00')]).toEqual(['1', '2', '2', '1']);
  });

  it('takes the first model that matches, and one without a price is an answer', () => {
    const book = bookOf(['gpt-voice|^gpt-voice|?', 'gpt|^gpt|i1 o1']);
    expect(book.priceOf('p', 'gpt-voice-2', NOW)).toBeNull();
    expect(book.priceOf('p', 'gpt-2', NOW)?.entry).toBe('p/gpt');
  });

  it('looks at the provider’s own models before those it shares', () => {
    const book = bookOf(['a||i1 o1'], { q: { also: ['p'], models: ['b||i2 o2'] } });
    expect(book.priceOf('q', 'a', NOW)?.entry).toBe('p/a');
    expect(book.priceOf('q', 'b', NOW)?.entry).toBe('q/b');
    expect(book.priceOf('p', 'b', NOW)).toBeNull();
  });

  it.each([
    ['=a', 'a', true],
    ['=a', 'ab', false],
    ['^a $b', 'xb', true],
    ['*mid', 'a-mid-b', true],
    ['^a&!*tts', 'a-tts', false],
    ['^a&!*tts', 'a-pro', true],
    ['~a-####', 'a-2025', true],
    ['~a-####', 'a-202x', false],
    ['~a-####', 'a-20250', false],
    ['~a-#…', 'a-1-anything', true],
    ['~a-#…', 'a-', false],
    ['~a.b', 'axb', false],
  ])('the rule %s says of %s: %s', (rule, name, matches) => {
    expect(bookOf([`m|${rule}|i1 o1`]).priceOf('p', name, NOW) !== null).toBe(matches);
  });

  it.each([
    'm||',
    'm|=|i1',
    'm|?x|i1',
    'm||x1',
    'm||i-1',
    'm||@tomorrow i1',
    'm||i1>many i2',
    '||i1',
    'm',
    'm||i1||',
  ])('with the line "%s" is damaged', (line) => {
    expect(() => checkBook({ name: 'x', date: '', providers: { p: { models: [line] } } })).toThrow();
  });

  it('does not know what a search costs where only tokens have a price, and knows it where the request has one', () => {
    const usage = { input: 1, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0, searches: 1 };
    const costIn = (prices: string) => {
      const found = bookOf([`m||${prices}`]).priceOf('p', 'm', NOW);
      return found && exactCost(found.tariff, usage);
    };
    expect(costIn('i1 o1')).toBeNull();
    expect(costIn('i1 o1 s0.01')).toBe(10n ** 16n + 10n ** 12n);
    expect(costIn('i1 o1 q0.02')).toBe(2n * 10n ** 16n + 10n ** 12n);
    expect(costIn('i0 o0')).toBe(0n);
  });

  it('fills in what a price leaves out: each class falls back to the one it is a kind of', () => {
    const { rates } = bookOf(['m||i2 w3 o5']).priceOf('p', 'm', NOW)?.tariff.tiers[0] ?? {};
    const each = Object.fromEntries(
      Object.entries(rates ?? {}).map(([name, rate]) => [name, rate && Number(rate / 10n ** 12n)]),
    );
    expect(each).toEqual({
      input: 2,
      cacheRead: 2,
      cacheWrite: 3,
      cacheWriteLong: 3,
      output: 5,
      reasoning: 5,
      inputAudio: 2,
      inputImage: 2,
      outputAudio: 5,
      outputImage: 5,
      search: null,
      request: 0n,
    });
  });
});
