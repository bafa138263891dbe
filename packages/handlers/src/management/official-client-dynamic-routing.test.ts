import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AccountId, GatewayId } from '@weir/core';
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

type Elements = Cloudflare.AIGateway.DynamicRoutingCreateParams['elements'];

/** Every kind of element that the client has a type for. */
const graph = (model: string): Elements => [
  { id: 'start', type: 'start', outputs: { next: { elementId: 'paid' } } },
  {
    id: 'paid',
    type: 'conditional',
    properties: { conditions: { 'metadata.plan': { $in: ['paid', 'trial'] } } },
    outputs: { true: { elementId: 'split' }, false: { elementId: 'few' } },
  },
  {
    id: 'split',
    type: 'percentage',
    outputs: { '10%': { elementId: 'large' }, '90%': { elementId: 'small' } },
  },
  {
    id: 'few',
    type: 'rate',
    properties: { limitType: 'count', key: 'metadata.user', limit: 2, window: 60 },
    outputs: { success: { elementId: 'large' }, fallback: { elementId: 'small' } },
  },
  {
    id: 'large',
    type: 'model',
    properties: { provider: 'openai', model, timeout: 1_000, retries: 1 },
    outputs: { success: { elementId: 'end' }, fallback: { elementId: 'small' } },
  },
  {
    id: 'small',
    type: 'model',
    properties: { provider: 'anthropic', model: 'claude-haiku-4-5', timeout: 0, retries: 0 },
    outputs: { success: { elementId: 'end' }, fallback: { elementId: 'end' } },
  },
  { id: 'end', type: 'end', outputs: {} },
];

