import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { TokenUsage } from '../form/token-usage.ts';
import { attodollars, roundToMicros } from './attodollars.ts';
import { ceilingOf } from './ceiling.ts';
import { completeRates, exactCost, type Tariff } from './tariff.ts';

const rate = fc.bigInt({ min: 0n, max: 10n ** 15n }).map(attodollars);
const rates = fc
  .record(
    { input: rate, cacheRead: rate, cacheWrite: rate, output: rate, reasoning: rate, request: rate },
    { requiredKeys: ['input', 'output'] },
  )
  .map(completeRates);
const tariff: fc.Arbitrary<Tariff> = fc.tuple(rates, rates, fc.nat(5_000)).map(([base, large, above]) => ({
  tiers: [
    { above: -1, rates: base },
    { above, rates: large },
  ],
}));

const text = fc.string({ unit: 'grapheme', maxLength: 400 });
const limit = fc.nat(5_000);

/** A request of any format, and the most that it lets be written. */
const request = fc
  .tuple(fc.array(text, { minLength: 1, maxLength: 5 }), limit, fc.integer({ min: 1, max: 3 }))
  .chain(([texts, most, answers]) =>
    fc.constantFrom(
      {
        asked: { provider: 'openai', model: 'gpt-5' },
        body: {
          messages: texts.map((content) => ({ role: 'user', content })),
          max_completion_tokens: most,
          n: answers,
        },
        most: most * answers,
        texts,
      },
      {
        asked: { provider: 'openai', model: 'gpt-5' },
        body: { input: texts.join('\n'), max_output_tokens: most },
        most,
        texts,
      },
      {
        asked: { provider: 'anthropic', model: 'claude-opus-5' },
        body: {
          system: texts[0],
          messages: texts.map((it) => ({ role: 'user', content: [{ type: 'text', text: it }] })),
          max_tokens: most,
        },
        most,
        texts: [texts[0] ?? '', ...texts],
      },
      {
        asked: { provider: 'google-ai-studio', model: 'gemini-2.5-flash' },
        body: {
          contents: texts.map((it) => ({ parts: [{ text: it }] })),
          generationConfig: { maxOutputTokens: most, candidateCount: answers },
        },
        most: most * answers,
        texts,
      },
      {
        asked: { provider: 'aws-bedrock', model: 'amazon.nova-pro-v1:0' },
        body: {
          messages: texts.map((it) => ({ role: 'user', content: [{ text: it }] })),
          inferenceConfig: { maxTokens: most },
        },
        most,
        texts,
      },
    ),
  );

const share = fc.double({ min: 0, max: 1, noNaN: true });

test('whatever a request’s answer really uses, within what the request allows, costs no more than the ceiling', () => {
  fc.assert(
    fc.property(tariff, request, fc.array(share, { minLength: 5, maxLength: 5 }), (price, given, shares) => {
      const { asked, body, most, texts } = given;
      const ceiling = ceilingOf(price, asked, Buffer.from(JSON.stringify(body)));
      // A byte-level tokenizer: at most a token for each byte, and a few around each message.
      const prompts: readonly string[] = texts;
      const read = prompts.reduce((sum, it) => sum + Buffer.byteLength(it) + 4, 16);
      const [fresh = 0, cached = 0, written = 0, all = 0, reasoned = 0] = shares;
      const input = Math.floor(read * fresh);
      const cacheRead = Math.floor((read - input) * cached);
      const cacheWrite = Math.floor((read - input - cacheRead) * written);
      const output = Math.floor(most * all);
      const reasoning = Math.floor(output * reasoned);
      const usage: TokenUsage = { input, cacheRead, cacheWrite, output: output - reasoning, reasoning };
      const cost = exactCost(price, usage);
      expect(cost !== null && roundToMicros(cost) <= ceiling.amount).toBe(true);
      expect(ceiling.isSure).toBe(true);
    }),
  );
});

test('any bytes have a ceiling', () => {
  fc.assert(
    fc.property(tariff, fc.uint8Array({ maxLength: 200 }), (price, body) => {
      expect(ceilingOf(price, { provider: 'x', model: 'y' }, body).amount).toBeGreaterThanOrEqual(0n);
    }),
  );
  fc.assert(
    fc.property(tariff, fc.json(), (price, body) => {
      expect(
        ceilingOf(price, { provider: 'x', model: 'y' }, Buffer.from(body)).amount,
      ).toBeGreaterThanOrEqual(0n);
    }),
  );
});
