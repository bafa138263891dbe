import { beforeEach, describe, expect, it } from '@jest/globals';
import { type RouteElement, StoreUnavailable } from '@weir/core';
import { aRouteGraph } from '@weir/testkit/stores';
import * as z from 'zod';
import { ManagementApi, PLAIN, textIn } from '../management-api-for-test.ts';

const BASE = 'ai-gateway/gateways/g/routes';
const to = (elementId: string) => ({ elementId });

/** One model and nothing else. */
const graphOf = (model: string): readonly RouteElement[] => [
  { id: 'start', type: 'start', outputs: { next: to('model') } },
  {
    id: 'model',
    type: 'model',
    properties: { provider: 'openai', model, timeout: 0, retries: 0 },
    outputs: { success: to('end') },
  },
  { id: 'end', type: 'end', outputs: {} },
];

let api: ManagementApi;
beforeEach(async () => {
  api = await ManagementApi.start();
  await api.call('POST', 'ai-gateway/gateways', { json: { id: 'g', ...PLAIN } });
});

const call = (method: string, path: string, json?: unknown) =>
  api.call(method, `${BASE}${path}`, json === undefined ? {} : { json });
const create = (name: string, elements: unknown = graphOf('gpt-5')) => call('POST', '', { name, elements });
const made = async (name: string, elements?: unknown) =>
  textIn((await create(name, elements)).json.result, 'id');
const newVersion = async (route: string, model: string) =>
  textIn((await call('POST', `/${route}/versions`, { elements: graphOf(model) })).json.result, 'version_id');
const deploy = (route: string, version_id: string) => call('POST', `/${route}/deployments`, { version_id });
const snapshot = async () => {
  const gateway = await api.ports.gateways.get(api.account, 'g' as never);
  if (!gateway) throw new Error('it is there');
  return gateway;
};

const versionsIn = (json: { data?: unknown }) =>
  z
    .object({ versions: z.array(z.looseObject({ version_id: z.string(), active: z.string() })) })
    .parse(json.data).versions;
const deploymentsIn = (json: { data?: unknown }) =>
  z
    .object({ deployments: z.array(z.looseObject({ deployment_id: z.string(), version_id: z.string() })) })
    .parse(json.data).deployments;

