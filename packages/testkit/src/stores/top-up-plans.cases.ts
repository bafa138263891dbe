import { beforeEach, describe, expect } from '@jest/globals';
import type { AccountId, TopUpPlans } from '@weir/core';
import { rulesOf, type Skip } from './cases.ts';
import { anAccountId } from './examples.ts';

export interface TopUpPlansCases {
  readonly name: string;
  readonly make: () => Promise<TopUpPlans>;
  readonly skip?: readonly Skip[];
}

/** The rules of the {@link TopUpPlans} port. */
export function runTopUpPlansCases({ name, make, skip = [] }: TopUpPlansCases): void {
  describe(`${name} as a store of automatic top-ups`, () => {
    const { rule, end } = rulesOf(skip);
    let plans: TopUpPlans;
    let account: AccountId;

    beforeEach(async () => {
      plans = await make();
      account = anAccountId();
    });

    rule('has none that nobody set', async () => {
      expect(await plans.get(account)).toBeNull();
    });

    rule('gives back the one that was set last, to its account alone', async () => {
      await plans.put(account, { amount: 5_000, threshold: 500 });
      await plans.put(account, { amount: 10_000_000_000, threshold: 1_000 });
      expect(await plans.get(account)).toEqual({ amount: 10_000_000_000, threshold: 1_000 });
      expect(await plans.get(anAccountId())).toBeNull();
    });

    rule('forgets the one that is deleted; deleting none is no error', async () => {
      await plans.put(account, { amount: 5_000, threshold: 500 });
      await plans.delete(account);
      await plans.delete(account);
      expect(await plans.get(account)).toBeNull();
    });

    end();
  });
}
