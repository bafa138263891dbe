import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { earlyInWindow } from '@weir/testkit/limits';
import { isLive } from './__fixtures__/changes.ts';
import { expectGatewayHostError } from './__fixtures__/error-shapes.ts';
import { eventually } from './__fixtures__/eventually.ts';
import { logOf } from './__fixtures__/log-list.ts';
import { type RunningGateway, startGateway } from './__fixtures__/running-gateway.ts';
import { storeKey } from './__fixtures__/stored-keys.ts';
import { nativeOn } from './__fixtures__/through.ts';

interface Balance {
  readonly balance: number;
  readonly reserved: number;
}

let gateway: RunningGateway;
beforeAll(async () => {
  // What is due is of this month.
  await earlyInWindow(24 * 3_600_000);
  gateway = await startGateway({
    environment: { WEIR_UNIFIED_BILLING: 'credits', OPENAI_API_KEY: 'sk-operator' },
  });
  // 4 dollars a request.
  const prices = [{ provider: 'openai', model: '*', rates: { per_request: '4' } }];
  await gateway.createGateway('main', { prices });
}, 90_000);
afterAll(() => gateway?.stop());

const ask = (headers: Readonly<Record<string, string>> = {}) =>
  gateway.send(nativeOn(gateway, 'main', 'openai/chat/completions', { headers }));

const billing = async (path: string) =>
  (await gateway.manage('GET', `ai-gateway/billing/${path}`)).result as Readonly<Record<string, unknown>>;
const settled = () =>
  eventually('nothing to be reserved', async () => {
    const balance = (await billing('credit-balance')) as unknown as Balance;
    return balance.reserved === 0 ? balance.balance : null;
  });
const topUp = (amount: number, id: string) =>
  gateway.manage('POST', 'ai-gateway/billing/topup', { amount, id });

test('prepaid credits: nothing is served on an empty balance, an operator tops up, requests take of it to the last dollar', async () => {
  const empty = await ask();
  expectGatewayHostError(empty, 402, 2951);
  expect(gateway.upstream.requests.total).toBe(0);

  await topUp(1_000, 'invoice-1');
  await topUp(1_000, 'invoice-1');
  expect(await settled()).toBe(1_000);
  await expect(topUp(2_000, 'invoice-1')).rejects.toThrow('409');
  expect(await settled()).toBe(1_000);

  // A process that knows of an empty balance asks again when a moment has passed.
  await isLive('the top-up', async () => (await ask()).status === 200);
  const second = await ask();
  expect([second.status, second.headers['weir-cost'], second.headers['weir-budget-remaining']]).toEqual([
    200,
    '4.000000',
    '2.000000',
  ]);
  expect(await logOf(gateway, 'main', second.eventId)).toMatchObject({ cost: 4, key_source: 'unified' });
  expect(await settled()).toBe(200);
  expectGatewayHostError(await ask(), 402, 2951);
  expect(gateway.upstream.requests.total).toBe(2);
  expect(gateway.upstream.requests.last().headers.get('authorization')).toEqual(['Bearer sk-operator']);
}, 60_000);

test('who brings a key pays for it, and so does a stored one; byok_only and cf-aig-no-wholesale ask for one', async () => {
  expect((await ask({ authorization: 'Bearer sk-own' })).status).toBe(200);
  expectGatewayHostError(await ask({ 'cf-aig-no-wholesale': 'true' }), 400, 2911);
  await storeKey(gateway, 'main', 'openai', 'sk-stored-on-the-gateway');
  await isLive('the stored key', async () => (await ask()).status === 200);
  expect(await settled()).toBe(200);
}, 30_000);

test('the account is read from its entries: usage by the hour, the month’s lines, every top-up', async () => {
  const usage = await eventually('both charges to be entered', async () => {
    const { history } = await billing('usage-history?value_grouping_window=hour');
    const sum = (history as { aggregated_value: number }[]).reduce((all, it) => all + it.aggregated_value, 0);
    return sum === 800 ? sum : null;
  });
  expect(usage).toBe(800);
  expect(await billing('invoice-preview')).toMatchObject({
    amount_due: 800,
    amount_remaining: 0,
    currency: 'usd',
    invoice_lines: [
      expect.objectContaining({
        amount: 800,
        description: expect.stringContaining('openai/gpt-x'),
        quantity: 2,
      }),
    ],
  });
  const { invoices } = await billing('invoice-history?type=all');
  expect(invoices).toEqual([
    expect.objectContaining({ id: 'invoice-1', amount_paid: 1_000, status: 'paid' }),
  ]);
});

test('without Credits Write nobody tops up', async () => {
  const manager = await gateway.createToken({ permissions: ['gateway:read', 'gateway:write'] });
  const answer = await gateway.send({
    method: 'POST',
    path: `/client/v4/accounts/${gateway.account}/ai-gateway/billing/topup`,
    headers: { authorization: `Bearer ${manager.value}`, 'content-type': 'application/json' },
    body: JSON.stringify({ amount: 1_000_000, id: 'mine' }),
  });
  expect(answer.status).toBe(403);
  expect(await settled()).toBe(200);
});
