import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { hashToken, mintToken, permits, Secret } from '@weir/core';
import { MemoryAccountStore, MemoryConfig, MemoryTokenStore } from '@weir/stores/memory';
import { anAccountId, ManualClock } from '@weir/testkit/stores';
import { createFirstAccount, type FirstAccountPorts, type FirstTokenVault } from './create-first-account.ts';

/** A vault as Secrets Manager is one: the first write of an attempt counts. */
class MemoryVault implements FirstTokenVault {
  content: string | null = '{}';
  readonly attempts = new Set<string>();

  async read() {
    return this.content;
  }

  async write(value: Secret, attempt: string) {
    if (this.attempts.has(attempt)) return 'written-before' as const;
    this.attempts.add(attempt);
    this.content = value.reveal();
    return 'written' as const;
  }
}

let vault: MemoryVault;
let config: MemoryConfig;
let ports: FirstAccountPorts;
beforeEach(() => {
  vault = new MemoryVault();
  config = new MemoryConfig();
  ports = {
    accounts: new MemoryAccountStore(config),
    tokens: new MemoryTokenStore(config),
    vault,
    clock: new ManualClock(),
    ids: { random: (size) => randomBytes(size) },
  };
});

const handedOver = () => JSON.parse(vault.content ?? '') as { account_id: string; api_token: string };

describe('the first account', () => {
  it('is made with a token that may do everything and lies in the vault', async () => {
    const account = await createFirstAccount(ports, 'one');
    expect(account).toMatch(/^[0-9a-f]{32}$/);
    expect([...config.accounts.keys()]).toEqual([account]);
    expect(handedOver().account_id).toBe(account);
    const record = await ports.tokens.findByHash(hashToken(new Secret(handedOver().api_token)));
    expect(record?.token).toMatchObject({ account, enabled: true, expiresOn: null });
    expect(record && permits(record.token, 'tokens:write', null)).toBe(true);
  });

  it.each([null, '', '{}', 'random characters', '{"account_id":"x","api_token":"y"}'])(
    'is made when the vault holds %j',
    async (content) => {
      vault.content = content;
      const account = await createFirstAccount(ports, 'one');
      expect(handedOver().account_id).toBe(account);
    },
  );

  it('is made once, however often it is asked for', async () => {
    const account = await createFirstAccount(ports, 'one');
    const before = vault.content;
    expect(await createFirstAccount(ports, 'two')).toBe(account);
    expect(vault.content).toBe(before);
    expect([config.accounts.size, config.tokens.size]).toEqual([1, 1]);
  });

  it('is made once by two runs of one deployment at the same time', async () => {
    const both = await Promise.all([createFirstAccount(ports, 'one'), createFirstAccount(ports, 'one')]);
    expect(new Set(both).size).toBe(1);
    expect([config.accounts.size, config.tokens.size]).toEqual([1, 1]);
  });

  it.each(['write of the vault', 'token', 'account'])(
    'is completed by the next run when the first died before the %s',
    async (step) => {
      const die = () => Promise.reject(new Error('died'));
      const [object, method] =
        step === 'token'
          ? ([ports.tokens, 'create'] as const)
          : step === 'account'
            ? ([ports.accounts, 'create'] as const)
            : ([ports.vault, 'write'] as const);
      Object.assign(object, { [method]: die });
      await expect(createFirstAccount(ports, 'one')).rejects.toThrow('died');
      Reflect.deleteProperty(object, method);
      const account = await createFirstAccount(ports, 'one');
      expect(handedOver().account_id).toBe(account);
      expect([config.accounts.size, config.tokens.size]).toEqual([1, 1]);
      expect(await ports.tokens.findByHash(hashToken(new Secret(handedOver().api_token)))).not.toBeNull();
    },
  );

  it('leaves a first token that somebody deleted deleted', async () => {
    await createFirstAccount(ports, 'one');
    config.tokens.clear();
    await createFirstAccount(ports, 'two');
    expect(config.tokens.size).toBe(0);
  });

  it('takes over what the vault of an earlier deployment holds', async () => {
    const account = anAccountId();
    vault.content = JSON.stringify({ account_id: account, api_token: mintToken(randomBytes(64)) });
    expect(await createFirstAccount(ports, 'one')).toBe(account);
    expect(config.tokens.size).toBe(1);
  });
});
