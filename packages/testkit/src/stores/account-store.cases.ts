import { beforeEach, describe, expect } from '@jest/globals';
import type { Account, AccountStore } from '@weir/core';
import { rulesOf, type Skip } from './cases.ts';
import { anAccountId } from './examples.ts';

export interface AccountStoreCases {
  readonly name: string;
  readonly make: () => Promise<AccountStore>;
  readonly skip?: readonly Skip[];
}

/** The rules of the {@link AccountStore} port. */
export function runAccountStoreCases({ name, make, skip = [] }: AccountStoreCases): void {
  describe(`${name} as an account store`, () => {
    const { rule, end } = rulesOf(skip);
    let store: AccountStore;
    let account: Account;

    beforeEach(async () => {
      store = await make();
      account = { id: anAccountId(), name: 'Zoë & Söhne', createdAt: '2026-01-02T03:04:05.000Z' };
    });

    rule('gives back an account as it was created', async () => {
      expect(await store.create(account)).toBe(true);
      expect(await store.get(account.id)).toEqual(account);
    });

    rule('knows no account that was not created', async () => {
      expect(await store.get(account.id)).toBeNull();
    });

    rule('does not replace an account that exists', async () => {
      await store.create(account);
      expect(await store.create({ ...account, name: 'Mallory' })).toBe(false);
      expect(await store.get(account.id)).toEqual(account);
    });

    rule('creates an account once when ten callers create it at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) => store.create({ ...account, name: `caller ${i}` })),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect((await store.get(account.id))?.name).toBe(`caller ${answers.indexOf(true)}`);
    });

    end();
  });
}
