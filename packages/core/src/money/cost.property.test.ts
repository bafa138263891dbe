import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TokenUsage } from '../form/token-usage.ts';
import { epochMs } from '../ids.ts';
import type { PriceQuestion } from '../ports/pricing.ts';
import { type Attodollars, attodollars } from './attodollars.ts';
import { BUNDLED_BOOK } from './book/bundled-book.ts';
import { PriceBook } from './book/price-book.ts';
import { costOf, recompute } from './cost.ts';
import { findTariff } from './find-tariff.ts';
import { completeRates, exactCost, flatTariff, type NamedRates, type Rates, type Tariff } from './tariff.ts';

const CLASSES = [
  'input',
  'cacheRead',
  'cacheWrite',
  'cacheWriteLong',
  'output',
  'reasoning',
  'inputAudio',
  'inputImage',
  'outputAudio',
  'outputImage',
] as const satisfies readonly (keyof TokenUsage & keyof Rates)[];

const count = fc.nat({ max: 5_000_000 });
const usages = fc.record<TokenUsage>({
  input: count,
  cacheRead: count,
  cacheWrite: count,
  output: count,
  reasoning: count,
  cacheWriteLong: count,
  inputAudio: count,
  inputImage: count,
  outputAudio: count,
  outputImage: count,
  searches: fc.nat({ max: 50 }),
});
const rate = fc.bigInt({ min: 0n, max: 10n ** 15n }).map(attodollars);
const namedRates: fc.Arbitrary<NamedRates> = fc.record(
  {
    input: rate,
    cacheRead: rate,
    cacheWrite: rate,
    cacheWriteLong: rate,
    output: rate,
    reasoning: rate,
    inputAudio: rate,
    inputImage: rate,
    outputAudio: rate,
    outputImage: rate,
    search: rate,
    request: rate,
  },
  { requiredKeys: ['search'] },
);
const flats = namedRates.map((named) => flatTariff(completeRates(named)));

const exact = (tariff: Tariff, usage: TokenUsage): Attodollars => {
  const cost = exactCost(tariff, usage);
  if (cost === null) throw new Error('every rate is known here');
  return cost;
};
const NONE: TokenUsage = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 };

describe('an exact cost, whatever the rates', () => {
  it('grows with every class, and by that class’s rate alone: no class is counted twice', () => {
    fc.assert(
      fc.property(flats, usages, fc.constantFrom(...CLASSES), count, (tariff, usage, name, more) => {
        const before = exact(tariff, usage);
        const after = exact(tariff, { ...usage, [name]: (usage[name] ?? 0) + more });
        expect(after - before).toBe(BigInt(more) * (tariff.tiers[0]?.rates[name] ?? 0n));
      }),
    );
  });

  it('of two requests is the sum of theirs', () => {
    fc.assert(
      fc.property(flats, usages, usages, (tariff, one, other) => {
        const fee = exact(tariff, NONE);
        const both = Object.fromEntries(
          [...CLASSES, 'searches' as const].map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]),
        );
        expect(exact(tariff, { ...NONE, ...both }) + fee).toBe(exact(tariff, one) + exact(tariff, other));
      }),
    );
  });

  it('is the fee when nothing was used', () => {
    fc.assert(
      fc.property(flats, (tariff) => expect(exact(tariff, NONE)).toBe(tariff.tiers[0]?.rates.request)),
    );
  });

  it('is at the rates of one tier: of the largest size that the whole input passes', () => {
    fc.assert(
      fc.property(flats, flats, usages, count, (small, large, usage, above) => {
        const [base, over] = [small.tiers[0]?.rates, large.tiers[0]?.rates];
        if (!base || !over) throw new Error('a flat tariff has one tier');
        const both: Tariff = {
          tiers: [
            { above: -1, rates: base },
            { above, rates: over },
          ],
        };
        const { output, reasoning, outputAudio, outputImage, searches, ...input } = usage;
        const size = Object.values(input).reduce((sum, part) => sum + part, 0);
        expect(exact(both, usage)).toBe(exact(size > above ? large : small, usage));
      }),
    );
  });
});

const book = new PriceBook(BUNDLED_BOOK);
const lines = Object.entries(BUNDLED_BOOK.providers).flatMap(([provider, { models }]) =>
  models.map((line) => [provider, line.split('|')[0] ?? ''] as const),
);
const at = fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2027, 0, 1) }).map(epochMs);
const decimalText = fc
  .tuple(fc.nat({ max: 99 }), fc.nat({ max: 999_999 }))
  .map(([whole, part]) => `${whole}.${part}`);
const custom = fc.record(
  {
    per_token_in: decimalText,
    per_token_out: decimalText,
    per_cache_read_token: decimalText,
    per_cache_write_token: decimalText,
  },
  { requiredKeys: [] },
);
const rates = fc.record(
  {
    input: decimalText,
    output: decimalText,
    cache_read: decimalText,
    search: decimalText,
    per_request: decimalText,
  },
  { requiredKeys: ['search'] },
);

const questions = fc
  .record({
    line: fc.constantFrom(...lines),
    at,
    custom: fc.option(custom),
    own: fc.option(rates),
    account: fc.option(rates),
  })
  .map(({ line: [provider, model], at, custom, own, account }): PriceQuestion => {
    const overrides = [own, account].flatMap((given) =>
      given ? [{ provider, model: '*', rates: given }] : [],
    );
    return { provider, model, at, custom, overrides };
  });

describe('a recorded cost', () => {
  it('computed again from its token classes and its named book, 10,000 times: equal, bit for bit', () => {
    let computed = 0;
    for (const [question, usage] of fc.sample(fc.tuple(questions, usages), 10_000)) {
      const found = findTariff(question, book);
      const cost = found && costOf(found, usage);
      if (cost === null) continue;
      // As it comes back from the log.
      const stored: typeof cost = JSON.parse(JSON.stringify(cost));
      const again = recompute({ cost: stored, usage, at: question.at }, (name) =>
        name === book.name ? book : null,
      );
      if (again !== cost.micros) expect([question, usage, again]).toEqual([question, usage, cost.micros]);
      computed += 1;
    }
    expect(computed).toBeGreaterThan(6_000);
  });

  it('is at least a micro-dollar where the exact cost is above nothing, and within half of one of it', () => {
    fc.assert(
      fc.property(flats, usages, (tariff, usage) => {
        const cost = costOf({ tariff, book: 'b', price: 'p' }, usage)?.micros ?? -1;
        const precisely = Number(exact(tariff, usage)) / 1e12;
        expect(Math.abs(cost - precisely)).toBeLessThanOrEqual(precisely < 0.5 ? 1 : 0.5 + precisely * 1e-12);
        expect(cost > 0).toBe(exact(tariff, usage) > 0n);
      }),
    );
  });

  it('is the caller’s own rates’ before the gateway’s, those before the account’s, those before the book’s', () => {
    fc.assert(
      fc.property(questions, (question) => {
        const found = findTariff(question, book);
        if (question.custom) expect(found?.book).toBe('custom');
        else if (question.overrides[0])
          expect(found).toMatchObject({ book: 'override', price: question.overrides[0] });
        else expect(found === null || found.book === book.name).toBe(true);
      }),
    );
  });

  it('is not known where the book is another one, or has gone', () => {
    const found = findTariff(
      { provider: 'openai', model: 'gpt-5', at: epochMs(0), custom: null, overrides: [] },
      book,
    );
    const cost = found && costOf(found, NONE);
    if (!cost) throw new Error('the book has gpt-5');
    expect(recompute({ cost, usage: NONE, at: epochMs(0) }, () => null)).toBeNull();
  });
});
