import { beforeEach, describe, expect } from '@jest/globals';
import type { Account, AccountSnapshot, AccountStore } from '@weir/core';
import { rulesOf, type Skip } from './cases.ts';
import { aCustomProvider, anAccountId } from './examples.ts';

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

    const created = async (): Promise<AccountSnapshot> => {
      await store.create(account);
      const snapshot = await store.snapshot(account.id);
      if (!snapshot) throw new Error('there should be an account');
      return snapshot;
    };
    const PRICES = [{ provider: 'custom-in-house', model: 'm*', rates: { input: '0.1', per_request: '1' } }];

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

    rule(
      'an account that nobody changed has version 0 and nothing of its own; one that is not there has none',
      async () => {
        expect(await store.snapshot(account.id)).toBeNull();
        expect(await created()).toEqual({ id: account.id, version: 0, customProviders: [], prices: [] });
      },
    );

    rule('an update grows the version by one, replaces what it names and leaves the rest', async () => {
      const first = await created();
      const customProviders = [aCustomProvider(), aCustomProvider({ slug: 'other', headers: {} })];
      const second = await store.update(first, { customProviders });
      expect(second).toEqual({ ...first, version: 1, customProviders });
      if (second === 'changed') throw new Error('nobody else changed it');
      const third = await store.update(second, { prices: PRICES });
      expect(third).toEqual({ ...first, version: 2, customProviders, prices: PRICES });
      expect(await store.snapshot(account.id)).toEqual(third);
      expect(await store.get(account.id)).toEqual(account);
    });

    rule('an update from an old version changes nothing', async () => {
      const first = await created();
      const second = await store.update(first, { prices: PRICES });
      expect(await store.update(first, { prices: [] })).toBe('changed');
      if (second === 'changed') throw new Error('nobody else changed it');
      const third = await store.update(second, { customProviders: [aCustomProvider()] });
      expect(await store.update(second, { customProviders: [] })).toBe('changed');
      expect(await store.snapshot(account.id)).toEqual(third);
    });

    rule('of ten concurrent updates from one version exactly one wins', async () => {
      const first = await created();
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          store.update(first, { customProviders: [aCustomProvider({ slug: `s${i}` })] }),
        ),
      );
      const winners = answers.filter((answer) => answer !== 'changed');
      expect(winners).toHaveLength(1);
      expect(await store.snapshot(account.id)).toEqual(winners[0]);
    });

    rule('an update does not bring about an account that does not exist', async () => {
      const unknown = { id: account.id, version: 0, customProviders: [], prices: [] };
      expect(await store.update(unknown, { prices: PRICES })).toBe('changed');
      expect(await store.get(account.id)).toBeNull();
    });

    end();
  });
}