describe.each([
  ['in memory', inMemory],
  ['on DynamoDB', onEngines],
])('dynamic routes through the official client, with stores %s', (_, open) => {
  const gateway_id = 'g';
  let place: Place;
  let here: Deployment;
  let client: Cloudflare;
  let account_id: AccountId;
  beforeAll(async () => {
    place = await open();
  });
  beforeEach(async () => {
    here = await deploy(place);
    ({ client, account_id } = here);
    await client.aiGateway.create({ account_id, id: gateway_id, ...SETTINGS });
  });
  afterEach(() => here.close());
  afterAll(() => place.stop());

  const routing = () => client.aiGateway.dynamicRouting;
  const where = () => ({ account_id, gateway_id });
  const make = (name: string, model = 'one') =>
    routing().create(gateway_id, { account_id, name, elements: graph(model) });
  const deployed = async () => (await here.stores.gateways.get(account_id, gateway_id as GatewayId))?.routes;

  it('are made, read, listed, renamed and deleted', async () => {
    const made = await make('support');
    expect(made).toMatchObject({ name: 'support', gateway_id, elements: graph('one') });
    expect(made.deployment.version_id).toBe(made.version.version_id);
    expect([made.version.active, made.version.is_valid]).toEqual(['true', true]);
    expect(JSON.parse(made.version.data)).toEqual(graph('one'));
    expect(await routing().get(made.id, where())).toEqual(made);
    await make('other');
    const first = await routing().list(gateway_id, { account_id, per_page: 1 });
    expect(first).toMatchObject({ success: true, data: { page: 1, per_page: 1 } });
    expect(first.data.routes).toEqual([made]);
    const second = await routing().list(gateway_id, { account_id, page: 2, per_page: 1 });
    expect(second.data.routes.map(({ name }) => name)).toEqual(['other']);
    const { route, success } = await routing().update(made.id, { ...where(), name: 'help' });
    expect([success, route.name, route.version]).toEqual([true, 'help', made.version]);
    expect(await routing().delete(made.id, where())).toMatchObject({ id: made.id, name: 'help' });
    await expect(routing().get(made.id, where())).rejects.toBeInstanceOf(Cloudflare.NotFoundError);
    expect((await deployed())?.map(({ name }) => name)).toEqual(['other']);
  });

  it('get another version, which serves once it is deployed, and go back', async () => {
    const { id, version: before } = await make('support');
    const saved = await routing().createVersion(id, { ...where(), elements: graph('two') });
    expect(saved).toMatchObject({ id, name: 'support', elements: graph('two') });
    const { data } = await routing().listVersions(id, where());
    expect(data.versions.map(({ active }) => active).sort()).toEqual(['false', 'true']);
    const after = data.versions.find(({ active }) => active === 'false')?.version_id ?? '';
    expect(await routing().getVersion(after, { ...where(), id })).toMatchObject({
      version_id: after,
      active: 'false',
      elements: graph('two'),
    });
    const answer = await routing().createDeployment(id, { ...where(), version_id: after });
    expect(answer).toMatchObject({ id, elements: graph('two') });
    expect(await deployed()).toMatchObject([{ versionId: after, elements: graph('two') }]);
    expect((await routing().getVersion(after, { ...where(), id })).active).toBe('true');
    // One call back.
    await routing().createDeployment(id, { ...where(), version_id: before.version_id });
    expect((await routing().get(id, where())).version).toEqual(before);
    const history = await routing().listDeployments(id, where());
    expect(history.data.deployments.map(({ version_id }) => version_id)).toEqual([
      before.version_id,
      after,
      before.version_id,
    ]);
  });

  it('are refused with what is wrong with them', async () => {
    await make('support');
    await expect(make('support')).rejects.toBeInstanceOf(Cloudflare.ConflictError);
    const [start, ...rest] = graph('one');
    const faulty = routing().create(gateway_id, { account_id, name: 'b', elements: rest });
    await expect(faulty).rejects.toMatchObject({
      status: 400,
      errors: [{ code: 7001, message: expect.stringContaining('start'), path: ['body', 'elements'] }],
    });
    const double = [start, ...graph('one')].filter((element) => element !== undefined);
    await expect(
      routing().create(gateway_id, { account_id, name: 'b', elements: double }),
    ).rejects.toBeInstanceOf(Cloudflare.BadRequestError);
    const { routes } = (await routing().list(gateway_id, { account_id })).data;
    expect(routes).toHaveLength(1);
  });

  it('of thirty made at the same time none is lost, and each that was refused is not there', async () => {
    const results = await Promise.allSettled(Array.from({ length: 30 }, (_each, index) => make(`r${index}`)));
    const made = results.filter(({ status }) => status === 'fulfilled').length;
    expect(await deployed()).toHaveLength(made);
    expect(made).toBeGreaterThanOrEqual(10);
  });

  it('tell where a request would go, which the client has no method for', async () => {
    const { id } = await make('support');
    const base = `/accounts/${account_id}/ai-gateway/gateways/${gateway_id}/routes`;
    const body = { metadata: { plan: 'free', user: 'u1' }, failing: ['large'] };
    expect(await client.post(`${base}/${id}/explain`, { body })).toMatchObject({
      result: {
        path: [
          { element: 'start', branch: 'next' },
          { element: 'paid', branch: 'false' },
          { element: 'few', branch: 'success', current: { used: 0, remaining: 2 } },
          { element: 'large', branch: 'fallback' },
          { element: 'small', branch: 'success' },
          { element: 'end', branch: null },
        ],
        result: { kind: 'model', provider: 'anthropic', element: 'small' },
      },
    });
    const graphOnly = { body: { elements: graph('one'), metadata: { user: 'u1' } } };
    expect(await client.post(`${base}/explain`, graphOnly)).toMatchObject({
      result: { result: { kind: 'model', model: 'one' } },
    });
  });

  it('are gone with their gateway', async () => {
    const { id } = await make('support');
    await routing().createVersion(id, { ...where(), elements: graph('two') });
    await client.aiGateway.delete(gateway_id, { account_id });
    await client.aiGateway.create({ account_id, id: gateway_id, ...SETTINGS });
    expect((await routing().list(gateway_id, { account_id })).data.routes).toEqual([]);
    const key = { account: account_id, gateway: gateway_id as GatewayId, route: id };
    expect(await here.stores.routes.listVersions(key)).toEqual([]);
  });
});