describe('a route', () => {
  it('is made with a version that is deployed at once (5.10-6)', async () => {
    const { status, json } = await create('support', aRouteGraph());
    expect(status).toBe(200);
    expect(json.result).toEqual({
      id: expect.any(String),
      name: 'support',
      gateway_id: 'g',
      account_tag: api.account,
      elements: aRouteGraph(),
      created_at: expect.any(String),
      modified_at: expect.any(String),
      deployment: {
        deployment_id: expect.any(String),
        version_id: expect.any(String),
        created_at: expect.any(String),
      },
      version: {
        version_id: expect.any(String),
        data: expect.any(String),
        active: 'true',
        is_valid: true,
        created_at: expect.any(String),
      },
    });
    const { version } = z.object({ version: z.object({ data: z.string() }) }).parse(json.result);
    expect(JSON.parse(version.data)).toEqual(aRouteGraph());
    expect((await snapshot()).routes).toMatchObject([{ name: 'support', elements: aRouteGraph() }]);
    expect((await call('GET', `/${textIn(json.result, 'id')}`)).json.result).toEqual(json.result);
  });

  it('is listed under the contract’s own envelope, page after page (1.5)', async () => {
    for (const name of ['a', 'b', 'c']) await create(name);
    const { json } = await call('GET', '?page=2&per_page=2');
    expect(json).toEqual({
      success: true,
      errors: [],
      messages: [],
      data: {
        routes: [
          expect.objectContaining({ name: 'c', version: expect.objectContaining({ active: 'true' }) }),
        ],
        page: 2,
        per_page: 2,
        order_by: 'created_at',
        order_by_direction: 'asc',
      },
    });
    expect((await call('GET', '?per_page=101')).status).toBe(400);
  });

  it('has a name that no other route of the gateway has', async () => {
    await create('a');
    const again = await create('a');
    expect([again.status, again.json.errors]).toEqual([
      409,
      [expect.objectContaining({ code: 7009, path: ['body', 'name'] })],
    ]);
    // Another gateway may have it.
    await api.call('POST', 'ai-gateway/gateways', { json: { id: 'h', ...PLAIN } });
    const elsewhere = await api.call('POST', 'ai-gateway/gateways/h/routes', {
      json: { name: 'a', elements: graphOf('gpt-5') },
    });
    expect(elsewhere.status).toBe(200);
  });

  it.each(['', 'x'.repeat(65), 'a b', 'a/b', 'ä', 7])('is not named %j', async (name) => {
    expect((await call('POST', '', { name, elements: graphOf('gpt-5') })).json.errors).toMatchObject([
      { code: 7001, path: ['body', 'name'] },
    ]);
  });

  it('of twenty made at once under one name there is one, and nothing is kept of the others', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => create('same')));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect((await snapshot()).routes).toHaveLength(1);
  });

  it('is renamed, and nothing else of it changes (5.10-7)', async () => {
    const before = (await create('a')).json.result;
    await create('b');
    const id = textIn(before, 'id');
    api.clock.advance(1_000);
    const { json } = await call('PATCH', `/${id}`, { name: 'c' });
    expect(json).toEqual({
      success: true,
      errors: [],
      messages: [],
      route: { ...z.looseObject({}).parse(before), name: 'c', modified_at: expect.any(String) },
    });
    expect((await call('PATCH', `/${id}`, { name: 'b' })).status).toBe(409);
    expect((await call('PATCH', `/${id}`, { name: 'c' })).status).toBe(200);
    expect((await call('PATCH', `/${id}`, { elements: graphOf('gpt-5') })).status).toBe(400);
  });

  it('is deleted with all that is kept of it', async () => {
    const id = await made('a');
    const version = await newVersion(id, 'gpt-4');
    await deploy(id, version);
    const { json } = await call('DELETE', `/${id}`);
    expect(json.result).toMatchObject({ id, name: 'a' });
    expect(json.result).not.toHaveProperty('version');
    expect((await snapshot()).routes).toEqual([]);
    const key = { account: api.account, gateway: 'g' as never, route: id };
    expect(await api.routes.listVersions(key)).toEqual([]);
    expect(await api.routes.listDeployments(key, 10)).toEqual([]);
    for (const path of ['', '/versions', '/deployments', `/versions/${version}`])
      expect((await call('GET', `/${id}${path}`)).status).toBe(404);
    expect((await call('DELETE', `/${id}`)).status).toBe(404);
  });

  it('whose deletion died in between is ended by the next call, which finds none', async () => {
    const id = await made('a');
    const { deleteRoute } = api.routes;
    api.routes.deleteRoute = () => Promise.reject(new StoreUnavailable('gone'));
    expect((await call('DELETE', `/${id}`)).status).toBe(503);
    expect((await snapshot()).routes).toEqual([]);
    api.routes.deleteRoute = deleteRoute;
    expect((await call('DELETE', `/${id}`)).status).toBe(404);
    const key = { account: api.account, gateway: 'g' as never, route: id };
    expect(await api.routes.listVersions(key)).toEqual([]);
  });

  it('is one of at most as many as a gateway may have', async () => {
    Object.assign(api.ports, { limits: { ...api.ports.limits, routesPerGateway: 2 } });
    await create('a');
    await create('b');
    expect((await create('c')).json.errors).toMatchObject([{ code: 7017 }]);
    // Of many at once as well: the count is part of the one write.
    await call('DELETE', `/${(await snapshot()).routes[0]?.id}`);
    await Promise.all(['d', 'e', 'f', 'g'].map((name) => create(name)));
    expect((await snapshot()).routes).toHaveLength(2);
  });

  it('goes with its gateway, and a later gateway of that id has none', async () => {
    const id = await made('a');
    await api.call('DELETE', 'ai-gateway/gateways/g');
    const key = { account: api.account, gateway: 'g' as never, route: id };
    expect(await api.routes.listVersions(key)).toEqual([]);
    await api.call('POST', 'ai-gateway/gateways', { json: { id: 'g', ...PLAIN } });
    expect((await call('GET', '')).json.data).toMatchObject({ routes: [] });
    expect((await call('GET', `/${id}`)).status).toBe(404);
  });

  it('too large to be read with its gateway is refused, and stays as it was', async () => {
    const large = Array.from({ length: 400 }, (_, index) => ({
      id: `m${index}`,
      type: 'model',
      properties: { provider: 'openai', model: 'x'.repeat(180), timeout: 0, retries: 0 },
      outputs: { success: to('end'), ...(index < 399 ? { fallback: to(`m${index + 1}`) } : {}) },
    }));
    const elements = [
      { id: 'start', type: 'start', outputs: { next: to('m0') } },
      ...large,
      { id: 'end', type: 'end', outputs: {} },
    ];
    expect((await create('a', elements)).status).toBe(200);
    expect((await create('b', elements)).status).toBe(200);
    const third = await create('c', elements);
    expect([third.status, third.json.errors[0]?.code]).toEqual([413, 7015]);
    expect((await snapshot()).routes).toHaveLength(2);
  });
});

