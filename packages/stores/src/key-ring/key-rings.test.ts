import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type KeyBinding, type SealedSecret, Secret, StoreUnavailable } from '@weir/core';
import {
  anAccountId,
  gatewayId,
  type KmsEngine,
  LOCAL,
  ManualClock,
  runKeyRingCases,
  startKmsEngine,
} from '@weir/testkit/stores';
import { DamagedItem } from '../table/damaged-item.ts';
import { createKeyRing } from './create-key-ring.ts';
import { createKeySealer, sealWith } from './create-key-sealer.ts';
import { MemoryKeyRing, MemoryMasterKey } from './memory-key-ring.ts';
import { OpenedSecrets } from './opened-secrets.ts';

runKeyRingCases({
  name: 'MemoryKeyRing',
  make: async () => {
    const clock = new ManualClock();
    const ring = new MemoryKeyRing(clock);
    return {
      sealer: ring,
      ring,
      freshRing: () => {
        ring.forget();
        return ring;
      },
      clock,
      calls: () => ring.calls,
      setDown: (isDown) => {
        ring.isDown = isDown;
      },
      putNamed: (account, name, text) => {
        if (text === null) ring.secrets.delete(`weir/${account}/${name}`);
        else ring.secrets.set(`weir/${account}/${name}`, text);
      },
    };
  },
});

let kms: KmsEngine;
beforeAll(async () => {
  kms = await startKmsEngine();
});
beforeEach(() => {
  kms.isDown = false;
});
afterAll(() => kms[Symbol.asyncDispose]());

/** The halves of a deployment on the engine's socket. */
function onKms() {
  const clock = new ManualClock();
  const state = { isDown: false, texts: new Map<string, string>() };
  const client = { endpoint: kms.endpoint, ...LOCAL, patience: { connect: 500, answer: 500, attempts: 2 } };
  const loadSecrets = async () => ({
    find: async (id: string) => {
      if (state.isDown) throw new StoreUnavailable('no secrets today');
      return state.texts.get(id) ?? null;
    },
  });
  const freshRing = () => createKeyRing({ loadSecrets, clock, client });
  return { state, clock, client, freshRing, sealer: createKeySealer(kms.key, client) };
}

runKeyRingCases({
  name: 'the key ring over KMS',
  make: async () => {
    const { state, clock, freshRing, sealer } = onKms();
    return {
      sealer,
      ring: freshRing(),
      freshRing,
      clock,
      calls: () => kms.calls.length,
      setDown: (isDown) => {
        kms.isDown = isDown;
        state.isDown = isDown;
      },
      putNamed: (account, name, text) => {
        if (text === null) state.texts.delete(`weir/${account}/${name}`);
        else state.texts.set(`weir/${account}/${name}`, text);
      },
    };
  },
});

describe('KMS', () => {
  let binding: KeyBinding;
  beforeEach(() => {
    binding = { account: anAccountId(), gateway: gatewayId('g'), provider: 'openai' };
    kms.calls.length = 0;
  });

  it('is told what a data key is for, and sees neither secret nor ciphertext', async () => {
    const { sealer, freshRing } = onKms();
    const sealed = await sealer.seal(new Secret('sk-1'), binding);
    await freshRing().open(sealed, binding);
    expect(kms.calls).toEqual([
      { operation: 'GenerateDataKey', context: binding },
      { operation: 'Decrypt', context: binding },
    ]);
  });

  it.each([
    [400, 'ThrottlingException'],
    [500, 'KMSInternalException'],
    [503, 'KeyUnavailableException'],
  ])('that answers %d %s is asked once more: it may pass', async (status, type) => {
    const { sealer, freshRing } = onKms();
    const sealed = await sealer.seal(new Secret('sk-1'), binding);
    kms.refusals.push({ status, type });
    expect((await freshRing().open(sealed, binding)).reveal()).toBe('sk-1');
    expect(kms.calls).toHaveLength(3);
    kms.refusals.push({ status, type }, { status, type });
    await expect(freshRing().open(sealed, binding)).rejects.toThrow(StoreUnavailable);
    expect(kms.calls).toHaveLength(5);
  });

  it.each(['AccessDeniedException', 'DisabledException', 'KMSInvalidStateException', 'NotFoundException'])(
    'that refuses with %s cannot be asked: that is no word about the key',
    async (type) => {
      const { sealer, freshRing } = onKms();
      const sealed = await sealer.seal(new Secret('sk-1'), binding);
      kms.refusals.push({ status: 400, type });
      await expect(freshRing().open(sealed, binding)).rejects.toThrow(StoreUnavailable);
      expect(kms.calls).toHaveLength(2);
    },
  );
});

describe('opened secrets', () => {
  it('are as many as there is room for: the one that was not used for longest goes first', async () => {
    const masterKey = new MemoryMasterKey();
    const sealer = sealWith(masterKey);
    const opened = new OpenedSecrets(masterKey, new ManualClock(), 2);
    const binding = { account: anAccountId(), gateway: gatewayId('g'), provider: 'openai' };
    const seal = (text: string) => sealer.seal(new Secret(text), binding);
    const [a, b, c] = [await seal('a'), await seal('b'), await seal('c')];
    const callsFor = async (sealed: SealedSecret) => {
      const before = masterKey.calls;
      await opened.open(sealed, binding);
      return masterKey.calls - before;
    };
    for (const sealed of [a, b, a, c]) await callsFor(sealed);
    expect([await callsFor(a), await callsFor(c), await callsFor(b)]).toEqual([0, 0, 1]);
  });

  it('do not wait for an opening that froze with the process', async () => {
    const masterKey = new MemoryMasterKey();
    const clock = new ManualClock();
    const binding = { account: anAccountId(), gateway: gatewayId('g'), provider: 'openai' };
    const sealed = await sealWith(masterKey).seal(new Secret('sk-1'), binding);
    const frozen = Promise.withResolvers<Buffer | null>();
    const answers = [frozen.promise, masterKey.open(sealed.wrapped, binding)];
    const opened = new OpenedSecrets({ open: () => answers.shift() ?? Promise.resolve(null) }, clock);
    const first = opened.open(sealed, binding);
    clock.advance(60_000);
    expect((await opened.open(sealed, binding)).reveal()).toBe('sk-1');
    frozen.resolve(await masterKey.open(sealed.wrapped, binding));
    expect((await first).reveal()).toBe('sk-1');
  });

  it('name the place of what does not open, and nothing else', async () => {
    const clock = new ManualClock();
    const ring = new MemoryKeyRing(clock);
    const binding = { account: anAccountId(), gateway: gatewayId('g'), provider: 'openai' };
    const sealed = await ring.seal(new Secret('sk-1'), binding);
    const failure: unknown = await ring
      .open(sealed, { ...binding, gateway: gatewayId('h') })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DamagedItem);
    expect(String(failure)).toContain(`openai of ${binding.account}/h`);
    expect(String(failure)).not.toContain(sealed.data.slice(0, 8));
  });
});
