import { beforeEach, describe, expect } from '@jest/globals';
import { type AccountId, epochMs, type KeyUses } from '@weir/core';
import { rulesOf, type Skip } from './cases.ts';
import { anAccountId, gatewayId } from './examples.ts';

export interface KeyUsesCases {
  readonly name: string;
  /** `another` is another process over the same place. */
  readonly make: () => Promise<{ readonly uses: KeyUses; readonly another: KeyUses }>;
  readonly skip?: readonly Skip[];
}

const NOON = Date.UTC(2026, 0, 2, 12);
const at = (seconds: number) => epochMs(NOON + 1_000 * seconds);

/** The rules of the {@link KeyUses} port. */
export function runKeyUsesCases({ name, make, skip = [] }: KeyUsesCases): void {
  describe(`${name} as the uses of keys`, () => {
    const { rule, end } = rulesOf(skip);
    let uses: KeyUses;
    let another: KeyUses;
    let account: AccountId;
    const g = gatewayId('g');
    const listed = async (from = uses) => Object.fromEntries(await from.list(account, g));

    beforeEach(async () => {
      ({ uses, another } = await make());
      account = anAccountId();
    });

    rule('nothing is noted before the first use', async () => {
      expect(await listed()).toEqual({});
    });

    rule('each key of a gateway has its last use, whoever noted it', async () => {
      await uses.note(account, g, 'a', at(0));
      await another.note(account, g, 'b', at(5));
      await another.note(account, g, 'a', at(90));
      await uses.note(account, gatewayId('h'), 'a', at(500));
      await uses.note(anAccountId(), g, 'a', at(500));
      expect(await listed()).toEqual({ a: at(90), b: at(5) });
      expect(await listed(another)).toEqual(await listed());
    });

    rule('a use within a minute of the noted one is not written, a minute later it is', async () => {
      await uses.note(account, g, 'a', at(0));
      await uses.note(account, g, 'a', at(59));
      await another.note(account, g, 'a', at(59));
      expect(await listed()).toEqual({ a: at(0) });
      await uses.note(account, g, 'a', at(60));
      expect(await listed()).toEqual({ a: at(60) });
    });

    rule('an earlier use that is told later changes nothing', async () => {
      await uses.note(account, g, 'a', at(300));
      await uses.note(account, g, 'a', at(0));
      await another.note(account, g, 'a', at(0));
      expect(await listed()).toEqual({ a: at(300) });
    });

    end();
  });
}
