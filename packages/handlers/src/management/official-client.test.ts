import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AccountId, GatewayId, LogStore } from '@weir/core';
import { aRecord } from '@weir/testkit/stores';
import Cloudflare from 'cloudflare';
import { type Deployment, deploy } from './deployment-for-test.ts';
import { inMemory, onEngines, type Place } from './stores-for-test.ts';

const SETTINGS = {
  cache_invalidate_on_update: false,
  cache_ttl: 0,
  collect_logs: true,
  rate_limiting_interval: 0,
  rate_limiting_limit: 0,
};

let here: Deployment;
let client: Cloudflare;
let connect: Deployment['connect'];
let account_id: AccountId;
let logs: LogStore;

async function collect<Item>(pages: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

describe.each([
  ['in memory', inMemory],
  ['on DynamoDB and S3', onEngines],
])('the official client, unchanged but for its base URL, with stores %s', (_, open) => {
  let place: Place;
  beforeAll(async () => {
    place = await open();
  });
  beforeEach(async () => {
    here = await deploy(place);
    ({ client, connect, account_id } = here);
    logs = here.stores.logs;
  });
  afterEach(() => here.close());
  afterAll(() => place.stop());

  it('creates, reads, lists, changes and deletes gateways', async () => {
    for (const id of ['a', 'b', 'c']) await client.aiGateway.create({ account_id, id, ...SETTINGS });
    const pages = client.aiGateway.list({ account_id, per_page: 2 });
    expect((await collect(pages)).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    await client.aiGateway.update('b', { account_id, ...SETTINGS, cache_ttl: 300 });
    expect(await client.aiGateway.get('b', { account_id })).toMatchObject({ id: 'b', cache_ttl: 300 });
    expect(await client.aiGateway.delete('b', { account_id })).toMatchObject({ id: 'b' });
    await expect(client.aiGateway.get('b', { account_id })).rejects.toBeInstanceOf(Cloudflare.NotFoundError);
  });

  it('makes one gateway of fifty creates at the same time', async () => {
    const creates = Array.from({ length: 50 }, () =>
      client.aiGateway.create({ account_id, id: 'same', ...SETTINGS }),
    );
    const results = await Promise.allSettled(creates);
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refused).toHaveLength(49);
    for (const error of refused) expect(error).toBeInstanceOf(Cloudflare.ConflictError);
  });

  it('loses none of the updates that come at the same time', async () => {
    await client.aiGateway.create({ account_id, id: 'g', ...SETTINGS });
    const change = (json: object) =>
      client.put(`/accounts/${account_id}/ai-gateway/gateways/g`, { body: json });
    await Promise.all([change({ zdr: true }), change({ logpush: true }), change({ cache_ttl: 60 })]);
    expect(await client.aiGateway.get('g', { account_id })).toMatchObject({
      zdr: true,
      logpush: true,
      cache_ttl: 60,
    });
  });

  it('shows nothing of a deleted gateway’s logs in the next gateway of its name', async () => {
    await client.aiGateway.create({ account_id, id: 'g', ...SETTINGS });
    await logs.put(aRecord({ account: account_id, gateway: 'g' as GatewayId }));
    await client.aiGateway.delete('g', { account_id });
    await client.aiGateway.create({ account_id, id: 'g', ...SETTINGS });
    expect(await collect(client.aiGateway.logs.list('g', { account_id }))).toEqual([]);
  });

  it('gets the URL of a provider', async () => {
    await client.aiGateway.create({ account_id, id: 'g', ...SETTINGS });
    const url = await client.aiGateway.urls.get('openai', { account_id, gateway_id: 'g' });
    expect(url).toBe(`${here.baseUrl}/v1/${account_id}/g/openai`);
  });

  it('meets the errors that it has classes for', async () => {
    await client.aiGateway.create({ account_id, id: 'g', ...SETTINGS });
    const again = client.aiGateway.create({ account_id, id: 'g', ...SETTINGS });
    await expect(again).rejects.toBeInstanceOf(Cloudflare.ConflictError);
    const bad = client.aiGateway.create({ account_id, id: 'h', ...SETTINGS, cache_ttl: 1 });
    await expect(bad).rejects.toMatchObject({
      status: 400,
      errors: [{ code: 7001, path: ['body', 'cache_ttl'] }],
    });
    const stranger = connect('weir_nobody').aiGateway.get('g', { account_id });
    await expect(stranger).rejects.toBeInstanceOf(Cloudflare.AuthenticationError);
  });

  it('makes, verifies, lists, changes, rolls and deletes tokens of the account', async () => {
    const groups = await collect(
      client.accounts.tokens.permissionGroups.list({ account_id, name: 'AI Gateway Read' }),
    );
    const policies = [
      {
        effect: 'allow' as const,
        permission_groups: groups.map(({ id = '' }) => ({ id })),
        resources: { [`com.cloudflare.api.account.${account_id}`]: '*' },
      },
    ];
    const made = await client.accounts.tokens.create({
      account_id,
      name: 'reader',
      policies,
    });
    const id = made.id ?? '';
    const reader = connect(made.value ?? '');
    expect(await reader.accounts.tokens.verify({ account_id })).toMatchObject({ id, status: 'active' });
    expect(await reader.user.tokens.verify()).toMatchObject({ id, status: 'active' });
    await expect(reader.aiGateway.create({ account_id, id: 'g', ...SETTINGS })).rejects.toBeInstanceOf(
      Cloudflare.PermissionDeniedError,
    );
    const names = (await collect(client.accounts.tokens.list({ account_id }))).map(({ name }) => name);
    expect(names).toEqual(['First token', 'reader']);
    const read = await client.accounts.tokens.get(id, { account_id });
    await client.accounts.tokens.update(id, { account_id, name: 'renamed', policies: read.policies ?? [] });
    expect(await client.accounts.tokens.get(id, { account_id })).toMatchObject({ name: 'renamed' });
    const rolled = await client.accounts.tokens.value.update(id, { account_id });
    expect(await connect(rolled).user.tokens.verify()).toMatchObject({ id });
    await expect(reader.user.tokens.verify()).rejects.toBeInstanceOf(Cloudflare.AuthenticationError);
    expect(await client.accounts.tokens.delete(id, { account_id })).toEqual({ id });
  });

  it('lists tokens of the user', async () => {
    expect((await collect(client.user.tokens.list())).map(({ name }) => name)).toEqual(['First token']);
  });

  it('lists, reads, edits and deletes logs', async () => {
    await client.aiGateway.create({ account_id, id: 'g', ...SETTINGS });
    const records = Array.from({ length: 7 }, () =>
      aRecord({ account: account_id, gateway: 'g' as GatewayId }),
    );
    for (const record of records) await logs.put(record);
    const where = { account_id, gateway_id: 'g' };
    const list = () => collect(client.aiGateway.logs.list('g', { account_id, per_page: 3 }));
    expect((await list()).map(({ id }) => id)).toEqual(records.map(({ id }) => id).reverse());
    const id = records[0]?.id ?? '';
    await client.aiGateway.logs.edit(id, { ...where, feedback: 1, score: 90, metadata: { checked: true } });
    const detail = await client.aiGateway.logs.get(id, where);
    expect(detail).toMatchObject({ id, metadata: '{"checked":true}', request_head: '{"model":"gpt-5"}' });
    expect(await client.aiGateway.logs.request(id, where)).toEqual({ model: 'gpt-5' });
    expect(await client.aiGateway.logs.response(id, where)).toEqual({ choices: [] });
    const filters = [{ key: 'id' as const, operator: 'eq' as const, value: [id, records[1]?.id ?? ''] }];
    expect(await client.aiGateway.logs.delete('g', { account_id, filters })).toMatchObject({ success: true });
    expect(await list()).toHaveLength(5);
    await client.aiGateway.logs.delete('g', { account_id, limit: 3, order_by_direction: 'asc' });
    expect((await list()).map(({ id }) => id)).toEqual([records[6]?.id, records[5]?.id]);
  });

  it('reads a stored body that is larger than one answer', async () => {
    await client.aiGateway.create({ account_id, id: 'g', ...SETTINGS });
    const text = 'A stored answer of many megabytes. '.repeat(250_000);
    const responseBody = { encoding: 'utf8', data: JSON.stringify({ text }), complete: true } as const;
    const record = aRecord({ account: account_id, gateway: 'g' as GatewayId, responseBody });
    await logs.put(record);
    const read = await client.aiGateway.logs.response(record.id, { account_id, gateway_id: 'g' });
    expect(read).toEqual({ text });
  });

  it('learns of what this version does not serve', async () => {
    const datasets = client.aiGateway.datasets.list('g', { account_id });
    await expect(datasets).rejects.toMatchObject({ status: 501, errors: [{ code: 2913 }] });
  });
});
