import { expect } from '@jest/globals';

/**
 * Property tests draw the same examples each time, so that a commit that passed passes again. New examples are looked
 * for on purpose: `WEIR_PROPERTY_SEED=random npm test -- property`, or a number to repeat one that failed.
 */
const asked = process.env.WEIR_PROPERTY_SEED ?? '20261123';
if (asked !== 'random' && expect.getState().testPath?.includes('.property.')) {
  const { configureGlobal } = await import('fast-check');
  configureGlobal({ seed: Number(asked) });
}
