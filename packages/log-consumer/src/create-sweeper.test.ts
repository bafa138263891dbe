import { expect, it } from '@jest/globals';
import { createSweeper } from './create-sweeper.ts';

const aSweep = (failures: number) => ({ settled: 1, recorded: 1, entered: 0, failures });

it('sweeps as long as there is time', async () => {
  const mayGoOn: boolean[] = [];
  let remaining = 60_000;
  const handler = createSweeper({
    sweep: async (ask = () => true) => {
      mayGoOn.push(ask());
      remaining = 5_000;
      mayGoOn.push(ask());
      return aSweep(0);
    },
  });
  const context = { getRemainingTimeInMillis: () => remaining } as Parameters<typeof handler>[1];
  expect(await handler({}, context)).toBeNull();
  expect(mayGoOn).toEqual([true, false]);
});

it('fails when a part of the ledger could not be swept, so that the alarm hears of it', async () => {
  const handler = createSweeper({ sweep: async () => aSweep(2) });
  const context = { getRemainingTimeInMillis: () => 60_000 } as Parameters<typeof handler>[1];
  await expect(handler({}, context)).rejects.toThrow('2 parts of the ledger could not be swept');
});