describe('a graph with faults', () => {
  it('is refused with every fault and its place, and nothing is kept of it (5.10-10)', async () => {
    const elements = [
      { id: 'start', type: 'start', outputs: { next: to('nowhere') } },
      {
        id: 'model',
        type: 'model',
        properties: { provider: 'nobody', model: 'm', timeout: 0, retries: 0 },
        outputs: { success: to('end') },
      },
      { id: 'end', type: 'end', outputs: {} },
    ];
    const answers = [await create('a', elements)];
    const id = await made('b');
    answers.push(await call('POST', `/${id}/versions`, { elements }));
    answers.push(await call('POST', '/explain', { elements }));
    for (const { status, json } of answers) {
      expect(status).toBe(400);
      expect(json.errors.every(({ code, path }) => code === 7001 && path?.[1] === 'elements')).toBe(true);
      expect(json.errors.map(({ message }) => message).join()).toMatch(/nobody/);
    }
    expect((await snapshot()).routes).toHaveLength(1);
    expect(versionsIn((await call('GET', `/${id}/versions`)).json)).toHaveLength(1);
  });

  it.each([
    ['none', undefined],
    ['no array', {}],
    ['nothing', []],
    ['no element', [null, 7, 'x']],
    ['a name of every object', JSON.parse('[{"id":"a","type":"start","__proto__":{}}]')],
    ['more than a route has', Array.from({ length: 9_000 }, (_, id) => ({ id: String(id), type: 'end' }))],
  ])('is refused: %s', async (_, elements) => {
    expect((await call('POST', '', { name: 'a', elements })).status).toBe(400);
    expect((await snapshot()).routes).toEqual([]);
  });

  it('may name no provider whose models no unified request can name', async () => {
    const elements = graphOf('m').map((element) =>
      element.type === 'model'
        ? { ...element, properties: { ...element.properties, provider: 'elevenlabs' } }
        : element,
    );
    const { status, json } = await call('POST', '', { name: 'a', elements });
    expect([status, json.errors]).toEqual([
      400,
      [
        expect.objectContaining({
          message: expect.stringContaining('there is no provider "elevenlabs" with models for a route'),
          path: ['body', 'elements', '1', 'properties', 'provider'],
        }),
      ],
    ]);
  });

  it('may name a custom provider of the account, enabled or not, and no other', async () => {
    const elements = (provider: string) =>
      graphOf('m').map((element) =>
        element.type === 'model' ? { ...element, properties: { ...element.properties, provider } } : element,
      );
    expect((await create('a', elements('custom-ours'))).status).toBe(400);
    await api.call('POST', 'ai-gateway/custom-providers', {
      json: { name: 'Ours', slug: 'ours', base_url: 'https://models.example/v1' },
    });
    expect((await create('a', elements('custom-ours'))).status).toBe(200);
    expect((await create('b', elements('custom-theirs'))).status).toBe(400);
    expect((await create('c', elements('grok'))).status).toBe(200);
  });
});

