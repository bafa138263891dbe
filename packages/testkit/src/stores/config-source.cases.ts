import { beforeEach, describe, expect } from '@jest/globals';
import {
  type AccountId,
  type AccountStore,
  type ConfigSource,
  DEFAULT_GATEWAY,
  DEFAULT_SETTINGS,
  type GatewayStore,
  type TokenStore,
} from '@weir/core';
import { rulesOf, type Skip } from './cases.ts';
import { aCustomProvider, anAccountId, aTokenHash, aTokenRecord, gatewayId } from './examples.ts';

export interface ConfigSourceCases {
  readonly name: string;
  /** A source, and the control plane's stores on the same table. */
  readonly make: () => Promise<{
    readonly source: ConfigSource;
    readonly accounts: AccountStore;
    readonly gateways: GatewayStore;
    readonly tokens: TokenStore;
  }>;
  readonly skip?: readonly Skip[];
}

/** The rules of the {@link ConfigSource} port that hold for every source, whatever it remembers. */
export function runConfigSourceCases({ name, make, skip = [] }: ConfigSourceCases): void {
  describe(`${name} as a source of configuration`, () => {
    const { rule, end } = rulesOf(skip);
    let source: ConfigSource;
    let accounts: AccountStore;
    let gateways: GatewayStore;
    let tokens: TokenStore;
    let account: AccountId;
    const id = gatewayId('search');

    beforeEach(async () => {
      ({ source, accounts, gateways, tokens } = await make());
      account = anAccountId();
    });

    rule('loads a gateway and a token together', async () => {
      const gateway = await gateways.create(account, id, DEFAULT_SETTINGS);
      const { token } = aTokenRecord(account);
      await tokens.create(aTokenRecord(account, token));
      expect(await source.load({ gateway: { account, id }, token: token.hash })).toEqual({
        gateway,
        token,
        account: null,
        stale: null,
      });
    });

    rule('loads either alone', async () => {
      const gateway = await gateways.create(account, id, DEFAULT_SETTINGS);
      const { token } = aTokenRecord(account);
      await tokens.create(aTokenRecord(account, token));
      expect(await source.load({ gateway: { account, id }, token: null })).toEqual({
        gateway,
        token: null,
        account: null,
        stale: null,
      });
      expect(await source.load({ gateway: null, token: token.hash })).toEqual({
        gateway: null,
        token,
        account: null,
        stale: null,
      });
    });

    rule('says that there is none, and finds what is created a moment later', async () => {
      const { token } = aTokenRecord(account);
      const query = { gateway: { account, id }, token: token.hash };
      expect(await source.load(query)).toEqual({ gateway: null, token: null, account: null, stale: null });
      const gateway = await gateways.create(account, id, DEFAULT_SETTINGS);
      await tokens.create(aTokenRecord(account, token));
      expect(await source.load(query)).toEqual({ gateway, token, account: null, stale: null });
    });

    rule('finds one when the other does not exist', async () => {
      const gateway = await gateways.create(account, id, DEFAULT_SETTINGS);
      expect(await source.load({ gateway: { account, id }, token: aTokenHash() })).toEqual({
        gateway,
        token: null,
        account: null,
        stale: null,
      });
    });

    rule('loads the account of the gateway with it', async () => {
      await accounts.create({ id: account, name: 'us', createdAt: '2026-01-02T03:04:05.000Z' });
      await gateways.create(account, id, DEFAULT_SETTINGS);
      const first = { id: account, version: 0, customProviders: [], prices: [] };
      const query = { gateway: { account, id }, token: null };
      expect((await source.load(query)).account).toEqual(first);
    });

    rule('loads an account as it was changed, also where the gateway does not exist', async () => {
      await accounts.create({ id: account, name: 'us', createdAt: '2026-01-02T03:04:05.000Z' });
      const first = await accounts.snapshot(account);
      if (!first) throw new Error('there should be an account');
      const changed = await accounts.update(first, { customProviders: [aCustomProvider()] });
      const query = { gateway: { account, id }, token: null };
      expect(await source.load(query)).toEqual({
        gateway: null,
        token: null,
        account: changed,
        stale: null,
      });
    });

    rule('loads no account for a token alone', async () => {
      await accounts.create({ id: account, name: 'us', createdAt: '2026-01-02T03:04:05.000Z' });
      const { token } = aTokenRecord(account);
      await tokens.create(aTokenRecord(account, token));
      expect((await source.load({ gateway: null, token: token.hash })).account).toBeNull();
    });

    rule('knows the account with a default gateway that was just created', async () => {
      await accounts.create({ id: account, name: 'us', createdAt: '2026-01-02T03:04:05.000Z' });
      const query = { gateway: { account, id: DEFAULT_GATEWAY }, token: null };
      await source.load(query);
      const gateway = await source.createDefaultGateway(account);
      const loaded = await source.load(query);
      expect(loaded).toEqual({
        gateway,
        token: null,
        account: await accounts.snapshot(account),
        stale: null,
      });
    });

    rule('a secret that was rolled away is no token', async () => {
      const record = aTokenRecord(account);
      await tokens.create(record);
      await tokens.roll(record, aTokenHash());
      expect((await source.load({ gateway: null, token: record.token.hash })).token).toBeNull();
    });

    rule('creates the default gateway with the settings of the contract', async () => {
      const gateway = await source.createDefaultGateway(account);
      expect(gateway).toMatchObject({ account, id: DEFAULT_GATEWAY, version: 1, settings: DEFAULT_SETTINGS });
      expect(await gateways.get(account, DEFAULT_GATEWAY)).toEqual(gateway);
      expect((await source.load({ gateway: { account, id: DEFAULT_GATEWAY }, token: null })).gateway).toEqual(
        gateway,
      );
    });

    rule('fifty concurrent first requests create one default gateway and all see it', async () => {
      const seen = await Promise.all(Array.from({ length: 50 }, () => source.createDefaultGateway(account)));
      const stored = await gateways.get(account, DEFAULT_GATEWAY);
      expect(stored?.version).toBe(1);
      for (const gateway of seen) expect(gateway).toEqual(stored);
    });

    rule('leaves a default gateway that exists as it is', async () => {
      const settings = { ...DEFAULT_SETTINGS, cache_ttl: 60 };
      const gateway = await gateways.create(account, DEFAULT_GATEWAY, settings);
      expect(await source.createDefaultGateway(account)).toEqual(gateway);
    });

    end();
  });
}
