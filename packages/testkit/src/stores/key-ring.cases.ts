import { beforeEach, describe, expect } from '@jest/globals';
import {
  type AccountId,
  type KeyBinding,
  type KeyRing,
  type KeySealer,
  type SealedSecret,
  Secret,
  StoreUnavailable,
} from '@weir/core';
import { rulesOf, type Skip } from './cases.ts';
import { anAccountId, gatewayId } from './examples.ts';
import type { ManualClock } from './manual-clock.ts';

/** Both halves of stored keys, and what is behind them. */
export interface KeyRingUnderTest {
  readonly sealer: KeySealer;
  readonly ring: KeyRing;
  /** A ring of another process: it remembers nothing. */
  freshRing(): KeyRing;
  readonly clock: ManualClock;
  /** Of the master key, so far. */
  calls(): number;
  /** Master key and operator's secrets, both. */
  setDown(isDown: boolean): void;
  /** Puts the operator's secret `weir/{account}/{name}`; null: removes it. */
  putNamed(account: AccountId, name: string, text: string | null): void;
}

export interface KeyRingCases {
  readonly name: string;
  readonly make: () => Promise<KeyRingUnderTest>;
  readonly skip?: readonly Skip[];
}

const KEY = 'sk-proj-a key of ☃ 32 characters';
const settled = () => new Promise((resolve) => setTimeout(resolve, 30));

