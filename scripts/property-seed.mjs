import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';

/**
 * Property tests draw the same examples each time, so that a commit that passed passes again. New examples are looked
 * for on purpose: `WEIR_PROPERTY_SEED=random npm test -- property`, or a number to repeat one that failed.
 */
const asked = process.env.WEIR_PROPERTY_SEED ?? '20261123';
/** Also where a fixture draws for the test. Loading the library for every file would cost each 30 ms. */
const DRAWS = /from '(?:fast-check|.*\/arbitrary-[^']*)'/;
const { testPath } = expect.getState();
if (asked !== 'random' && testPath && DRAWS.test(readFileSync(testPath, 'utf8'))) {
  const { configureGlobal } = await import('fast-check');
  configureGlobal({ seed: Number(asked) });
}
