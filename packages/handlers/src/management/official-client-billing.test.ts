import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Budget, epochMs, type GatewayId, micros, type RecordId, spendBudgetsOf } from '@weir/core';
import { earlyInWindow } from '@weir/testkit/limits';
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
const GATEWAY = 'g' as GatewayId;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let here: Deployment;
let billing: Cloudflare['aiGateway']['billing'];
let account_id: Deployment['account_id'];

/** What the data plane does for one request. */
async function spend(budget: Budget, record: string, reserved: bigint, actual: bigint): Promise<boolean> {
  const at = epochMs(Date.now());
  const verdict = await here.stores.spender.reserve({
    id: record as RecordId,
    account: account_id,
    gateway: GATEWAY,
    budgets: [budget],
    amount: micros(reserved),
    at,
    expiresAt: epochMs(at + 60_000),
    recorded: true,
  });
  if (verdict.granted) await verdict.reservation.settle(micros(actual));
  return verdict.granted;
}

describe.each([
  ['in memory', inMemory],
  ['on DynamoDB', onEngines],
])('the official client, unchanged but for its base URL, with stores %s', (_, open) => {
  let place: Place;
  beforeAll(async () => {
    place = await open();
  });
  beforeEach(async () => {
    here = await deploy(place);
    billing = here.client.aiGateway.billing;
    account_id = here.account_id;
  });
  afterEach(() => here.close());
  afterAll(() => place.stop());

  it('tops up, and sees the balance and what took of it', async () => {
    // What is due is of this month.
    await earlyInWindow(DAY);
    const made = await billing.topup.create({ account_id, amount: 1000 });
    expect(made).toMatchObject({ client_secret: null, payment_intent_id: expect.stringMatching(/^topup_/) });
    const { payment_intent_id } = made;
    expect(await billing.topup.status({ account_id, payment_intent_id })).toEqual({
      payment_intent_id,
      status: 'completed',
    });
    const balance: Budget = { kind: 'balance', account: account_id };
    expect(await spend(balance, '01JD0000000000000000000001', 500_000n, 12_345n)).toBe(true);
    expect(await spend(balance, '01JD0000000000000000000002', 10_000_001n, 0n)).toBe(false);
    expect(await billing.creditBalance({ account_id })).toMatchObject({ balance: 998.7655, reserved: 0 });
    const { history } = await billing.usageHistory({
      account_id,
      value_grouping_window: 'hour',
      start_time: null,
      end_time: null,
    });
    expect(history.reduce((sum, { aggregated_value }) => sum + aggregated_value, 0)).toBe(1.2345);
    expect(await billing.invoicePreview({ account_id })).toMatchObject({
      amount_due: 1.2345,
      status: 'draft',
    });
    const { invoices } = await billing.invoiceHistory({ account_id, type: 'manual' });
    expect(invoices).toMatchObject([{ id: payment_intent_id, amount_paid: 1000, status: 'paid' }]);
  }, 60_000);

  it('of ten top-ups with one id, all at once, counts one', async () => {
    const topUp = () =>
      here.client.post(`/accounts/${account_id}/ai-gateway/billing/topup`, {
        body: { amount: 1500, id: 'one' },
      });
    await Promise.all(Array.from({ length: 10 }, topUp));
    expect(await billing.creditBalance({ account_id })).toMatchObject({ balance: 1500 });
    expect((await billing.invoiceHistory({ account_id })).invoices).toHaveLength(1);
  });

  it('keeps, shows and forgets the automatic top-up', async () => {
    await billing.topup.config.create({ account_id, amount: 5000, threshold: 500 });
    expect(await billing.topup.config.get({ account_id })).toMatchObject({ amount: 5000, threshold: 500 });
    expect(await billing.topup.config.delete({ account_id })).toBeNull();
    expect(await billing.topup.config.get({ account_id })).toEqual({ amount: null, threshold: null });
  });

  it('finds the spending limit of the account retired', async () => {
    expect(await billing.spendingLimit.get({ account_id })).toMatchObject({ enabled: false });
    const set = billing.spendingLimit.create({
      account_id,
      amount: 100,
      duration: 'daily',
      strategy: 'fixed',
    });
    await expect(set).rejects.toBeInstanceOf(Cloudflare.PermissionDeniedError);
    expect(await billing.spendingLimit.delete({ account_id })).toBeNull();
  });

  it('sets spend limits, keeps their ids over an update, and what is spent under them is shown', async () => {
    await earlyInWindow(HOUR);
    type Limits = NonNullable<Parameters<Cloudflare['aiGateway']['update']>[1]['spend_limits']>;
    const limitsOf = (limit: number): Limits => ({
      enabled: true,
      rules: [
        {
          limit,
          limitType: 'cost',
          window: HOUR / 1_000,
          technique: 'fixed',
          provider: { mode: 'filter', values: ['openai'] },
          metadata: { team: { mode: 'partition' } },
        },
      ],
    });
    await here.client.aiGateway.create({ account_id, id: GATEWAY, ...SETTINGS });
    const change = (limit: number) =>
      here.client.aiGateway.update(GATEWAY, { account_id, ...SETTINGS, spend_limits: limitsOf(limit) });
    const rule = (await change(0.1)).spend_limits?.rules?.[0]?.id ?? '';
    expect(rule).toMatch(/^[0-9a-f]{8}$/);
    expect((await change(0.2)).spend_limits?.rules?.[0]?.id).toBe(rule);

    const path = `/accounts/${account_id}/ai-gateway/gateways/${GATEWAY}/spend`;
    const shown = async () => await here.client.get<{ result: unknown }>(path);
    expect(await shown()).toMatchObject({ result: [{ rule, bucket: null, limit: 0.2, spent: 0 }] });
    const gateway = await here.stores.gateways.get(account_id, GATEWAY);
    if (!gateway) throw new Error('it was made above');
    const [budget] = spendBudgetsOf({
      gateway,
      provider: 'openai',
      model: 'gpt-5',
      metadata: { team: 'blue' },
    });
    if (!budget) throw new Error('the rule is for this request');
    expect(await spend(budget, '01JD0000000000000000000003', 150_000n, 120_001n)).toBe(true);
    expect(await spend(budget, '01JD0000000000000000000004', 80_000n, 0n)).toBe(false);
    expect(await shown()).toMatchObject({
      result: [
        {
          rule,
          bucket: 'metadata.team=blue',
          spent: 0.120001,
          reserved: 0,
          remaining: 0.079999,
          reset_at: expect.stringMatching(/:00:00.000Z$/),
        },
      ],
    });
  }, 60_000);
});
