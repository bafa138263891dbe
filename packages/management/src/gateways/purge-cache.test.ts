import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  type CachedAnswer,
  type CacheKey,
  cacheName,
  customDescriptor,
  epochMs,
  type GatewayId,
  type GatewaySnapshot,
  namedCacheKey,
} from '@weir/core';
import { anAccountId } from '@weir/testkit/stores';
import { ManagementApi, PLAIN, textIn } from '../management-api-for-test.ts';

const PURGE = 'ai-gateway/gateways/main/cache/purge';
const KEY = 'ab'.repeat(32) as CacheKey;

let api: ManagementApi;
beforeEach(async () => {
  api = await ManagementApi.start();
  await api.call('POST', 'ai-gateway/gateways', { json: { id: 'main', ...PLAIN } });
});

async function gateway(): Promise<GatewaySnapshot> {
  const found = await api.ports.gateways.get(api.account, 'main' as GatewayId);
  if (!found) throw new Error('there should be a gateway');
  return found;
}

const put = (key: CacheKey, account = api.account) => {
  const answer: CachedAnswer = {
    status: 200,
    headers: [],
    body: Buffer.from('{}'),
    form: 'openai-chat',
    asStream: false,
    storedAt: api.clock.now(),
  };
  const times = { askedAt: api.clock.now(), expiresAt: epochMs(api.clock.now() + 60_000) };
  return api.cache.put(key, { account, gateway: 'main' as GatewayId }, answer, times);
};
/** What the account's first custom provider is called in the cache. */
async function nameNow(): Promise<string> {
  const [provider] = (await api.ports.accounts.snapshot(api.account))?.customProviders ?? [];
  return provider ? cacheName(customDescriptor(provider)) : '';
}
const isThere = async (key: CacheKey) => (await api.cache.get(key)).answer !== null;
const change = (json: object) => api.call('PUT', 'ai-gateway/gateways/main', { json });

