import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nameRules, spendLimits } from './spend-limits.ts';

const ids = { random: (size: number) => randomBytes(size) };

/** Few different ones, so that many rules count the same. */
const rule = fc.record(
  {
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    limit: fc.integer({ min: 0, max: 3 }),
    limitType: fc.constant('cost'),
    window: fc.constantFrom(60, 3600),
    enabled: fc.boolean(),
    model: fc.constantFrom({ mode: 'partition' }, { mode: 'filter', values: ['m'] }),
  },
  { requiredKeys: ['limit', 'limitType', 'window'] },
);
const limits = fc
  .uniqueArray(rule, { maxLength: 8, selector: ({ id }) => id ?? {} })
  .map((rules) => spendLimits.parse({ enabled: true, rules }));

describe('rules that are named', () => {
  it('have ids of their own, and those that came with one keep it', () => {
    fc.assert(
      fc.property(limits, limits, (before, given) => {
        const named = nameRules(given, nameRules(before, null, ids), ids)?.rules ?? [];
        expect(new Set(named.map(({ id }) => id)).size).toBe(given.rules.length);
        for (const [index, { id }] of given.rules.entries()) if (id) expect(named[index]?.id).toBe(id);
      }),
    );
  });

  it('are the same rules when the same file is written again', () => {
    fc.assert(
      fc.property(limits, (given) => {
        const first = nameRules(given, null, ids);
        expect(nameRules(given, first, ids)).toEqual(first);
      }),
    );
  });
});