describe('versions of a route', () => {
  it('serve nobody until they are deployed (5.10-7)', async () => {
    const id = await made('a', graphOf('one'));
    const version = await newVersion(id, 'two');
    expect((await snapshot()).routes).toMatchObject([{ elements: graphOf('one') }]);
    const { json } = await call('GET', `/${id}/versions/${version}`);
    expect(json.result).toMatchObject({
      id,
      name: 'a',
      version_id: version,
      active: 'false',
      is_valid: true,
      data: JSON.stringify(graphOf('two')),
      elements: graphOf('two'),
    });
  });

  it('are listed newest first, with the one that is deployed marked', async () => {
    const id = await made('a', graphOf('one'));
    const versions: string[] = [];
    for (const model of ['two', 'three']) {
      api.clock.advance(1_000);
      versions.unshift(await newVersion(id, model));
    }
    await deploy(id, versions[1] ?? '');
    const { json } = await call('GET', `/${id}/versions`);
    expect(json.data).toMatchObject({ page: 1, order_by: 'created_at', order_by_direction: 'desc' });
    const listed = versionsIn(json);
    expect(listed.map(({ active }) => active)).toEqual(['false', 'true', 'false']);
    expect(listed.slice(0, 2).map(({ version_id }) => version_id)).toEqual(versions);
    expect(versionsIn((await call('GET', `/${id}/versions?page=2&per_page=2`)).json)).toHaveLength(1);
  });

  it('that were kept and never deployed do not show as deployed, whatever died', async () => {
    const id = await made('a', graphOf('one'));
    const { update } = api.ports.gateways;
    Object.assign(api.ports.gateways, { update: () => Promise.reject(new StoreUnavailable('gone')) });
    const version = await newVersion(id, 'two');
    expect((await deploy(id, version)).status).toBe(503);
    Object.assign(api.ports.gateways, { update });
    expect(
      versionsIn((await call('GET', `/${id}/versions`)).json)
        .map(({ active }) => active)
        .sort(),
    ).toEqual(['false', 'true']);
    expect((await call('GET', `/${id}/versions/${version}`)).json.result).toMatchObject({ active: 'false' });
    expect(deploymentsIn((await call('GET', `/${id}/deployments`)).json)).toHaveLength(1);
  });

  it('are deleted unless they are deployed', async () => {
    const id = await made('a', graphOf('one'));
    const version = await newVersion(id, 'two');
    await deploy(id, version);
    expect((await call('DELETE', `/${id}/versions/${version}`)).json.errors).toMatchObject([{ code: 7019 }]);
    const first = versionsIn((await call('GET', `/${id}/versions`)).json).find(
      ({ active }) => active === 'false',
    );
    expect((await call('DELETE', `/${id}/versions/${first?.version_id}`)).status).toBe(200);
    expect(versionsIn((await call('GET', `/${id}/versions`)).json)).toHaveLength(1);
    expect((await call('GET', `/${id}/versions/${first?.version_id}`)).status).toBe(404);
    expect((await deploy(id, first?.version_id ?? '')).status).toBe(404);
  });

  it('are shown while they are deployed, also when one is deleted in the moment in which it is', async () => {
    const id = await made('a', graphOf('one'));
    const version = await newVersion(id, 'two');
    await deploy(id, version);
    await api.routes.deleteVersion({ account: api.account, gateway: 'g' as never, route: id }, version);
    expect(versionsIn((await call('GET', `/${id}/versions`)).json)).toMatchObject([
      { version_id: version, active: 'true' },
      { active: 'false' },
    ]);
    expect((await call('GET', `/${id}`)).status).toBe(200);
  });

  it('are at most as many as a route may have', async () => {
    Object.assign(api.ports, { limits: { ...api.ports.limits, versionsPerRoute: 2 } });
    const id = await made('a');
    const version = await newVersion(id, 'two');
    const refused = await call('POST', `/${id}/versions`, { elements: graphOf('three') });
    expect([refused.status, refused.json.errors[0]?.code]).toEqual([403, 7018]);
    await call('DELETE', `/${id}/versions/${version}`);
    expect((await call('POST', `/${id}/versions`, { elements: graphOf('three') })).status).toBe(200);
  });
});