describe('purging the cache of a gateway', () => {
  it('forgets everything without a body or with an empty one, and leaves the settings as they are', async () => {
    const before = await gateway();
    for (const options of [{}, { json: {} }])
      expect((await api.call('POST', PURGE, options)).json.result).toEqual({ purged: 'all' });
    const after = await gateway();
    expect([after.cacheEpoch, after.settings]).toEqual([before.cacheEpoch + 2, before.settings]);
  });

  it('forgets one entry by the key of its answer, and says whether there was one', async () => {
    await put(KEY);
    const calls = [
      await api.call('POST', PURGE, { json: { key: KEY } }),
      await api.call('POST', PURGE, { json: { key: KEY } }),
    ];
    expect(calls.map(({ json }) => json.result)).toEqual([
      { purged: 'key', key: KEY, found: true },
      { purged: 'key', key: KEY, found: false },
    ]);
    expect([await isThere(KEY), (await gateway()).cacheEpoch]).toEqual([false, 0]);
  });

  it('finds the entry of a caller’s own key, with its provider and model or for all of them', async () => {
    const { account, id, internalId, cacheEpoch } = await gateway();
    const scope = { account, gateway: id, internalId, epoch: cacheEpoch };
    const target = { provider: 'grok', model: 'g-1' };
    const [one, all] = [
      namedCacheKey(scope, { key: 'faq', target }),
      namedCacheKey(scope, { key: 'faq', target: null }),
    ];
    await Promise.all([put(one), put(all)]);
    // `xai` is another name of the same provider.
    const json = { cache_key: 'faq', provider: 'xai', model: 'g-1' };
    expect((await api.call('POST', PURGE, { json })).json.result).toMatchObject({ key: one, found: true });
    expect([await isThere(one), await isThere(all)]).toEqual([false, true]);
    const shared = await api.call('POST', PURGE, { json: { cache_key: 'faq' } });
    expect(shared.json.result).toMatchObject({ key: all, found: true });
  });

  it('finds the entry of a custom provider, as long as the provider has not changed since', async () => {
    const custom = { name: 'x', slug: 'x', base_url: 'https://models.example' };
    const { result } = (await api.call('POST', 'ai-gateway/custom-providers', { json: custom })).json;
    const { account, id, internalId, cacheEpoch } = await gateway();
    const scope = { account, gateway: id, internalId, epoch: cacheEpoch };
    const target = { provider: await nameNow(), model: 'm' };
    const key = namedCacheKey(scope, { key: 'faq', target });
    await put(key);
    const json = { cache_key: 'faq', provider: 'custom-x', model: 'm' };
    const change = { json: { name: 'y' } };
    await api.call('PATCH', `ai-gateway/custom-providers/${textIn(result, 'id')}`, change);
    expect((await api.call('POST', PURGE, { json })).json.result).toMatchObject({ found: false });
    api.clock.advance(1_000);
    await put(namedCacheKey(scope, { key: 'faq', target: { ...target, provider: await nameNow() } }));
    expect((await api.call('POST', PURGE, { json })).json.result).toMatchObject({ found: true });
  });

  it('reaches no entry of another account', async () => {
    await put(KEY, anAccountId());
    const { json } = await api.call('POST', PURGE, { json: { key: KEY } });
    expect([json.result, await isThere(KEY)]).toEqual([{ purged: 'key', key: KEY, found: false }, true]);
  });

  it.each([
    [{ key: 'short' }, 'key'],
    [{ key: KEY.toUpperCase() }, 'key'],
    [{ key: KEY, cache_key: 'faq' }, 'key'],
    [{ key: 7 }, 'key'],
    [{ cache_key: '' }, 'cache_key'],
    [{ cache_key: 'k'.repeat(1_025) }, 'cache_key'],
    [{ provider: 'openai' }, 'cache_key'],
    [{ cache_key: 'faq', model: 'm' }, 'provider'],
    [{ cache_key: 'faq', provider: 'nobody' }, 'provider'],
    [{ everything: true }, 'everything'],
  ])('refuses %j and names the field', async (json, field) => {
    const answer = await api.call('POST', PURGE, { json });
    expect([answer.status, answer.json.errors[0]?.path]).toEqual([400, ['body', field]]);
  });

  it('needs the right to change the gateway, and a gateway', async () => {
    const reader = await api.tokenFor(['gateway:read', 'gateway:run']);
    expect((await api.call('POST', PURGE, { token: reader })).status).toBe(403);
    const elsewhere = await api.tokenFor(['gateway:write'], ['other']);
    expect((await api.call('POST', PURGE, { token: elsewhere })).status).toBe(403);
    expect((await api.call('POST', PURGE.replace('main', 'none'))).status).toBe(404);
    expect((await api.call('GET', PURGE)).status).toBe(405);
  });

  it('of everything succeeds beside others who change the gateway', async () => {
    const changes = Array.from({ length: 6 }, (_, index) => change({ retry_delay: index }));
    const purges = Array.from({ length: 4 }, () => api.call('POST', PURGE));
    const answers = await Promise.all([...changes, ...purges]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await gateway()).cacheEpoch).toBe(4);
  });

  it('says 503 when the cache cannot be asked', async () => {
    api.cache.isDown = true;
    expect((await api.call('POST', PURGE, { json: { key: KEY } })).status).toBe(503);
  });
});

describe('cache_invalidate_on_update (spec 5.4-11)', () => {
  it('forgets the cache with every change, the ones that turn it on and off too', async () => {
    const epochs: number[] = [];
    for (const json of [
      { cache_ttl: 60 },
      { cache_invalidate_on_update: true },
      { cache_ttl: 120 },
      { cache_invalidate_on_update: false },
      { cache_ttl: 60 },
    ]) {
      await change(json);
      epochs.push((await gateway()).cacheEpoch);
    }
    expect(epochs).toEqual([0, 1, 2, 3, 3]);
  });

  it('is no part of what the API shows', async () => {
    const { result } = (await api.call('GET', 'ai-gateway/gateways/main')).json;
    expect(JSON.stringify(result)).not.toMatch(/epoch/i);
  });
});

describe('cache_coalesce', () => {
  it('is kept, shown and checked', async () => {
    expect((await change({ cache_coalesce: true })).json.result).toMatchObject({ cache_coalesce: true });
    const wrong = await change({ cache_coalesce: 'yes' });
    expect([wrong.status, wrong.json.errors[0]?.path]).toEqual([400, ['body', 'cache_coalesce']]);
  });
});
