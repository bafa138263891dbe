import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GroupCommit } from './group-commit.ts';

const LIMITS = { entries: 4, bytes: 100, linger: 1 };

describe('a group commit, whatever is put and when', () => {
  it('sends every entry exactly once, in groups within the limits, and each gets its own verdict', async () => {
    const puts = fc.array(
      fc.record({ bytes: fc.integer({ min: 1, max: 100 }), pause: fc.boolean(), more: fc.boolean() }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(puts, async (steps) => {
        const groups: { readonly id: number; readonly bytes: number }[][] = [];
        let expectMore = false;
        const commit = new GroupCommit<{ id: number; bytes: number }, number>({
          limits: LIMITS,
          expectMore: () => expectMore,
          commit: async (group) => {
            groups.push([...group]);
            await turn();
            return group.map(({ id }) => id);
          },
        });
        const verdicts: Promise<number>[] = [];
        for (const [id, { bytes, pause, more }] of steps.entries()) {
          expectMore = more;
          verdicts.push(commit.send({ id, bytes }));
          if (pause) await turn();
        }
        expect(await Promise.all(verdicts)).toEqual(steps.map((_, id) => id));
        expect(
          groups
            .flat()
            .map(({ id }) => id)
            .sort((a, b) => a - b),
        ).toEqual(steps.map((_, id) => id));
        for (const group of groups) {
          expect(group.length).toBeLessThanOrEqual(LIMITS.entries);
          expect(group.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(LIMITS.bytes);
        }
      }),
    );
  });
});
