import { describe, expect, it } from '@jest/globals';
import { micros } from '@weir/core';
import fc from 'fast-check';
import { fromCents, toCents } from './cents.ts';

const BILLION_DOLLARS = 10n ** 15n;

describe('cents', () => {
  it('say every micro-dollar, up to a billion dollars', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -BILLION_DOLLARS + 1n, max: BILLION_DOLLARS - 1n }), (value) => {
        const cents = toCents(micros(value));
        const [whole = '', fraction = ''] = cents.toFixed(4).split('.');
        expect(BigInt(whole + fraction)).toBe(value);
      }),
      { numRuns: 2_000 },
    );
  });

  it('that are whole come back whole', () => {
    fc.assert(fc.property(fc.integer(), (cents) => expect(toCents(fromCents(cents))).toBe(cents)));
  });
});
