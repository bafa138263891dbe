import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { durationMs } from '../ids.ts';
import { freshness, mayOutlive, USABLE_FOR } from './freshness.ts';

const kind = fc.constantFrom('gateway' as const, 'token' as const);
const age = fc.integer({ min: -10_000, max: 700_000 }).map(durationMs);
const sinceFailure = fc.option(fc.integer({ min: -2_000, max: 5_000 }).map(durationMs));

describe('the freshness of configuration, whatever the times', () => {
  it('while the store answers, nothing older than five seconds is served', () => {
    fc.assert(
      fc.property(kind, age, (what, old) => {
        if (old > USABLE_FOR) expect(freshness(what, old, null)).toBe('load-first');
      }),
    );
  });

  it('nothing is served beyond its grace, failure or not', () => {
    fc.assert(
      fc.property(kind, age, sinceFailure, (what, old, since) => {
        if (!mayOutlive(what, old)) expect(freshness(what, old, since)).toBe('load-first');
      }),
    );
  });
});
