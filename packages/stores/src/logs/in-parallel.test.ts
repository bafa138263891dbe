import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { inParallel } from './in-parallel.ts';

describe('work in parallel', () => {
  it('is never wider than asked, and its results keep their order', async () => {
    let open = 0;
    let most = 0;
    const items = Array.from({ length: 20 }, (_, n) => n);
    const results = await inParallel(items, 3, async (n) => {
      open += 1;
      most = Math.max(most, open);
      for (let turns = 0; turns < (n * 7) % 5; turns += 1) await turn();
      open -= 1;
      return n * 2;
    });
    expect(results).toEqual(items.map((n) => n * 2));
    expect(most).toBe(3);
    expect(await inParallel([], 3, async () => 1)).toEqual([]);
  });

  it('begins nothing after a failure, and fails when what it began has ended', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const work = inParallel([0, 1, 2, 3, 4], 2, async (n) => {
      begun.push(n);
      if (n === 0) throw new Error('broken');
      await turn();
      ended.push(n);
    });
    await expect(work).rejects.toThrow('broken');
    expect([begun, ended]).toEqual([[0, 1], [1]]);
  });
});
