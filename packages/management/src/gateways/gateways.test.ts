import { beforeEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_SETTINGS, type GatewayId, StoreUnavailable } from '@weir/core';
import { aRecord } from '@weir/testkit/stores';
import { ManagementApi, PLAIN } from '../management-api-for-test.ts';

let api: ManagementApi;
beforeEach(async () => {
  api = await ManagementApi.start();
});

const BASE = 'ai-gateway/gateways';
const create = (id: string, more: object = {}) => api.call('POST', BASE, { json: { id, ...PLAIN, ...more } });
const change = (id: string, json: object) => api.call('PUT', `${BASE}/${id}`, { json });
const read = (id: string) => api.call('GET', `${BASE}/${id}`);

describe('creating a gateway', () => {
  it('answers the whole object with its defaults', async () => {
    const answer = await create('my-gateway');
    expect(answer.status).toBe(200);
    expect(answer.json.result).toEqual({
      ...DEFAULT_SETTINGS,
      id: 'my-gateway',
      is_default: false,
      account_id: api.account,
      account_tag: api.account,
      internal_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/),
      created_at: new Date(api.clock.now()).toISOString(),
      modified_at: new Date(api.clock.now()).toISOString(),
    });
    expect((await read('my-gateway')).json.result).toEqual(answer.json.result);
  });

  it('says of the default gateway that it is', async () => {
    expect((await create('default')).json.result).toMatchObject({ is_default: true });
  });

  it('makes one of fifty at the same time, and refuses forty-nine', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => create('same')));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(49);
  });

  it('says where the id that is taken stands', async () => {
    await create('taken');
    expect((await create('taken')).json.errors).toMatchObject([{ code: 7009, path: ['body', 'id'] }]);
  });

  it('stops at the quota of the account', async () => {
    Object.assign(api.ports, { limits: { gatewaysPerAccount: 2 } });
    await create('one');
    await create('two');
    const answer = await create('three');
    expect([answer.status, answer.json.errors[0]?.code]).toEqual([403, 7011]);
    await api.call('DELETE', `${BASE}/one`);
    expect((await create('three')).status).toBe(200);
  });
});

