import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { epochMs, type GatewayId } from '@weir/core';
import Cloudflare from 'cloudflare';
import { type Deployment, deploy } from './deployment-for-test.ts';
import { inMemory, onEngines, type Place } from './stores-for-test.ts';

const KEY = 'sk-proj-0123456789abcdefghijklmnopqrstuvwxyz-9xZ7';
const OPENAI = { alias: 'default', default_config: true, provider_slug: 'openai', secret: KEY };
const SETTINGS = {
  cache_invalidate_on_update: false,
  cache_ttl: 0,
  collect_logs: true,
  rate_limiting_interval: 0,
  rate_limiting_limit: 0,
};
const g = 'g' as GatewayId;

type ProviderConfig = Cloudflare.AIGateway.ProviderConfigListResponse;

describe.each([
  ['in memory', inMemory],
  ['on DynamoDB and KMS', onEngines],
])('the official client and provider keys, with stores %s', (_, open) => {
  let place: Place;
  let deployment: Deployment;
  let client: Cloudflare;
  let account_id: Deployment['account_id'];
  beforeAll(async () => {
    place = await open();
  });
  beforeEach(async () => {
    deployment = await deploy(place);
    ({ client, account_id } = deployment);
    await client.aiGateway.create({ account_id, id: g, ...SETTINGS });
  });
  afterEach(() => deployment.close());
  afterAll(() => place.stop());

  async function list() {
    const rows: ProviderConfig[] = [];
    for await (const row of client.aiGateway.providerConfigs.list(g, { account_id, per_page: 2 }))
      rows.push(row);
    return rows;
  }
  const path = () => `/accounts/${account_id}/ai-gateway/gateways/${g}/provider_configs`;
  /** What the data plane reads of the only key, and opens. */
  async function opened(): Promise<string> {
    const [key] = (await deployment.stores.gateways.get(account_id, g))?.keys ?? [];
    if (key?.secret.kind !== 'sealed') throw new Error('no key is sealed');
    const binding = { account: account_id, gateway: g, provider: key.provider };
    return (await deployment.stores.keyRing.open(key.secret.sealed, binding)).reveal();
  }

  it('are created and listed, masked, page after page', async () => {
    const made = await client.aiGateway.providerConfigs.create(g, { account_id, ...OPENAI, rate_limit: 5 });
    expect(made).toMatchObject({
      gateway_id: g,
      provider_slug: 'openai',
      alias: 'default',
      default_config: true,
      secret_preview: 'sk-proj-…9xZ7',
      rate_limit: 5,
      rate_limit_period: 60,
    });
    for (const alias of ['a', 'b', 'c'])
      await client.aiGateway.providerConfigs.create(g, {
        account_id,
        ...OPENAI,
        alias,
        default_config: false,
      });
    const rows = await list();
    expect(rows.map(({ alias }) => alias)).toEqual(['default', 'a', 'b', 'c']);
    expect(rows[0]).toEqual(made);
    expect(JSON.stringify(rows)).not.toContain('0123456789abcdef');
  });

  it('are opened by the data plane alone, and replaced and deleted as its next look shows', async () => {
    const { id } = await client.aiGateway.providerConfigs.create(g, { account_id, ...OPENAI });
    expect(await opened()).toBe(KEY);
    await client.put(`${path()}/${id}`, { body: { secret: `${KEY}2` } });
    expect(await opened()).toBe(`${KEY}2`);
    await client.delete(`${path()}/${id}`);
    expect(await list()).toEqual([]);
  });

  it('tell when they were last used', async () => {
    const { id } = await client.aiGateway.providerConfigs.create(g, { account_id, ...OPENAI });
    await deployment.stores.keyUses.note(account_id, g, id, epochMs(Date.UTC(2026, 0, 2)));
    expect(await list()).toMatchObject([{ id, last_used: '2026-01-02T00:00:00.000Z' }]);
  });

  it('meet the errors that the client has classes for', async () => {
    await client.aiGateway.providerConfigs.create(g, { account_id, ...OPENAI });
    const again = client.aiGateway.providerConfigs.create(g, { account_id, ...OPENAI });
    await expect(again).rejects.toBeInstanceOf(Cloudflare.ConflictError);
    const empty = client.aiGateway.providerConfigs.create(g, { account_id, ...OPENAI, secret: '' });
    await expect(empty).rejects.toMatchObject({
      status: 400,
      errors: [{ code: 7001, path: ['body', 'secret'] }],
    });
    const lost = client.put(`${path()}/nobody`, { body: { secret: KEY } });
    await expect(lost).rejects.toBeInstanceOf(Cloudflare.NotFoundError);
  });

  it('are kept, all of them, when they are written at the same time', async () => {
    await Promise.all([
      ...['a', 'b', 'c', 'd'].map((alias) =>
        client.aiGateway.providerConfigs.create(g, { account_id, ...OPENAI, alias }),
      ),
      client.put(`/accounts/${account_id}/ai-gateway/gateways/${g}`, { body: { zdr: true } }),
    ]);
    const rows = await list();
    expect(rows.map(({ alias }) => alias).sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(rows.filter(({ default_config }) => default_config)).toHaveLength(1);
    expect(await client.aiGateway.get(g, { account_id })).toMatchObject({ zdr: true });
  });
});
