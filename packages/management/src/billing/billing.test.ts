import { beforeEach, describe, expect, it } from '@jest/globals';
import { epochMs, type GatewayId, micros, type RecordId } from '@weir/core';
import * as z from 'zod';
import { ManagementApi } from '../management-api-for-test.ts';

let api: ManagementApi;
beforeEach(async () => {
  api = await ManagementApi.start();
});

const get = (path: string, options = {}) => api.call('GET', `ai-gateway/billing/${path}`, options);
const post = (path: string, json: unknown, options = {}) =>
  api.call('POST', `ai-gateway/billing/${path}`, { json, ...options });
const balance = async () =>
  z.looseObject({ balance: z.number() }).parse((await get('credit-balance')).json.result).balance;

let charges = 0;
function charge(amount: bigint, at: number, model = 'gpt-5', provider = 'openai'): void {
  charges += 1;
  const id = `record-${charges}`;
  api.credits.add(api.account, {
    id,
    kind: 'charge',
    amount: micros(amount),
    at: epochMs(at),
    gateway: 'g' as GatewayId,
    record: id as RecordId,
    provider,
    model,
  });
}

describe('the balance', () => {
  it('is zeros for an account that never had credits', async () => {
    expect((await get('credit-balance')).json.result).toEqual({
      balance: 0,
      reserved: 0,
      has_default_payment_method: false,
      payment_method: null,
      topup_config: { amount: null, threshold: null },
    });
  });

  it('is in cents, and says every micro-dollar', async () => {
    await post('topup', { amount: 1000, id: 'a' });
    charge(1n, api.clock.now());
    charge(12_345n, api.clock.now());
    expect(await balance()).toBe(998.7654);
    api.credits.reserved = micros(5_000_000n);
    expect((await get('credit-balance')).json.result).toMatchObject({ balance: 998.7654, reserved: 500 });
  });

  it('may be below zero: what was really used is charged', async () => {
    charge(10_001n, api.clock.now());
    expect(await balance()).toBe(-1.0001);
  });
});

describe('a top-up', () => {
  it('by an operator credits the account', async () => {
    const answer = await post('topup', { amount: 2500, id: 'invoice-7', payment_method_id: 'pm_1' });
    expect([answer.status, answer.json.result]).toEqual([
      200,
      { client_secret: null, onboarding: false, payment_intent_id: 'invoice-7' },
    ]);
    expect(await balance()).toBe(2500);
  });

  it('replayed with the same id credits once and answers the same', async () => {
    const first = await post('topup', { amount: 1000, id: 'once' });
    const second = await post('topup', { amount: 1000, id: 'once' });
    expect([second.status, second.text]).toEqual([200, first.text]);
    expect(await balance()).toBe(1000);
  });

  it('of another amount under the same id is refused, and changes nothing', async () => {
    await post('topup', { amount: 1000, id: 'once' });
    const answer = await post('topup', { amount: 1001, id: 'once' });
    expect([answer.status, answer.json.errors[0]?.code]).toEqual([409, 7009]);
    expect(await balance()).toBe(1000);
  });

  it('without an id gets one of its own each time', async () => {
    const [one, other] = [await post('topup', { amount: 1000 }), await post('topup', { amount: 1000 })];
    expect(one.text).not.toBe(other.text);
    expect(await balance()).toBe(2000);
  });

  it.each<[string, object]>([
    ['amount', {}],
    ['amount', { amount: 999 }],
    ['amount', { amount: -1000 }],
    ['amount', { amount: 1000.5 }],
    ['amount', { amount: 1e30 }],
    ['amount', { amount: '1000' }],
    ['id', { amount: 1000, id: '' }],
    ['id', { amount: 1000, id: 'a#b' }],
    ['id', { amount: 1000, id: 'a'.repeat(65) }],
    ['currency', { amount: 1000, currency: 'eur' }],
  ])('with a wrong %s, as in %j, is refused by name', async (field, json) => {
    const answer = await post('topup', json);
    expect([answer.status, answer.json.errors[0]?.path]).toEqual([400, ['body', field]]);
    expect(await balance()).toBe(0);
  });

  it('is an operator’s: other tokens get 403, and are told who tops up', async () => {
    const token = await api.tokenFor(['gateway:write', 'billing:write', 'tokens:write']);
    const answer = await post('topup', { amount: 1000 }, { token });
    expect(answer.status).toBe(403);
    expect(answer.json.errors[0]?.message).toContain('operator');
    const scoped = await api.tokenFor(['credits:write'], ['g']);
    expect((await post('topup', { amount: 1000 }, { token: scoped })).status).toBe(403);
    expect(
      (await post('topup', { amount: 1000 }, { token: await api.tokenFor(['credits:write']) })).status,
    ).toBe(200);
    expect(await balance()).toBe(1000);
  });

  it('is complete as soon as it is there', async () => {
    await post('topup', { amount: 1000, id: 'a' });
    const answer = await post('topup/status', { payment_intent_id: 'a' });
    expect(answer.json.result).toEqual({ payment_intent_id: 'a', status: 'completed' });
    expect((await post('topup/status', { payment_intent_id: 'b' })).status).toBe(404);
    expect((await post('topup/status', {})).status).toBe(400);
  });
});

