import { beforeEach, describe, expect } from '@jest/globals';
import {
  type AccountId,
  DEFAULT_SETTINGS,
  type GatewaySettings,
  type GatewaySnapshot,
  type GatewayStore,
} from '@weir/core';
import { rulesOf, type Skip } from './cases.ts';
import { aGatewayRoute, anAccountId, aStoredKey, gatewayId } from './examples.ts';
import type { ManualClock } from './manual-clock.ts';

export interface GatewayStoreCases {
  readonly name: string;
  /** A store and the clock that it reads. Called before each rule; contents may stay from rule to rule. */
  readonly make: () => Promise<{ readonly store: GatewayStore; readonly clock: ManualClock }>;
  readonly skip?: readonly Skip[];
}

/** Settings that differ from the defaults wherever a store could lose a value. */
const SETTINGS: GatewaySettings = {
  ...DEFAULT_SETTINGS,
  cache_ttl: 3_600,
  cache_coalesce: true,
  circuit_breaker: { failure_rate: 30, minimum_calls: 7, cool_down: 9 },
  collect_logs: false,
  rate_limiting_technique: 'sliding',
  rate_limiting_fail_closed: true,
  rate_limits: [
    { limit: 10, interval: 60, technique: 'sliding', by: { metadata: 'é☃' } },
    { limit: 0, interval: 0 },
  ],
  dlp: { enabled: true, policies: [{ id: 'é☃', check: ['REQUEST'], profiles: [] }] },
  guardrails: { prompt: { S1: 'BLOCK' }, response: {} },
  otel: [{ url: 'https://collector.example/v1', headers: {} }],
  log_management_strategy: null,
  retry_backoff: 'exponential',
  retry_max_attempts: 5,
};