describe('deployments of a route', () => {
  it('put a version in the place of the one that serves; an older one is a rollback (5.10-7)', async () => {
    const id = await made('a', graphOf('one'));
    const [route] = (await snapshot()).routes;
    const second = await newVersion(id, 'two');
    api.clock.advance(1_000);
    const { json } = await deploy(id, second);
    expect(json.result).toMatchObject({ id, elements: graphOf('two') });
    expect(json.result).not.toHaveProperty('deployment');
    expect((await snapshot()).routes).toMatchObject([{ id, versionId: second, elements: graphOf('two') }]);
    api.clock.advance(1_000);
    await deploy(id, route?.versionId ?? '');
    expect((await snapshot()).routes).toMatchObject([
      { versionId: route?.versionId, elements: graphOf('one') },
    ]);
    const listed = deploymentsIn((await call('GET', `/${id}/deployments`)).json);
    expect(listed.map(({ version_id }) => version_id)).toEqual([route?.versionId, second, route?.versionId]);
    expect(new Set(listed.map(({ deployment_id }) => deployment_id)).size).toBe(3);
    expect(deploymentsIn((await call('GET', `/${id}/deployments?page=2&per_page=2`)).json)).toHaveLength(1);
  });

  it('of what is deployed already change nothing', async () => {
    const id = await made('a');
    const before = await snapshot();
    await deploy(id, before.routes[0]?.versionId ?? '');
    expect(await snapshot()).toEqual(before);
  });

  it('of a version that the route does not have are refused', async () => {
    const [one, other] = [await made('a'), await made('b')];
    const foreign = await newVersion(other, 'two');
    for (const version of [foreign, 'nothing', 'x'.repeat(64)])
      expect((await deploy(one, version)).status).toBe(404);
    expect((await deploy(one, 'x'.repeat(65))).status).toBe(400);
  });

  it('at the same time lose nothing: the history has each that served, and one serves', async () => {
    const id = await made('a');
    const versions = await Promise.all(['b', 'c', 'd', 'e'].map((model) => newVersion(id, model)));
    const statuses = (await Promise.all(versions.map((version) => deploy(id, version)))).map(
      ({ status }) => status,
    );
    const served = deploymentsIn((await call('GET', `/${id}/deployments`)).json);
    expect(served).toHaveLength(1 + statuses.filter((status) => status === 200).length);
    expect(new Set(served.map(({ deployment_id }) => deployment_id)).size).toBe(served.length);
  });
});

describe('permissions', () => {
  it('to read a gateway show and explain its routes; to change them needs more', async () => {
    const id = await made('a');
    const reader = { token: await api.tokenFor(['gateway:read'], ['g']) };
    const runner = { token: await api.tokenFor(['gateway:run'], ['g']) };
    const reads = ['', `/${id}`, `/${id}/versions`, `/${id}/deployments`];
    for (const path of reads) {
      expect((await api.call('GET', `${BASE}${path}`, reader)).status).toBe(200);
      expect((await api.call('GET', `${BASE}${path}`, runner)).status).toBe(403);
    }
    expect((await api.call('POST', `${BASE}/${id}/explain`, { ...reader, json: {} })).status).toBe(200);
    const writes = [
      ['POST', ''],
      ['PATCH', `/${id}`],
      ['DELETE', `/${id}`],
      ['POST', `/${id}/versions`],
      ['DELETE', `/${id}/versions/x`],
      ['POST', `/${id}/deployments`],
    ] as const;
    for (const [method, path] of writes)
      expect((await api.call(method, `${BASE}${path}`, { ...reader, json: {} })).status).toBe(403);
  });

  it('and a gateway must be there', async () => {
    expect((await api.call('GET', 'ai-gateway/gateways/nowhere/routes')).status).toBe(404);
    expect(
      (
        await api.call('POST', 'ai-gateway/gateways/nowhere/routes', {
          json: { name: 'a', elements: graphOf('m') },
        })
      ).status,
    ).toBe(404);
  });
});