/** The rules of the {@link KeyRing} and {@link KeySealer} ports. */
export function runKeyRingCases({ name, make, skip = [] }: KeyRingCases): void {
  describe(`${name} as a key ring`, () => {
    const { rule, end } = rulesOf(skip);
    let it: KeyRingUnderTest;
    let binding: KeyBinding;
    const sealed = () => it.sealer.seal(new Secret(KEY), binding);
    const failure = (opening: Promise<Secret>) =>
      opening.then(
        () => null,
        (error: unknown) => error,
      );

    beforeEach(async () => {
      it = await make();
      binding = { account: anAccountId(), gateway: gatewayId('g'), provider: 'openai' };
    });

    rule('a sealed secret opens to what it was, in any process', async () => {
      const one = await sealed();
      expect((await it.ring.open(one, binding)).reveal()).toBe(KEY);
      expect((await it.freshRing().open(JSON.parse(JSON.stringify(one)), binding)).reveal()).toBe(KEY);
    });

    rule(
      'a sealed secret shows nothing of the secret, and the same secret is never sealed alike',
      async () => {
        const [one, two] = [await sealed(), await sealed()];
        const shown = JSON.stringify(one) + Buffer.from(one.data, 'base64').toString('latin1');
        expect(shown).not.toContain('sk-proj');
        for (const part of ['wrapped', 'iv', 'data'] as const) expect(one[part]).not.toBe(two[part]);
      },
    );

    rule('an opened secret asks nobody again', async () => {
      const one = await sealed();
      await it.ring.open(one, binding);
      const calls = it.calls();
      for (let i = 0; i < 100; i++) await it.ring.open({ ...one }, { ...binding });
      expect(it.calls()).toBe(calls);
    });

    rule('fifty who open one secret at once ask once', async () => {
      const one = await sealed();
      const calls = it.calls();
      const opened = await Promise.all(Array.from({ length: 50 }, () => it.ring.open(one, binding)));
      expect(new Set(opened.map((secret) => secret.reveal()))).toEqual(new Set([KEY]));
      expect(it.calls()).toBe(calls + 1);
    });

    rule('a secret of another account, gateway or provider does not open, known or not', async () => {
      const one = await sealed();
      await it.ring.open(one, binding);
      for (const moved of [
        { ...binding, account: anAccountId() },
        { ...binding, gateway: gatewayId('h') },
        { ...binding, provider: 'anthropic' },
      ]) {
        for (const ring of [it.ring, it.freshRing()]) {
          const error = await failure(ring.open(one, moved));
          expect(error).toBeInstanceOf(Error);
          expect(error).not.toBeInstanceOf(StoreUnavailable);
          expect(String(error)).not.toContain('sk-proj');
        }
      }
      // The first is still itself.
      expect((await it.ring.open(one, binding)).reveal()).toBe(KEY);
    });

    rule('a damaged secret does not open, whichever part was changed', async () => {
      const one = await sealed();
      const changed = (text: string) => {
        const bytes = Buffer.from(text, 'base64');
        bytes[0] = (bytes[0] ?? 0) ^ 1;
        return bytes.toString('base64');
      };
      const damaged: SealedSecret[] = [
        { ...one, data: changed(one.data) },
        { ...one, iv: changed(one.iv) },
        { ...one, wrapped: changed(one.wrapped) },
        { ...one, wrapped: (await sealed()).wrapped },
        { ...one, data: '' },
        { ...one, iv: '' },
        { ...one, data: one.data.slice(0, 8) },
      ];
      for (const ring of [it.ring, it.freshRing()]) {
        for (const bad of damaged) {
          const error = await failure(ring.open(bad, binding));
          expect(error).toBeInstanceOf(Error);
          expect(error).not.toBeInstanceOf(StoreUnavailable);
        }
      }
    });

    rule('while the master key is down what was opened serves, and the rest is unavailable', async () => {
      const one = await sealed();
      await it.ring.open(one, binding);
      it.setDown(true);
      expect((await it.ring.open(one, binding)).reveal()).toBe(KEY);
      await expect(it.freshRing().open(one, binding)).rejects.toThrow(StoreUnavailable);
      await expect(sealed()).rejects.toThrow(StoreUnavailable);
    });

    rule('a secret that could not be opened is tried again', async () => {
      const one = await sealed();
      it.setDown(true);
      await expect(it.ring.open(one, binding)).rejects.toThrow(StoreUnavailable);
      it.setDown(false);
      expect((await it.ring.open(one, binding)).reveal()).toBe(KEY);
    });

    rule('an opened secret cannot be printed', async () => {
      const secret = await it.ring.open(await sealed(), binding);
      expect(`${secret} ${JSON.stringify({ secret })}`).not.toContain('sk-proj');
    });

    const named = async (name = 'my-key') => (await it.ring.named(binding.account, name))?.reveal() ?? null;

    rule('the operator’s own secret is found by account and name', async () => {
      it.putNamed(binding.account, 'my-key', 'sk-1');
      expect(await named()).toBe('sk-1');
      expect(await it.ring.named(anAccountId(), 'my-key')).toBeNull();
      expect(await named('other')).toBeNull();
    });

    rule('a name that leads out of the account’s names finds nothing', async () => {
      const other = anAccountId();
      it.putNamed(other, 'my-key', 'sk-1');
      for (const name of [`../${other}/my-key`, `${other}/my-key`, '', 'a'.repeat(129), 'my key'])
        expect(await named(name)).toBeNull();
    });

    rule(
      'the line end of the file that an operator wrote is no part of the key, and an empty one is none',
      async () => {
        it.putNamed(binding.account, 'my-key', 'sk-1\n');
        it.putNamed(binding.account, 'empty', '\n');
        expect(await named()).toBe('sk-1');
        expect(await named('empty')).toBeNull();
      },
    );

    rule('a rotation of the operator’s own secret is live within 5 s, without a wait', async () => {
      it.putNamed(binding.account, 'my-key', 'sk-1');
      await named();
      it.putNamed(binding.account, 'my-key', 'sk-2');
      it.clock.advance(2_001);
      expect(await named()).toBe('sk-1');
      await settled();
      expect(await named()).toBe('sk-2');
      it.putNamed(binding.account, 'my-key', 'sk-3');
      it.clock.advance(5_001);
      expect(await named()).toBe('sk-3');
    });

    rule('that there is none is forgotten within 5 s, and so is one that was removed', async () => {
      expect(await named()).toBeNull();
      it.putNamed(binding.account, 'my-key', 'sk-1');
      it.clock.advance(5_001);
      expect(await named()).toBe('sk-1');
      it.putNamed(binding.account, 'my-key', null);
      it.clock.advance(5_001);
      expect(await named()).toBeNull();
    });

    rule(
      'while the operator’s secrets cannot be read one that was known serves for ten minutes',
      async () => {
        it.putNamed(binding.account, 'my-key', 'sk-1');
        await named();
        it.setDown(true);
        it.clock.advance(600_000);
        expect(await named()).toBe('sk-1');
        it.clock.advance(1_001);
        await expect(named()).rejects.toThrow(StoreUnavailable);
      },
    );

    rule('that a secret could not be read is never taken for its absence', async () => {
      expect(await named()).toBeNull();
      it.setDown(true);
      it.clock.advance(5_001);
      await expect(named()).rejects.toThrow(StoreUnavailable);
      await expect(named('other')).rejects.toThrow(StoreUnavailable);
    });

    end();
  });
}