describe('the automatic top-up', () => {
  const config = { amount: 5000, threshold: 500 };

  it('is kept, and says that nobody carries it out', async () => {
    const answer = await post('topup/config', config);
    expect(answer.json.result).toEqual(config);
    expect(answer.json.messages).toMatchObject([{ message: expect.stringContaining('No card is charged') }]);
    const shown = { ...config, disabledReason: expect.stringContaining('No card is charged') };
    expect((await get('topup/config')).json.result).toEqual(shown);
    expect((await get('credit-balance')).json.result).toMatchObject({ topup_config: shown });
    expect(await balance()).toBe(0);
  });

  it('is forgotten when it is deleted', async () => {
    await post('topup/config', config);
    expect((await api.call('DELETE', 'ai-gateway/billing/topup/config')).json.result).toBeNull();
    expect((await get('topup/config')).json.result).toEqual({ amount: null, threshold: null });
  });

  it.each([{ amount: 999, threshold: 500 }, { amount: 1000, threshold: 499 }, { amount: 1000 }, {}])(
    'of %j is refused',
    async (json) => {
      expect((await post('topup/config', json)).status).toBe(400);
      expect((await get('topup/config')).json.result).toEqual({ amount: null, threshold: null });
    },
  );

  it('is set with Billing Write and with nothing less', async () => {
    const token = await api.tokenFor(['gateway:write', 'credits:write']);
    expect((await post('topup/config', config, { token })).status).toBe(403);
    expect((await api.call('DELETE', 'ai-gateway/billing/topup/config', { token })).status).toBe(403);
    const allowed = await api.tokenFor(['billing:write']);
    expect((await post('topup/config', config, { token: allowed })).status).toBe(200);
  });
});

describe('usage', () => {
  const HOUR = 3_600_000;
  const midnight = Date.UTC(2026, 10, 20);
  const history = async (query: string) => {
    const answer = await get(`usage-history?${query}`);
    expect(answer.json.errors).toEqual([]);
    return z
      .object({
        history: z.array(
          z.strictObject({
            id: z.string(),
            aggregated_value: z.number(),
            start_time: z.int(),
            end_time: z.int(),
          }),
        ),
      })
      .parse(answer.json.result).history;
  };

  it('is summed in whole hours, each charge in one of them', async () => {
    charge(10_000n, midnight - 1);
    charge(10_000n, midnight);
    charge(5_000n, midnight + HOUR - 1);
    charge(1n, midnight + HOUR);
    charge(10_000n, midnight + 2 * HOUR);
    const span = `start_time=${midnight + 1}&end_time=${midnight + HOUR + 1}`;
    expect(await history(`value_grouping_window=hour&${span}`)).toEqual([
      { id: `hour_${midnight}`, aggregated_value: 1.5, start_time: midnight, end_time: midnight + HOUR },
      {
        id: `hour_${midnight + HOUR}`,
        aggregated_value: 0.0001,
        start_time: midnight + HOUR,
        end_time: midnight + 2 * HOUR,
      },
    ]);
  });

  it('is charges alone: a top-up is no usage', async () => {
    await post('topup', { amount: 1000 });
    const days = await history('value_grouping_window=day');
    expect(days.length).toBeGreaterThanOrEqual(30);
    expect(days.reduce((sum, { aggregated_value }) => sum + aggregated_value, 0)).toBe(0);
  });

  it('of the last day is shown by the hour when nobody says when', async () => {
    charge(20_000n, api.clock.now() - 1);
    const hours = await history('value_grouping_window=hour&start_time=&end_time=');
    expect(hours.length).toBeGreaterThanOrEqual(24);
    expect(hours.at(-1)?.aggregated_value).toBe(2);
  });

  it.each([
    ['value_grouping_window', ''],
    ['value_grouping_window', 'value_grouping_window=week'],
    ['start_time', 'value_grouping_window=day&start_time=10&end_time=10'],
    ['start_time', `value_grouping_window=hour&start_time=0&end_time=${40 * 24 * HOUR}`],
    ['start_time', 'value_grouping_window=day&start_time=-1'],
    ['end_time', 'value_grouping_window=day&end_time=1e99'],
  ])('with a wrong %s is refused: %s', async (name, query) => {
    const answer = await get(`usage-history?${query}`);
    expect([answer.status, answer.json.errors[0]?.path]).toEqual([400, ['query', name]]);
  });
});

