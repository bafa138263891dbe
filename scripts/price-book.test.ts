import { expect, test } from '@jest/globals';
import { calcPrice, waitForUpdate } from '@pydantic/genai-prices';
import { BUNDLED_BOOK } from '../packages/core/src/money/book/bundled-book.ts';
import { PriceBook } from '../packages/core/src/money/book/price-book.ts';
import { exactCost } from '../packages/core/src/money/tariff.ts';
import { convertSource } from '../packages/handlers/src/prices/convert-source.ts';

test('the shipped price book is what the installed version of its source becomes', async () => {
  const [origin = ''] = BUNDLED_BOOK.name.split('+');
  expect(convertSource(await waitForUpdate(), origin, BUNDLED_BOOK.date).book).toEqual(BUNDLED_BOOK);
});

const SAME = {
  openai: 'openai',
  anthropic: 'anthropic',
  'google-ai-studio': 'google',
  'aws-bedrock': 'aws',
  'azure-openai': 'azure',
  grok: 'x-ai',
  groq: 'groq',
  mistral: 'mistral',
  cohere: 'cohere',
  deepseek: 'deepseek',
  cerebras: 'cerebras',
  'perplexity-ai': 'perplexity',
  openrouter: 'openrouter',
  together: 'together',
  fireworks: 'fireworks',
  baseten: 'baseten',
  'workers-ai': 'cloudflare',
};

/** A name that the line is about: the first that its rule spells out, else the model's own. */
function nameIn(line: string): string {
  const [id = '', rule = ''] = line.split('|');
  return /(?:^| )=(\S+)/.exec(rule)?.[1] ?? id;
}

const SIZES = [1_000, 200_000, 200_001, 900_000];
const TIMES = [Date.UTC(2025, 5, 1, 3), Date.UTC(2026, 7, 20, 8), Date.UTC(2026, 10, 23, 23)];

test.each(Object.entries(SAME))('%s: every model costs what the source’s own program says', (slug, id) => {
  const book = new PriceBook(BUNDLED_BOOK);
  const models = BUNDLED_BOOK.providers[slug]?.models.map(nameIn) ?? [];
  const wrong: unknown[] = [];
  let compared = 0;
  for (const model of models) {
    for (const [input, at] of SIZES.flatMap((size) => TIMES.map((time) => [size, time] as const))) {
      const usage = { input, cacheRead: 0, cacheWrite: 0, output: 777, reasoning: 0 };
      const found = book.priceOf(slug, model, at);
      const theirs = calcPrice({ input_tokens: input, output_tokens: 777 }, model, {
        providerId: id,
        timestamp: new Date(at),
      });
      if (found === null || theirs === null) continue;
      compared += 1;
      const ours = Number(exactCost(found.tariff, usage)) / 1e18;
      if (Math.abs(ours - theirs.total_price) > 1e-12 + 1e-9 * theirs.total_price)
        wrong.push([model, input, at, ours, theirs.total_price, found.entry, theirs.model.id]);
    }
  }
  expect(wrong).toEqual([]);
  expect(compared).toBeGreaterThan(models.length * 6);
});
