import { beforeEach, describe, expect, it } from '@jest/globals';
import { epochMs, type RequestRecord } from '@weir/core';
import { aRecordAt } from '@weir/testkit/logs';
import { ManagementApi, PLAIN } from '../management-api-for-test.ts';

let api: ManagementApi;
beforeEach(async () => {
  api = await ManagementApi.start();
  await api.call('POST', 'ai-gateway/gateways', { json: { id: 'g', ...PLAIN } });
});

// The clock stands at 2026-01-02T03:04:05Z.
const NOON = Date.UTC(2026, 0, 1, 12);
const put = async (at: number, changes: Partial<RequestRecord> = {}) => {
  const record = aRecordAt(epochMs(at), api.account, { gateway: 'g', ...changes });
  await api.logs.put({ ...record, requestId: record.id });
};
const read = (query = '', options = {}) => api.call('GET', `ai-gateway/gateways/g/totals${query}`, options);
const faultsOf = async (query: string) => {
  const { status, json } = await read(query);
  return [status, json.errors.map(({ message }) => message)];
};

describe('a gateway’s totals', () => {
  it('of today, where nothing is asked: all that happened, in one row', async () => {
    await put(NOON);
    await put(api.clock.now() - 1_000, {
      usage: { input: 1, cacheRead: 2, cacheWrite: 4, output: 8, reasoning: 16 },
    });
    await put(api.clock.now() - 2_000, { cost: null, success: false, usage: null });
    const { status, json } = await read();
    expect([status, json.result]).toEqual([
      200,
      {
        from: '2026-01-02T00:00:00.000Z',
        to: '2026-01-02T03:05:00.000Z',
        fresh_until: '2026-01-02T03:04:05.000Z',
        totals: [
          {
            requests: 2,
            records: 2,
            attempts: 2,
            errors: 1,
            cache_hits: 0,
            tokens_in: 7,
            tokens_out: 24,
            usage: {
              ...{ input: 1, cache_read: 2, cache_write: 4, output: 8, reasoning: 16 },
              ...{ cache_write_long: 0, input_audio: 0, input_image: 0, output_audio: 0, output_image: 0 },
              ...{ input_free: 0, output_free: 0, searches: 0 },
            },
            cost: 1.234567,
            cost_unknown: 1,
          },
        ],
      },
    ]);
  });

  it('are told apart by what is asked for, in that order', async () => {
    await put(NOON, { provider: 'openai' });
    await put(NOON + 3_600_000, { provider: null, cached: true });
    const { json } = await read('?from=2026-01-01T00:00:00Z&group_by=provider,hour,cached');
    expect(json.result).toMatchObject({
      totals: [
        { provider: null, hour: '2026-01-01T13:00:00.000Z', cached: true, records: 1 },
        { provider: 'openai', hour: '2026-01-01T12:00:00.000Z', cached: false, records: 1 },
      ],
    });
  });

  it('have whole minutes: the answer says which', async () => {
    await put(NOON + 1);
    await put(NOON + 59_999);
    await put(NOON + 60_000);
    const { json } = await read('?from=2026-01-01T12:00:30Z&to=2026-01-01T12:00:31Z');
    expect(json.result).toMatchObject({
      from: '2026-01-01T12:00:00.000Z',
      to: '2026-01-01T12:01:00.000Z',
      totals: [{ records: 2 }],
    });
  });

  it('are money to the micro-dollar', async () => {
    for (const value of [1, 199_999, 100_000])
      await put(NOON, { cost: { micros: value, book: 'b', price: 'p' } });
    const { json } = await read('?from=2026-01-01T12:00:00Z');
    expect(json.result).toMatchObject({ totals: [{ cost: Number('0.300000') }] });
  });

  it('before anything happened are zeros, and no groups', async () => {
    expect((await read()).json.result).toMatchObject({ totals: [{ requests: 0, cost: 0 }] });
    expect((await read('?group_by=model')).json.result).toMatchObject({ totals: [] });
  });

  it.each([
    [
      '?group_by=metadata',
      'group_by.0: must be of minute, hour, day, provider, model, cached, with commas between them',
    ],
    ['?group_by=model,model', 'group_by: names something twice'],
    ['?group_by=day,hour', 'group_by: takes one of minute, hour and day'],
    ['?group_by=day&group_by=model', 'group_by: takes one value'],
    ['?from=yesterday', 'from: must be an RFC 3339 time such as 2026-09-24T08:00:00Z'],
    ['?from=2027-01-01T00:00:00Z', 'from: must be before to, which is now if it is not given'],
    ['?from=2025-12-02T03:04:00Z', 'from: must be at most 31 days before to'],
    ['?page=1', 'There is no query parameter "page" here.'],
  ])('are not asked with %s', async (query, message) => {
    expect(await faultsOf(query)).toEqual([400, [message]]);
  });

  it('in more rows than an answer takes are refused, with what to do', async () => {
    await Promise.all(Array.from({ length: 5_001 }, (_, n) => put(NOON, { model: `m-${n}` })));
    const query = '?from=2026-01-01T12:00:00Z';
    expect((await read(`${query}&group_by=provider`)).status).toBe(200);
    expect(await faultsOf(`${query}&group_by=model`)).toEqual([
      400,
      ['group_by: gives more than 5000 rows: ask for less time or for coarser groups'],
    ]);
  });

  it('are read with the permission to read the gateway, and of gateways that exist', async () => {
    expect((await read('', { token: await api.tokenFor(['gateway:read'], ['g']) })).status).toBe(200);
    expect((await read('', { token: await api.tokenFor(['gateway:run']) })).status).toBe(403);
    expect((await read('', { token: await api.tokenFor(['gateway:read'], ['h']) })).status).toBe(403);
    expect((await api.call('GET', 'ai-gateway/gateways/h/totals')).status).toBe(404);
  });
});