describe('invoices', () => {
  it('are the top-ups, paid, the newest first', async () => {
    await post('topup', { amount: 1000, id: 'first' });
    api.clock.advance(60_000);
    await post('topup', { amount: 2000, id: 'second' });
    charge(1n, api.clock.now());
    const answer = await get('invoice-history?type=manual');
    expect(answer.json.result).toMatchObject({
      invoices: [
        {
          id: 'second',
          amount_due: 2000,
          amount_paid: 2000,
          amount_remaining: 0,
          currency: 'usd',
          status: 'paid',
        },
        { id: 'first', created: Math.floor(api.clock.now() / 1000) - 60 },
      ],
      pagination: { has_more: false, page: 1, per_page: 20, total_count: 2 },
    });
    const page = await get('invoice-history?per_page=1');
    expect(page.json.result).toMatchObject({ invoices: [{ id: 'second' }], pagination: { has_more: true } });
  });

  it('of automatic top-ups are none', async () => {
    await post('topup', { amount: 1000 });
    expect((await get('invoice-history?type=auto')).json.result).toMatchObject({ invoices: [] });
    expect((await get('invoice-history?type=both')).status).toBe(400);
  });

  it('of this month tell what each model cost, and leave nothing to pay', async () => {
    const now = new Date(api.clock.now());
    const month = Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
    charge(99n, month - 1);
    charge(10_000n, month);
    charge(15_000n, month + 1, 'gpt-5-2025-08-07');
    charge(30_001n, month + 2, 'claude-sonnet-5', 'anthropic');
    const answer = await get('invoice-preview');
    expect(answer.json.result).toMatchObject({
      amount_due: 5.5001,
      amount_paid: 5.5001,
      amount_remaining: 0,
      currency: 'usd',
      status: 'draft',
      period_start: month / 1000,
      period_end: Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1) / 1000,
      invoice_lines: [
        { description: 'anthropic/claude-sonnet-5', amount: 3.0001, quantity: 1 },
        { description: 'openai/gpt-5', amount: 2.5, quantity: 2 },
      ],
    });
  });
});

describe('the spending limit of an account', () => {
  it('is retired: there is none, none can be set, and none is left to take away', async () => {
    expect((await get('spending-limit')).json.result).toEqual({
      enabled: false,
      config: { amount: null, duration: null, strategy: null },
    });
    const set = await post('spending-limit', { amount: 100, duration: 'daily', strategy: 'fixed' });
    expect([set.status, set.json.errors[0]?.code]).toEqual([403, 2960]);
    expect((await api.call('DELETE', 'ai-gateway/billing/spending-limit')).json.result).toBeNull();
  });
});

describe('billing', () => {
  it.each([
    'credit-balance',
    'usage-history?value_grouping_window=day',
    'invoice-preview',
    'invoice-history',
    'topup/config',
    'spending-limit',
  ])('%s is read with gateway:read on the account, and with nothing less', async (path) => {
    expect((await get(path, { token: await api.tokenFor(['gateway:read']) })).status).toBe(200);
    expect((await get(path, { token: await api.tokenFor(['gateway:run']) })).status).toBe(403);
    expect((await get(path, { token: await api.tokenFor(['gateway:read'], ['g']) })).status).toBe(403);
  });
});
