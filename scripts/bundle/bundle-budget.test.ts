import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { repository } from '../run-tool.ts';
import type { BundleSizes } from './bundle-function.ts';

/** Bytes that a cold start reads before the first request: each 100 KB cost it about 10 ms. */
const BUDGET = 400_000;

/** Heavy parts load with the first request that needs them; each has a word that stands nowhere else. */
const PARTS = [
  ['translation', 'functionDeclarations'],
  ['translation', 'contentBlockStart'],
  ['pricing', 'genai-prices'],
  ['tokenizer', 'o200k'],
  ['ledger', 'I#OWNERS'],
  ['key-ring', 'TrentService'],
  ['google-tokens', 'jwt-bearer'],
  ['routing', 'RE2JSSyntaxException'],
] as const;

const dist = join(repository, 'packages/handlers/dist');
const file = join(dist, 'sizes.json');
const built = existsSync(file);
if (!built) process.stdout.write('skipped: bundle sizes need "npm run bundle"\n');

(built ? describe : describe.skip)('inference bundles', () => {
  test.each(['unified', 'provider'])('%s stays within its budget', (name) => {
    const sizes: Readonly<Record<string, BundleSizes>> = JSON.parse(readFileSync(file, 'utf8'));
    expect(sizes[name]?.eager).toBeLessThanOrEqual(BUDGET);
  });

  test.each(['unified', 'provider'].flatMap((name) => PARTS.map(([part, word]) => ({ name, part, word }))))(
    '$name: "$word" is in $part and not in what every cold start reads',
    ({ name, part, word }) => {
      const holds = (bundle: string) =>
        readFileSync(join(dist, name, `${bundle}.mjs`), 'utf8').includes(word);
      expect({ eager: holds('index'), lazy: holds(part) }).toEqual({ eager: false, lazy: true });
    },
  );
});
