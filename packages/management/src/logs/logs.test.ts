import { readFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { GatewayId, RecordId, RequestRecord } from '@weir/core';
import { aRecord } from '@weir/testkit/stores';
import { ManagementApi, PLAIN } from '../management-api-for-test.ts';

let api: ManagementApi;
let ids: RecordId[];
beforeEach(async () => {
  api = await ManagementApi.start();
  ids = [];
  for (const id of ['g', 'other']) await api.call('POST', 'ai-gateway/gateways', { json: { id, ...PLAIN } });
});

async function log(changes: Partial<RequestRecord> = {}): Promise<RecordId> {
  const record = aRecord({ account: api.account, gateway: 'g' as GatewayId, ...changes });
  await api.ports.logs.put(record);
  ids.push(record.id);
  return record.id;
}

const BASE = 'ai-gateway/gateways/g/logs';
const listed = async (query = '') => {
  const { json } = await api.call('GET', `${BASE}?${query}`);
  return (json.result as { id: string }[]).map(({ id }) => id);
};

describe('listing logs', () => {
  beforeEach(async () => {
    for (let i = 0; i < 5; i++) await log();
    await log({ gateway: 'other' });
    ids.pop();
  });

  it('shows the newest of this gateway first, or the oldest', async () => {
    expect(await listed()).toEqual(ids.toReversed());
    expect(await listed('order_by=created_at&order_by_direction=asc')).toEqual(ids);
    expect(await listed('direction=asc')).toEqual(ids);
  });

  it('pages, and is empty past the end', async () => {
    const { json } = await api.call('GET', `${BASE}?per_page=2&page=3`);
    expect(json.result_info).toEqual({ page: 3, per_page: 2, count: 1, total_count: 5 });
    expect(await listed('per_page=2&page=4')).toEqual([]);
  });

  it('takes a time range', async () => {
    expect(await listed('start_date=2100-01-01T00:00:00Z')).toEqual([]);
    expect(await listed('end_date=2100-01-01T00:00:00%2B02:00')).toHaveLength(5);
  });

  it('is a 404 for a gateway that is not there', async () => {
    expect((await api.call('GET', 'ai-gateway/gateways/nowhere/logs')).status).toBe(404);
  });

  it.each([
    ['per_page=51', 'per_page'],
    ['per_page=0', 'per_page'],
    ['page=0', 'page'],
    ['order_by=cost', 'order_by'],
    ['order_by_direction=up', 'order_by_direction'],
    ['start_date=yesterday', 'start_date'],
    ['search=x', 'search'],
    ['meta_info=true', 'meta_info'],
    ['success=true', 'success'],
    ['model=gpt-5', 'model'],
    ['min_cost=1', 'min_cost'],
    ['max_total_tokens=1', 'max_total_tokens'],
    ['feedback=1', 'feedback'],
    ['filters.key=provider&filters.operator=eq&filters.value=openai', 'filters.key'],
    ['filters=[]', 'filters'],
    ['colour=red', 'colour'],
  ])('refuses ?%s and names it, since ignoring it would show what was not asked for', async (query, name) => {
    const answer = await api.call('GET', `${BASE}?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.json.errors[0]).toMatchObject({ path: ['query', name] });
    expect(answer.json.errors[0]?.message).toContain(name);
  });
});

describe('a log', () => {
  it('is shown under the names of the contract', async () => {
    const id = await log({
      usage: { input: 5, cacheRead: 3, cacheWrite: 2, output: 7, reasoning: 4, searches: 1 },
      route: { route: 'r1', version: 'v1', steps: [] },
      metadata: { team: 'search' },
      modelType: 'text-generation',
      outcome: { kind: 'refused', code: 2003, blame: 'policy', message: 'too fast' },
      warnings: ['w'],
    });
    const { json } = await api.call('GET', `${BASE}/${id}`);
    expect(json.result).toMatchObject({
      id,
      created_at: '2026-01-02T03:04:05.678Z',
      provider: 'openai',
      model: 'gpt-5',
      model_type: 'text-generation',
      path: 'chat/completions',
      success: true,
      cached: false,
      duration: 812,
      tokens_in: 10,
      tokens_out: 11,
      usage: { input: 5, cache_read: 3, cache_write: 2, output: 7, reasoning: 4, searches: 1 },
      route: { route: 'r1', version: 'v1', steps: [] },
      cost: 1.234567,
      custom_cost: false,
      usage_source: 'reported',
      price_book: 'override',
      price: { provider: 'openai', model: 'gpt-*', rates: { input: '1.25', output: '10' } },
      key_source: 'stored',
      key_id: 'b6a4',
      metadata: '{"team":"search"}',
      request_type: 'HTTP',
      request_content_type: 'application/json',
      response_content_type: 'application/json',
      status_code: 200,
      step: 0,
      request_size: 64,
      response_size: 128,
      request_head: '{"model":"gpt-5"}',
      request_head_complete: true,
      response_head: '{"choices":[]}',
      response_head_complete: true,
      event_id: '',
      user_agent: 'openai/7',
      authentication: true,
      wholesale: false,
      compatibilityMode: false,
      attempts: [
        {
          provider: 'openai',
          started_at: '2026-01-02T03:04:05.678Z',
          duration: 800,
          status: 200,
          failure: null,
        },
      ],
      outcome: { kind: 'refused', code: 2003, blame: 'policy', message: 'too fast' },
      warnings: ['w'],
      feedback: null,
      score: null,
    });
  });

  it('has each of its fields in docs/logs.md', async () => {
    const id = await log({
      usage: { input: 5, cacheRead: 3, cacheWrite: 2, output: 7, reasoning: 4 },
      route: { route: 'r1', version: 'v1', steps: [] },
      modelType: 'text-generation',
      refusedBy: 'rate_limits[0]',
      settings: { cacheTtl: { value: 60, source: 'gateway' } },
    });
    const page = await readFile(new URL('../../../../docs/logs.md', import.meta.url), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    const named = new Set(rows.flatMap((row) => (row.split('|')[1] ?? '').match(/\w+/g) ?? []));
    const shown = Object.keys((await api.call('GET', `${BASE}/${id}`)).json.result as object);
    expect(shown.filter((field) => !named.has(field))).toEqual([]);
  });

  it('says when the caller brought the rates, and leaves out a cost that is not known (spec 5.16)', async () => {
    const custom = { micros: 7, book: 'custom', price: { per_token_in: '0.000001' } };
    const id = await log({ cost: custom });
    expect((await api.call('GET', `${BASE}/${id}`)).json.result).toMatchObject({
      cost: 0.000_007,
      custom_cost: true,
      price: { per_token_in: '0.000001' },
    });
    const unknown = await log({ cost: null });
    expect((await api.call('GET', `${BASE}/${unknown}`)).json.result).not.toHaveProperty('cost');
  });

  it('has the same fields in a list, but no bodies', async () => {
    const id = await log();
    const [inList] = (await api.call('GET', BASE)).json.result as object[];
    const detail = (await api.call('GET', `${BASE}/${id}`)).json.result as object;
    expect(detail).toMatchObject({ ...inList });
    expect(Object.keys(inList ?? {})).not.toContain('request_head');
  });

  it('of a request that never got anywhere has empty names and no counts', async () => {
    const nothing = { provider: null, model: null, usage: null, requestBody: null, responseBody: null };
    const id = await log({ ...nothing, attempts: [], requestContentType: null, responseContentType: null });
    const { json } = await api.call('GET', `${BASE}/${id}`);
    expect(json.result).toMatchObject({
      provider: '',
      model: '',
      tokens_in: null,
      tokens_out: null,
      attempts: [],
    });
    expect(json.result).not.toHaveProperty('request_head');
    expect(json.result).not.toHaveProperty('request_content_type');
  });

  it.each(['', '/request', '/response'])(
    '%s is a 404 under another gateway, an unknown id and a bad one',
    async (part) => {
      const id = await log();
      for (const path of [
        `ai-gateway/gateways/other/logs/${id}`,
        `${BASE}/01KDY0000000000000000ZZZZZ`,
        `${BASE}/x`,
      ]) {
        const answer = await api.call('GET', `${path}${part}`);
        expect([answer.status, answer.json.errors[0]?.code]).toEqual([404, 7002]);
      }
    },
  );
});

describe('the body of a log', () => {
  it('is what was stored, under its own type and in no envelope', async () => {
    const id = await log({
      requestContentType: 'text/plain; charset=utf-8',
      requestBody: { encoding: 'utf8', data: 'süß', complete: true },
    });
    const answer = await api.call('GET', `${BASE}/${id}/request`);
    expect(answer.text).toBe('süß');
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'weir-body-complete': 'true',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    });
  });

  it('may be bytes, and may have been cut', async () => {
    const bytes = Buffer.from([0, 255, 1, 254]);
    const responseBody = { encoding: 'base64', data: bytes.toString('base64'), complete: false } as const;
    const id = await log({ responseContentType: 'audio/mpeg', responseBody });
    const answer = await api.call('GET', `${BASE}/${id}/response`);
    expect(Buffer.from(answer.body)).toEqual(bytes);
    expect(answer.headers).toMatchObject({ 'content-type': 'audio/mpeg', 'weir-body-complete': 'false' });
  });

  it('that was put together from a stream has the type of the whole', async () => {
    const responseBody = {
      encoding: 'utf8',
      data: '{}',
      complete: true,
      contentType: 'application/json',
    } as const;
    const id = await log({ responseContentType: 'text/event-stream', responseBody });
    expect((await api.call('GET', `${BASE}/${id}/response`)).headers['content-type']).toBe(
      'application/json',
    );
  });

  it.each(['', 'nonsense', 'text/html\r\nset-cookie: a=b', 'text/ä'])(
    'whose type is %j is bytes, nothing more',
    async (responseContentType) => {
      const id = await log({ responseContentType });
      const answer = await api.call('GET', `${BASE}/${id}/response`);
      expect(answer.headers['content-type']).toBe('application/octet-stream');
    },
  );

  it('that was not kept is a 404 that says so', async () => {
    const id = await log({ requestBody: null });
    const answer = await api.call('GET', `${BASE}/${id}/request`);
    expect(answer.status).toBe(404);
    expect(answer.json.errors[0]?.message).toContain('not kept');
  });
});

describe('feedback on a log', () => {
  const edit = (id: string, json: object) => api.call('PATCH', `${BASE}/${id}`, { json });
  const read = async (id: string) => (await api.call('GET', `${BASE}/${id}`)).json.result;

  it('is merged: what is absent stays, null clears', async () => {
    const id = await log({ metadata: { team: 'search' } });
    expect((await edit(id, { feedback: -1, score: 70, metadata: { reviewed: true } })).json.result).toEqual(
      {},
    );
    expect(await read(id)).toMatchObject({ feedback: -1, score: 70, metadata: '{"reviewed":true}' });
    await edit(id, { score: null, metadata: null });
    expect(await read(id)).toMatchObject({ feedback: -1, score: null, metadata: '{"team":"search"}' });
  });

  it.each<[object, string]>([
    [{ feedback: 2 }, 'feedback'],
    [{ feedback: 0.5 }, 'feedback'],
    [{ score: 101 }, 'score'],
    [{ score: -1 }, 'score'],
    [{ metadata: { a: { b: 1 } } }, 'metadata'],
    [{ metadata: { 'cf.user_id': 'me' } }, 'metadata'],
    [{ metadata: [] }, 'metadata'],
    [{ metadata: { note: 'x'.repeat(16 * 1024) } }, 'metadata'],
    [{ colour: 'red' }, 'colour'],
  ])('%j is refused', async (json, field) => {
    const id = await log();
    const answer = await edit(id, json);
    expect(answer.status).toBe(400);
    expect(answer.json.errors[0]?.path?.slice(0, 2)).toEqual(['body', field]);
  });

  it('says why a key cannot be set', async () => {
    const answer = await edit(await log(), { metadata: { 'cf.user_id': 'me' } });
    expect(answer.json.errors).toMatchObject([{ message: expect.stringContaining('begin with "cf."') }]);
  });

  it('on what is no log is a 404', async () => {
    expect((await edit('01KDY0000000000000000ZZZZZ', { score: 1 })).status).toBe(404);
  });
});

describe('deleting logs', () => {
  beforeEach(async () => {
    for (let i = 0; i < 5; i++) await log();
  });
  const remove = (query: string) => api.call('DELETE', `${BASE}?${query}`);

  it('deletes nothing without a limit or a filter', async () => {
    const answer = await remove('');
    expect([answer.status, answer.json.errors[0]?.path]).toEqual([400, ['query', 'limit']]);
    expect(await listed()).toHaveLength(5);
  });

  it('takes an id that is given twice for one', async () => {
    const [a, b] = ids;
    const filter = `filters.key=id&filters.operator=eq&filters.value=${a}&filters.value=${a}&filters.value=${b}`;
    expect((await remove(`${filter}&limit=2`)).json.result).toEqual({ deleted: 2 });
    expect(await listed('direction=asc')).toEqual(ids.slice(2));
  });

  it('deletes so many of the oldest, or of the newest', async () => {
    expect((await remove('limit=2')).json).toMatchObject({ success: true, result: { deleted: 2 } });
    expect(await listed('direction=asc')).toEqual(ids.slice(2));
    await remove('limit=2&order_by=created_at&order_by_direction=desc');
    expect(await listed()).toEqual([ids[2]]);
    expect((await remove('limit=10000')).json.result).toEqual({ deleted: 1 });
  });

  it.each([
    [
      'as the official client writes it',
      (a: string, b: string) => `filters.key=id&filters.operator=eq&filters.value=${a}&filters.value=${b}`,
    ],
    [
      'as JSON',
      (a: string, b: string) =>
        `filters=${encodeURIComponent(JSON.stringify([{ key: 'id', operator: 'eq', value: [a, b] }]))}`,
    ],
  ])('deletes those of a filter by id, %s', async (_, query) => {
    const answer = await remove(query(ids[1] ?? '', ids[3] ?? ''));
    expect(answer.json.result).toEqual({ deleted: 2 });
    expect(await listed('direction=asc')).toEqual([ids[0], ids[2], ids[4]]);
  });

  it.each([
    'limit=0',
    'limit=10001',
    'limit=1&order_by=cost',
    'filters.key=provider&filters.operator=eq&filters.value=openai',
    'filters.key=id&filters.operator=neq&filters.value=01KDY0000000000000000ZZZZZ',
    'filters.key=id&filters.operator=eq&filters.value=x',
    'filters.key=id&filters.operator=eq',
    'filters.value=01KDY0000000000000000ZZZZZ',
    'filters.key=id&filters.value=01KDY0000000000000000ZZZZZ&filters.key=model&filters.value=x',
    'filters=x',
    'filters=[]',
    'limit=1&filtres=x',
    'limit=1&search=x',
  ])('deletes nothing at ?%s', async (query) => {
    expect((await remove(query)).status).toBe(400);
    expect(await listed()).toHaveLength(5);
  });

  it('deletes one by its path', async () => {
    expect((await api.call('DELETE', `${BASE}/${ids[0]}`)).json.result).toEqual({ id: ids[0] });
    expect((await api.call('DELETE', `${BASE}/${ids[0]}`)).status).toBe(404);
  });

  it('stops when the time of the call is over, and says so', async () => {
    const { deleteMany } = api.ports.logs;
    Object.assign(api.ports.logs, {
      deleteMany: async () => {
        api.clock.advance(8_000);
        return 200;
      },
    });
    const answer = await remove('limit=10000');
    expect(answer.json).toMatchObject({
      success: true,
      result: { deleted: 400 },
      messages: [{ code: 2962 }],
    });
    Object.assign(api.ports.logs, { deleteMany });
  });
});