describe('listing gateways', () => {
  beforeEach(async () => {
    for (const id of ['alpha', 'beta', 'beta-2', 'gamma']) await create(id);
  });

  const ids = async (query: string) => {
    const { json } = await api.call('GET', `${BASE}?${query}`);
    return { ids: (json.result as { id: string }[]).map(({ id }) => id), info: json.result_info };
  };

  it('pages through them by id', async () => {
    expect(await ids('per_page=3')).toEqual({
      ids: ['alpha', 'beta', 'beta-2'],
      info: { page: 1, per_page: 3, count: 3, total_count: 4 },
    });
    expect((await ids('per_page=3&page=2')).ids).toEqual(['gamma']);
  });

  it('answers an empty page past the end', async () => {
    expect(await ids('page=9')).toEqual({
      ids: [],
      info: { page: 9, per_page: 20, count: 0, total_count: 4 },
    });
  });

  it('searches by a part of the id', async () => {
    expect((await ids('search=BET')).ids).toEqual(['beta', 'beta-2']);
  });

  it.each([
    'page=0',
    'page=x',
    'page=1.5',
    'page=-1',
    'per_page=0',
    'per_page=101',
    'page=1&page=2',
    'colour=red',
  ])('refuses ?%s by its name', async (query) => {
    const answer = await api.call('GET', `${BASE}?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.json.errors[0]?.path).toEqual(['query', query.split('=')[0]]);
  });
});

describe('updating a gateway', () => {
  it('changes what is given, leaves what is not, and clears what is null', async () => {
    await create('g', { cache_ttl: 300, retry_max_attempts: 3, rate_limiting_technique: 'sliding' });
    api.clock.advance(5000);
    const answer = await change('g', { retry_max_attempts: null, zdr: true });
    expect(answer.json.result).toMatchObject({
      cache_ttl: 300,
      rate_limiting_technique: 'sliding',
      retry_max_attempts: null,
      zdr: true,
      modified_at: new Date(api.clock.now()).toISOString(),
      created_at: new Date(api.clock.now() - 5000).toISOString(),
    });
    expect((await read('g')).json.result).toEqual(answer.json.result);
  });

  it('takes back the whole object that it gave', async () => {
    const { json } = await create('g', { otel: [{ url: 'https://otel.example', headers: {} }] });
    const answer = await change('g', json.result as object);
    expect(answer.status).toBe(200);
  });

  it('keeps the id', async () => {
    await create('g');
    expect((await change('g', { id: 'h' })).json.errors).toMatchObject([{ path: ['body', 'id'] }]);
  });

  it('loses none of the changes that come at the same time', async () => {
    await create('g');
    const answers = await Promise.all([
      change('g', { zdr: true }),
      change('g', { byok_only: true }),
      change('g', { cache_ttl: 60 }),
      change('g', { logpush: true }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await read('g')).json.result).toMatchObject({
      zdr: true,
      byok_only: true,
      cache_ttl: 60,
      logpush: true,
    });
  });

  it('gives up with a 409 that may be repeated when others are always first', async () => {
    await create('g');
    Object.assign(api.ports.gateways, { update: async () => 'changed' });
    const answer = await change('g', { zdr: true });
    expect([answer.status, answer.headers['x-should-retry']]).toEqual([409, 'true']);
  });

  it('answers 404 for a gateway that is not there, or can not be', async () => {
    for (const id of ['nowhere', 'Not-An-Id', 'a%2Fb']) {
      expect((await change(id, { zdr: true })).status).toBe(404);
      expect((await read(id)).status).toBe(404);
    }
  });
});

describe('turning log collection off', () => {
  it('turns classification off with it', async () => {
    await create('g', { log_classification: true });
    const answer = await change('g', { collect_logs: false });
    expect(answer.json.result).toMatchObject({ collect_logs: false, log_classification: false });
  });

  it('is refused together with turning classification on', async () => {
    expect((await create('g', { collect_logs: false, log_classification: true })).json.errors).toMatchObject([
      { path: ['body', 'log_classification'] },
    ]);
    await create('h', { collect_logs: false });
    expect((await change('h', { log_classification: true })).status).toBe(400);
  });
});

describe('deleting a gateway', () => {
  it('answers what it was, and it is gone', async () => {
    const { json } = await create('g');
    const answer = await api.call('DELETE', `${BASE}/g`);
    expect(answer.json.result).toEqual(json.result);
    expect((await read('g')).status).toBe(404);
    expect((await api.call('DELETE', `${BASE}/g`)).status).toBe(404);
  });

  it('ends its logs: a later gateway of the same id does not show them', async () => {
    await create('g');
    await logSomething('g');
    expect((await api.call('GET', `${BASE}/g/logs`)).json.result_info?.total_count).toBe(1);
    await api.call('DELETE', `${BASE}/g`);
    await create('g');
    expect((await api.call('GET', `${BASE}/g/logs`)).json.result_info?.total_count).toBe(0);
  });

  it('ends its logs at the next call when it broke off before', async () => {
    await create('g');
    await logSomething('g');
    const { deleteGateway } = api.ports.logs;
    Object.assign(api.ports.logs, { deleteGateway: () => Promise.reject(new StoreUnavailable('down')) });
    expect((await api.call('DELETE', `${BASE}/g`)).status).toBe(503);
    Object.assign(api.ports.logs, { deleteGateway });
    expect((await api.call('DELETE', `${BASE}/g`)).status).toBe(404);
    await create('g');
    expect((await api.call('GET', `${BASE}/g/logs`)).json.result_info?.total_count).toBe(0);
  });

  it('lets default be made again', async () => {
    await create('default');
    await api.call('DELETE', `${BASE}/default`);
    expect((await create('default')).status).toBe(200);
  });

  const logSomething = (gateway: string) =>
    api.ports.logs.put(aRecord({ account: api.account, gateway: gateway as GatewayId }));
});

describe('the URL of a provider', () => {
  it.each([
    ['openai', 'openai'],
    ['OpenAI', 'openai'],
    ['custom-my-models', 'custom-my-models'],
    ['Custom-My-models', 'custom-My-models'],
    ['compat', 'compat'],
  ])('for %s ends in %s', async (asked, slug) => {
    await create('g');
    const answer = await api.call('GET', `${BASE}/g/url/${asked}`);
    expect(answer.json.result).toBe(`https://weir.example/prod/v1/${api.account}/g/${slug}`);
  });

  it.each(['nobody', 'custom-', 'custom-a%2Fb', '..'])('is a 404 for %s', async (asked) => {
    await create('g');
    expect((await api.call('GET', `${BASE}/g/url/${asked}`)).status).toBe(404);
  });

  it('is a 404 for a gateway that is not there', async () => {
    expect((await api.call('GET', `${BASE}/g/url/openai`)).status).toBe(404);
  });

  it('has nothing of the Host header in it', async () => {
    await create('g');
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' };
    expect((await api.call('GET', `${BASE}/g/url/openai`, { headers })).text).not.toContain('evil');
  });
});
