import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { repository } from '../run-tool.ts';
import type { BundleSizes } from './bundle-function.ts';

/** Bytes that a cold start reads before the first request: each 100 KB cost it about 10 ms. */
const BUDGET = 500_000;

const file = join(repository, 'packages/handlers/dist/sizes.json');
const built = existsSync(file);
if (!built) process.stdout.write('skipped: bundle sizes need "npm run bundle"\n');

(built ? describe : describe.skip)('inference bundles', () => {
  test.each(['unified', 'provider'])('%s stays within its budget', (name) => {
    const sizes: Readonly<Record<string, BundleSizes>> = JSON.parse(readFileSync(file, 'utf8'));
    expect(sizes[name]?.eager).toBeLessThanOrEqual(BUDGET);
  });
});
