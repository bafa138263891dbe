import { beforeEach, describe, expect } from '@jest/globals';
import type { AccountId, TokenStore } from '@weir/core';
import { rulesOf, type Skip } from './cases.ts';
import { anAccountId, aTokenHash, aTokenId, aTokenRecord } from './examples.ts';

export interface TokenStoreCases {
  readonly name: string;
  readonly make: () => Promise<TokenStore>;
  readonly skip?: readonly Skip[];
}

/** The rules of the {@link TokenStore} port. */
export function runTokenStoreCases({ name, make, skip = [] }: TokenStoreCases): void {
  describe(`${name} as a token store`, () => {
    const { rule, end } = rulesOf(skip);
    let store: TokenStore;
    let account: AccountId;

    beforeEach(async () => {
      store = await make();
      account = anAccountId();
    });

    rule('gives back a token as it was created, by hash and by id', async () => {
      const record = aTokenRecord(account);
      await store.create(record);
      expect(await store.findByHash(record.token.hash)).toEqual(record);
      expect(await store.get(account, record.token.id)).toEqual(record);
    });

    rule('knows no other hash, no other id, and no id of another account', async () => {
      const record = aTokenRecord(account);
      await store.create(record);
      expect(await store.findByHash(aTokenHash())).toBeNull();
      expect(await store.get(account, aTokenId())).toBeNull();
      expect(await store.get(anAccountId(), record.token.id)).toBeNull();
    });

    rule('does not confuse ids of which one begins with the other', async () => {
      const long = aTokenRecord(account);
      const short = aTokenRecord(account, { id: long.token.id.slice(0, 8) as typeof long.token.id });
      await store.create(long);
      await store.create(short);
      expect(await store.get(account, short.token.id)).toEqual(short);
      await store.delete(short);
      expect(await store.get(account, long.token.id)).toEqual(long);
    });

    rule('lists the tokens of one account, oldest first', async () => {
      const days = ['2026-03-01', '2026-01-01', '2026-02-01'];
      const records = days.map((day) => aTokenRecord(account, {}, { issuedOn: `${day}T00:00:00.000Z` }));
      for (const record of records) await store.create(record);
      await store.create(aTokenRecord(anAccountId()));
      expect(await store.list(account)).toEqual([records[1], records[2], records[0]]);
      expect(await store.list(anAccountId())).toEqual([]);
    });

    rule('refuses to put a token over another one', async () => {
      const record = aTokenRecord(account);
      await store.create(record);
      await expect(store.create(aTokenRecord(account, { hash: record.token.hash }))).rejects.toThrow();
      expect(await store.findByHash(record.token.hash)).toEqual(record);
    });

    rule('an update replaces everything but the hash', async () => {
      const record = aTokenRecord(account);
      await store.create(record);
      const changed = aTokenRecord(
        account,
        { ...record.token, enabled: false, name: 'off' },
        { policies: [] },
      );
      expect(await store.update(changed, record)).toBe(true);
      expect(await store.findByHash(record.token.hash)).toEqual(changed);
      expect(await store.get(account, record.token.id)).toEqual(changed);
    });

    rule('an update changes nothing when the token is no longer what its writer read', async () => {
      const record = aTokenRecord(account);
      await store.create(record);
      const off = { ...record, token: { ...record.token, enabled: false } };
      expect(await store.update(off, record)).toBe(true);
      expect(await store.update({ ...record, token: { ...record.token, name: 'late' } }, record)).toBe(false);
      expect(await store.findByHash(record.token.hash)).toEqual(off);
    });

    rule('of ten concurrent updates that read the same token one happens', async () => {
      const record = aTokenRecord(account);
      await store.create(record);
      const names = Array.from({ length: 10 }, (_, index) => `name ${index}`);
      const changes = await Promise.all(
        names.map((name) => store.update({ ...record, token: { ...record.token, name } }, record)),
      );
      expect(changes.filter(Boolean)).toHaveLength(1);
      const stored = await store.findByHash(record.token.hash);
      expect(stored?.token.name).toBe(names[changes.indexOf(true)]);
    });

    rule('an update of a deleted token does not bring it back', async () => {
      const record = aTokenRecord(account);
      await store.create(record);
      await store.delete(record);
      expect(await store.update(record, record)).toBe(false);
      expect(await store.findByHash(record.token.hash)).toBeNull();
    });

    rule('a deleted token is gone, and deleting it again is no error', async () => {
      const record = aTokenRecord(account);
      await store.create(record);
      await store.delete(record);
      await store.delete(record);
      expect(await store.findByHash(record.token.hash)).toBeNull();
      expect(await store.get(account, record.token.id)).toBeNull();
      expect(await store.list(account)).toEqual([]);
    });

    rule('after a roll the new secret works, the old one does not, and one token is listed', async () => {
      const record = aTokenRecord(account);
      await store.create(record);
      const hash = aTokenHash();
      const rolled = await store.roll({ ...record, modifiedOn: '2026-05-05T00:00:00.000Z' }, hash);
      expect(rolled).toEqual({
        ...record,
        modifiedOn: '2026-05-05T00:00:00.000Z',
        token: { ...record.token, hash },
      });
      expect(await store.findByHash(hash)).toEqual(rolled);
      expect(await store.findByHash(record.token.hash)).toBeNull();
      expect(await store.list(account)).toEqual([rolled]);
    });

    rule('a rolled token can be rolled again, updated and deleted', async () => {
      const record = aTokenRecord(account);
      await store.create(record);
      const once = await store.roll(record, aTokenHash());
      const twice = once && (await store.roll(once, aTokenHash()));
      if (!twice) throw new Error('the token should be there');
      const renamed = { ...twice, token: { ...twice.token, name: 'renamed' } };
      expect(await store.update(renamed, twice)).toBe(true);
      expect(await store.list(account)).toEqual([renamed]);
      await store.delete(renamed);
      expect(await store.list(account)).toEqual([]);
      expect(await store.findByHash(renamed.token.hash)).toBeNull();
    });

    rule('nothing written with the old secret in hand brings the old secret back', async () => {
      const record = aTokenRecord(account);
      await store.create(record);
      const rolled = await store.roll(record, aTokenHash());
      expect(await store.update(record, record)).toBe(false);
      expect(await store.findByHash(record.token.hash)).toBeNull();
      expect(await store.roll(record, aTokenHash())).toBeNull();
      expect(await store.list(account)).toEqual([rolled]);
    });

    rule('a delete with the old secret in hand ends the rolled token', async () => {
      const record = aTokenRecord(account);
      await store.create(record);
      const rolled = await store.roll(record, aTokenHash());
      if (!rolled) throw new Error('the token should be there');
      await store.delete(record);
      expect(await store.findByHash(rolled.token.hash)).toBeNull();
      expect(await store.list(account)).toEqual([]);
    });

    rule('a roll of a deleted token opens nothing', async () => {
      const record = aTokenRecord(account);
      await store.create(record);
      await store.delete(record);
      const hash = aTokenHash();
      expect(await store.roll(record, hash)).toBeNull();
      expect(await store.findByHash(hash)).toBeNull();
    });

    rule('of ten concurrent rolls one wins, and only its secret works', async () => {
      const record = aTokenRecord(account);
      await store.create(record);
      const hashes = Array.from({ length: 10 }, aTokenHash);
      const rolls = await Promise.all(hashes.map((hash) => store.roll(record, hash)));
      const won = rolls.filter((rolled) => rolled !== null);
      expect(won).toHaveLength(1);
      const working = await Promise.all([record.token.hash, ...hashes].map((hash) => store.findByHash(hash)));
      expect(working.filter((found) => found !== null)).toEqual(won);
    });

    rule('a token that is disabled while it is rolled ends up disabled', async () => {
      const record = aTokenRecord(account);
      await store.create(record);
      await Promise.all([store.roll(record, aTokenHash()), disable()]);
      expect((await store.list(account)).map(({ token }) => token.enabled)).toEqual([false]);

      async function disable() {
        for (;;) {
          // Rolled at this very moment, the token has its other hash, and the next try finds it.
          const found = await store.get(account, record.token.id);
          if (!found) continue;
          if (await store.update({ ...found, token: { ...found.token, enabled: false } }, found)) return;
        }
      }
    });

    end();
  });
}
