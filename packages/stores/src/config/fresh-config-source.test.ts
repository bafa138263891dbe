import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  type AccountId,
  type ConfigQuery,
  type ConfigSource,
  DEFAULT_SETTINGS,
  type GatewaySnapshot,
  type LoadedConfig,
  StoreUnavailable,
  type TokenRecord,
} from '@weir/core';
import {
  aCustomProvider,
  anAccountId,
  aTokenHash,
  aTokenRecord,
  gatewayId,
  ManualClock,
} from '@weir/testkit/stores';
import { MemoryAccountStore } from '../control/memory-account-store.ts';
import { MemoryConfig } from '../control/memory-config.ts';
import { MemoryGatewayStore } from '../control/memory-gateway-store.ts';
import { MemoryTokenStore } from '../control/memory-token-store.ts';
import { FreshConfigSource } from './fresh-config-source.ts';
import { MemoryConfigSource } from './memory-config-source.ts';

/** The store as seen over a slow line: writes down each question and can hold back the answers. */
class WatchedSource implements ConfigSource {
  readonly questions: ConfigQuery[] = [];
  readonly #source: ConfigSource;
  #gate: Promise<void> = Promise.resolve();

  constructor(source: ConfigSource) {
    this.#source = source;
  }

  /** Answers of questions asked from now on wait until the returned function is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return resolve;
  }

  release(): void {
    this.#gate = Promise.resolve();
  }

  async load(query: ConfigQuery): Promise<LoadedConfig> {
    this.questions.push(query);
    const gate = this.#gate;
    const answer = this.#source.load(query);
    // The read happened; only its answer is late. Settling it here keeps a held failure from being unhandled.
    await Promise.allSettled([answer, gate]);
    return answer;
  }

  createDefaultGateway(account: AccountId): Promise<GatewaySnapshot> {
    return this.#source.createDefaultGateway(account);
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('remembered configuration', () => {
  let clock: ManualClock;
  let store: MemoryConfigSource;
  let watched: WatchedSource;
  let source: FreshConfigSource;
  let accounts: MemoryAccountStore;
  let gateways: MemoryGatewayStore;
  let tokens: MemoryTokenStore;
  let gateway: GatewaySnapshot;
  let record: TokenRecord;
  let query: ConfigQuery;

  beforeEach(async () => {
    clock = new ManualClock();
    const config = new MemoryConfig();
    store = new MemoryConfigSource(config, clock);
    watched = new WatchedSource(store);
    source = new FreshConfigSource(watched, clock);
    accounts = new MemoryAccountStore(config);
    gateways = new MemoryGatewayStore(config, clock);
    tokens = new MemoryTokenStore(config);
    const account = anAccountId();
    const id = gatewayId('search');
    const created = await gateways.create(account, id, DEFAULT_SETTINGS);
    if (created === 'exists') throw new Error('the gateway should be new');
    gateway = created;
    record = aTokenRecord(account);
    await tokens.create(record);
    query = { gateway: { account, id }, token: record.token.hash };
  });

  it('is asked for once while it is fresh', async () => {
    await source.load(query);
    clock.advance(2_000);
    expect(await source.load(query)).toEqual({ gateway, token: record.token, account: null, stale: null });
    expect(watched.questions).toHaveLength(1);
  });

  it('is refreshed beside the request after two seconds, once for all requests', async () => {
    await source.load(query);
    const next = await gateways.update(gateway, { ...DEFAULT_SETTINGS, cache_ttl: 60 });
    clock.advance(3_000);
    const release = watched.hold();
    const during = await Promise.all(Array.from({ length: 20 }, () => source.load(query)));
    for (const { gateway: served } of during) expect(served).toEqual(gateway);
    expect(watched.questions).toHaveLength(2);
    release();
    await settled();
    expect((await source.load(query)).gateway).toEqual(next);
    expect(watched.questions).toHaveLength(2);
  });

  it('is never served when older than five seconds', async () => {
    await source.load(query);
    const next = await gateways.update(gateway, { ...DEFAULT_SETTINGS, cache_ttl: 60 });
    clock.advance(5_001);
    expect((await source.load(query)).gateway).toEqual(next);
  });

  it('a revoked token and a deleted gateway stop within five seconds, however busy the process is', async () => {
    await source.load(query);
    await tokens.delete(record);
    await gateways.delete(gateway.account, gateway.id);
    const revoked = clock.now();
    let last = revoked;
    for (let i = 0; i < 60; i++) {
      clock.advance(100);
      const { gateway: served, token } = await source.load(query);
      await settled();
      if (served !== null || token !== null) last = clock.now();
    }
    expect(last - revoked).toBeLessThanOrEqual(5_000);
  });

  it('counts age from when the store was asked, not from when it answered', async () => {
    const release = watched.hold();
    const first = source.load(query);
    clock.advance(3_000);
    await tokens.delete(record);
    release();
    watched.release();
    expect((await first).token).toEqual(record.token);
    clock.advance(2_001);
    expect((await source.load(query)).token).toBeNull();
  });

  it('an answer that comes late does not replace a newer one', async () => {
    const releaseOld = watched.hold();
    const old = source.load(query);
    clock.advance(2_500);
    const next = await gateways.update(gateway, { ...DEFAULT_SETTINGS, cache_ttl: 60 });
    watched.release();
    expect((await source.load(query)).gateway).toEqual(next);
    releaseOld();
    await old;
    expect((await source.load(query)).gateway).toEqual(next);
  });

  it('one question serves a hundred concurrent requests', async () => {
    const release = watched.hold();
    const loads = Array.from({ length: 100 }, () => source.load(query));
    release();
    for (const loaded of await Promise.all(loads)) expect(loaded.gateway).toEqual(gateway);
    expect(watched.questions).toHaveLength(1);
  });

  it('a question that froze with the process is not joined when the process thaws', async () => {
    await source.load(query);
    clock.advance(3_000);
    const release = watched.hold();
    await source.load(query);
    clock.advance(900_000);
    watched.release();
    await tokens.delete(record);
    expect((await source.load(query)).token).toBeNull();
    release();
    await settled();
    expect((await source.load(query)).token).toBeNull();
  });

  it('a question that fails because the process was frozen does not make the store count as down', async () => {
    await source.load(query);
    clock.advance(3_000);
    const release = watched.hold();
    store.isDown = true;
    await source.load(query);
    store.isDown = false;
    watched.release();
    clock.advance(30_000);
    release();
    await settled();
    await tokens.delete(record);
    expect(await source.load(query)).toEqual({ gateway, token: null, account: null, stale: null });
  });

  it('asks only for what is not fresh', async () => {
    await source.load({ ...query, token: null });
    await source.load(query);
    expect(watched.questions[1]).toEqual({ gateway: null, token: query.token });
  });

  it('an absent item is asked for every time and fills no memory', async () => {
    const unknown: ConfigQuery = { gateway: query.gateway, token: aTokenHash() };
    await source.load(unknown);
    await source.load(unknown);
    expect(watched.questions.map(({ token }) => token)).toEqual([unknown.token, unknown.token]);
  });

  it('forgets what was not used for longest when it is full', async () => {
    const small = new FreshConfigSource(watched, clock, 2);
    const records = [record, aTokenRecord(gateway.account), aTokenRecord(gateway.account)];
    for (const other of records.slice(1)) await tokens.create(other);
    const ask = (which: number) =>
      small.load({ gateway: null, token: records[which]?.token.hash ?? aTokenHash() });
    await ask(0);
    await ask(1);
    await ask(0);
    await ask(2);
    expect(watched.questions).toHaveLength(3);
    await ask(0);
    expect(watched.questions).toHaveLength(3);
    await ask(1);
    expect(watched.questions).toHaveLength(4);
  });

  it('a clock that is set back makes nothing fresh for ever', async () => {
    await source.load(query);
    await tokens.delete(record);
    clock.advance(-3_600_000);
    expect((await source.load(query)).token).toBeNull();
  });

  it('an account without an item costs no question beyond those of its gateway', async () => {
    for (let i = 0; i < 10; i++) expect((await source.load(query)).account).toBeNull();
    expect(watched.questions).toHaveLength(1);
  });

  it('an account is as fresh as its gateway: at once while it is, within five seconds of a change', async () => {
    await accounts.create({ id: gateway.account, name: 'us', createdAt: gateway.createdAt });
    const first = (await source.load(query)).account;
    if (!first) throw new Error('there should be an account');
    const second = await accounts.update(first, { customProviders: [aCustomProvider()] });
    clock.advance(2_000);
    expect((await source.load(query)).account).toEqual(first);
    expect(watched.questions).toHaveLength(1);
    clock.advance(3_001);
    expect((await source.load(query)).account).toEqual(second);
  });

  it('an account is loaded from memory beside a token that is asked for', async () => {
    await accounts.create({ id: gateway.account, name: 'us', createdAt: gateway.createdAt });
    await source.load({ ...query, token: null });
    expect((await source.load(query)).account).toEqual(await accounts.snapshot(gateway.account));
  });

  describe('while the store is down', () => {
    it('the account serves as long as its gateway', async () => {
      await accounts.create({ id: gateway.account, name: 'us', createdAt: gateway.createdAt });
      clock.advance(10_000);
      store.isDown = false;
      const { account } = await source.load(query);
      expect(account).not.toBeNull();
      store.isDown = true;
      clock.advance(599_000);
      expect(await source.load({ ...query, token: null })).toEqual({
        gateway,
        token: null,
        account,
        stale: 599_000,
      });
    });

    beforeEach(async () => {
      await source.load(query);
      store.isDown = true;
    });

    it('goes on within five seconds as if nothing had happened', async () => {
      clock.advance(5_000);
      expect(await source.load(query)).toEqual({ gateway, token: record.token, account: null, stale: null });
    });

    it('serves both with their age for a minute', async () => {
      clock.advance(60_000);
      expect(await source.load(query)).toEqual({
        gateway,
        token: record.token,
        account: null,
        stale: 60_000,
      });
    });

    it('refuses a token older than a minute, although the gateway is still known', async () => {
      clock.advance(60_001);
      await expect(source.load(query)).rejects.toThrow(StoreUnavailable);
    });

    it('serves a gateway alone for ten minutes', async () => {
      clock.advance(600_000);
      expect((await source.load({ ...query, token: null })).stale).toBe(600_000);
      clock.advance(1);
      await expect(source.load({ ...query, token: null })).rejects.toThrow(StoreUnavailable);
    });

    it('cannot answer for what it does not know', async () => {
      await expect(source.load({ gateway: null, token: aTokenHash() })).rejects.toThrow(StoreUnavailable);
    });

    it('does not make every request wait for the store: one in a second tries it', async () => {
      clock.advance(10_000);
      await source.load(query);
      const asked = watched.questions.length;
      for (let i = 0; i < 9; i++) {
        clock.advance(100);
        await source.load(query);
      }
      expect(watched.questions).toHaveLength(asked);
      clock.advance(100);
      await source.load(query);
      expect(watched.questions).toHaveLength(asked + 1);
    });

    it('notices within a second that the store is back', async () => {
      clock.advance(10_000);
      await source.load(query);
      await tokens.delete(record);
      store.isDown = false;
      clock.advance(1_000);
      expect(await source.load(query)).toEqual({ gateway, token: null, account: null, stale: null });
    });

    it('counts as up again with its first answer, whatever was asked', async () => {
      clock.advance(10_000);
      await source.load(query);
      await tokens.delete(record);
      store.isDown = false;
      await source.load({ gateway: null, token: aTokenHash() });
      clock.advance(500);
      expect((await source.load(query)).token).toBeNull();
    });

    it('does not bring back what the store said was gone', async () => {
      store.isDown = false;
      await tokens.delete(record);
      clock.advance(5_001);
      expect((await source.load(query)).token).toBeNull();
      store.isDown = true;
      await expect(source.load(query)).rejects.toThrow(StoreUnavailable);
    });

    it('a refresh that fails harms nobody', async () => {
      const unhandled: unknown[] = [];
      const note = (reason: unknown) => unhandled.push(reason);
      process.on('unhandledRejection', note);
      clock.advance(3_000);
      await source.load(query);
      await settled();
      await settled();
      process.off('unhandledRejection', note);
      expect(unhandled).toEqual([]);
    });
  });
});