/** The rules of the {@link GatewayStore} port. */
export function runGatewayStoreCases({ name, make, skip = [] }: GatewayStoreCases): void {
  describe(`${name} as a gateway store`, () => {
    const { rule, end } = rulesOf(skip);
    let store: GatewayStore;
    let clock: ManualClock;
    let account: AccountId;
    const id = gatewayId('search');

    const created = async (settings = SETTINGS): Promise<GatewaySnapshot> => {
      const gateway = await store.create(account, id, settings);
      if (gateway === 'exists') throw new Error('the gateway should be new');
      return gateway;
    };

    beforeEach(async () => {
      ({ store, clock } = await make());
      account = anAccountId();
    });

    rule('gives back a gateway exactly as it was created', async () => {
      const gateway = await created();
      expect(gateway).toMatchObject({ account, id, version: 1, settings: SETTINGS });
      expect(gateway.createdAt).toBe(new Date(clock.now()).toISOString());
      expect(await store.get(account, id)).toEqual(gateway);
    });

    rule('says that there is none, for an unknown id and for the same id in another account', async () => {
      await created();
      expect(await store.get(account, gatewayId('other'))).toBeNull();
      expect(await store.get(anAccountId(), id)).toBeNull();
    });

    rule('refuses a second gateway of the same id and keeps the first', async () => {
      const first = await created();
      expect(await store.create(account, id, DEFAULT_SETTINGS)).toBe('exists');
      expect(await store.get(account, id)).toEqual(first);
    });

    rule('creates one gateway when fifty callers create it at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => store.create(account, id, DEFAULT_SETTINGS)),
      );
      const winners = answers.filter((answer) => answer !== 'exists');
      expect(winners).toHaveLength(1);
      expect(await store.get(account, id)).toEqual(winners[0]);
    });

    rule('an update grows the version by one and keeps identity and creation time', async () => {
      const first = await created();
      clock.advance(60_000);
      const second = await store.update(first, { ...SETTINGS, cache_ttl: 60 });
      expect(second).toEqual({
        ...first,
        version: 2,
        modifiedAt: new Date(clock.now()).toISOString(),
        settings: { ...SETTINGS, cache_ttl: 60 },
      });
      expect(await store.get(account, id)).toEqual(second);
    });

    rule('an update forgets the cache when it is told to, and only then', async () => {
      const first = await created();
      const second = await store.update(first, SETTINGS);
      if (second === 'changed') throw new Error('nobody else changed it');
      const third = await store.update(second, SETTINGS, { forgetsCache: true });
      expect([first.cacheEpoch, second.cacheEpoch]).toEqual([0, 0]);
      expect(third).toMatchObject({ cacheEpoch: 1, version: 3 });
      expect(await store.get(account, id)).toEqual(third);
    });

    rule('keys are kept as they were given, and stay until an update replaces them', async () => {
      const first = await created();
      const keys = [
        aStoredKey(),
        aStoredKey({ secret: { kind: 'named', secretId: 'a-b' }, place: {}, rateLimit: null }),
      ];
      const second = await store.update(first, SETTINGS, { keys });
      expect(first.keys).toEqual([]);
      expect(second).toEqual({ ...first, version: 2, modifiedAt: expect.any(String), keys });
      expect(await store.get(account, id)).toEqual(second);
      if (second === 'changed') throw new Error('nobody else changed it');
      const third = await store.update(second, { ...SETTINGS, zdr: true });
      expect(third).toMatchObject({ keys, settings: { zdr: true } });
      if (third === 'changed') throw new Error('nobody else changed it');
      await store.update(third, third.settings, { keys: [] });
      expect((await store.get(account, id))?.keys).toEqual([]);
    });

    rule('routes are kept as they were given, and stay until an update replaces them', async () => {
      const first = await created();
      const routes = [aGatewayRoute(), aGatewayRoute({ name: 'other' })];
      const second = await store.update(first, SETTINGS, { routes });
      expect(first.routes).toEqual([]);
      expect(second).toEqual({ ...first, version: 2, modifiedAt: expect.any(String), routes });
      expect(await store.get(account, id)).toEqual(second);
      if (second === 'changed') throw new Error('nobody else changed it');
      const third = await store.update(second, SETTINGS, { keys: [aStoredKey()] });
      expect(third).toMatchObject({ routes });
      if (third === 'changed') throw new Error('nobody else changed it');
      await store.update(third, SETTINGS, { routes: [] });
      expect(await store.get(account, id)).toMatchObject({ routes: [], keys: [{ alias: 'team-a' }] });
    });

    rule('a gateway that is created again has no routes of the one before', async () => {
      const first = await created();
      await store.update(first, SETTINGS, { routes: [aGatewayRoute()] });
      await store.delete(account, id);
      expect((await created()).routes).toEqual([]);
    });

    rule('of a change of keys and a change of settings from one version exactly one wins', async () => {
      const first = await created();
      const answers = await Promise.all([
        store.update(first, { ...SETTINGS, zdr: true }),
        store.update(first, first.settings, { keys: [aStoredKey()] }),
      ]);
      const winners = answers.filter((answer) => answer !== 'changed');
      expect(winners).toHaveLength(1);
      expect(await store.get(account, id)).toEqual(winners[0]);
    });

    rule('a gateway that is created again has no keys of the one before', async () => {
      const first = await created();
      await store.update(first, SETTINGS, { keys: [aStoredKey()] });
      await store.delete(account, id);
      expect((await created()).keys).toEqual([]);
    });

    rule('an update from an old version changes nothing', async () => {
      const first = await created();
      const second = await store.update(first, { ...SETTINGS, cache_ttl: 60 });
      expect(await store.update(first, { ...SETTINGS, cache_ttl: 120 })).toBe('changed');
      expect(await store.get(account, id)).toEqual(second);
    });

    rule('of ten concurrent updates from one version exactly one wins', async () => {
      const first = await created();
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) => store.update(first, { ...SETTINGS, cache_ttl: 100 + i })),
      );
      const winners = answers.filter((answer) => answer !== 'changed');
      expect(winners).toHaveLength(1);
      expect(await store.get(account, id)).toEqual(winners[0]);
    });

    rule('an update of a deleted gateway does not bring it back', async () => {
      const first = await created();
      await store.delete(account, id);
      expect(await store.update(first, DEFAULT_SETTINGS)).toBe('changed');
      expect(await store.get(account, id)).toBeNull();
    });

    rule('a gateway created again is another one: updates of the first do not reach it', async () => {
      const first = await created();
      await store.delete(account, id);
      const second = await created();
      expect(second.internalId).not.toBe(first.internalId);
      expect(await store.update(first, DEFAULT_SETTINGS)).toBe('changed');
      expect(await store.get(account, id)).toEqual(second);
    });

    rule('delete returns what it deleted, and null when there was nothing', async () => {
      const gateway = await created();
      expect(await store.delete(account, id)).toEqual(gateway);
      expect(await store.delete(account, id)).toBeNull();
      expect(await store.get(account, id)).toBeNull();
    });

    rule('lists the gateways of one account by id, more than fit one read', async () => {
      await Promise.all(
        Array.from({ length: 120 }, (_, i) =>
          store.create(account, gatewayId(`g-${String(i).padStart(3, '0')}`), SETTINGS),
        ),
      );
      await store.create(anAccountId(), id, SETTINGS);
      const ids = (await store.list(account)).map((gateway) => gateway.id);
      expect(ids).toHaveLength(120);
      expect(ids).toEqual([...ids].sort());
      expect(await store.list(anAccountId())).toEqual([]);
    });

    rule('lists the contents of now', async () => {
      const first = await created();
      const second = await store.update(first, DEFAULT_SETTINGS);
      expect(await store.list(account)).toEqual([second]);
      await store.delete(account, id);
      expect(await store.list(account)).toEqual([]);
    });

    end();
  });
}
