import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  type BudgetState,
  durationMs,
  type EpochMs,
  epochMs,
  type GatewayId,
  micros,
  StoreUnavailable,
} from '@weir/core';
import { ManagementApi, PLAIN } from '../management-api-for-test.ts';

const RULE = { id: 'daily', limit: 10, limitType: 'cost', window: 86_400 };

let api: ManagementApi;
beforeEach(async () => {
  api = await ManagementApi.start();
  await api.call('POST', 'ai-gateway/gateways', { json: { id: 'g', ...PLAIN } });
});

const limit = (spend_limits: unknown) => api.call('PUT', 'ai-gateway/gateways/g', { json: { spend_limits } });
const list = (query = '', options = {}) => api.call('GET', `ai-gateway/gateways/g/spend${query}`, options);

function held(
  bucket: string,
  money: { spent?: bigint; reserved?: bigint; rule?: string; window?: number; resetAt?: EpochMs | null } = {},
): BudgetState {
  const { spent = 0n, reserved = 0n, rule = 'daily', window = 86_400_000, resetAt = null } = money;
  const length = durationMs(window);
  return {
    budget: {
      kind: 'limit',
      account: api.account,
      gateway: 'g' as GatewayId,
      rule,
      bucket,
      // As it was when the bucket was last used.
      limit: micros(1n),
      window: { technique: 'sliding', length },
      shards: 1,
    },
    spent: micros(spent),
    reserved: micros(reserved),
    limit: micros(1n),
    resetAt,
  };
}

describe('what a gateway has spent', () => {
  it('is nothing to show where there are no rules', async () => {
    const answer = await list();
    expect([answer.status, answer.json.result]).toEqual([200, []]);
    expect(answer.json.result_info).toEqual({ page: 1, per_page: 100, count: 0, total_count: 0 });
  });

  it('a rule without any traffic has an empty bucket', async () => {
    await limit({ enabled: true, rules: [RULE] });
    expect((await list()).json.result).toEqual([
      {
        rule: 'daily',
        bucket: '(all)',
        enabled: true,
        technique: 'sliding',
        window: 86_400,
        limit: 10,
        spent: 0,
        reserved: 0,
        remaining: 10,
        reset_at: null,
      },
    ]);
  });

  it('a rule that splits its money and has no traffic has no bucket to name', async () => {
    await limit({ enabled: true, rules: [{ ...RULE, model: { mode: 'partition' } }] });
    expect((await list()).json.result).toMatchObject([
      { rule: 'daily', bucket: null, spent: 0, remaining: 10 },
    ]);
  });

  it('is told for every bucket, to the micro-dollar, with when it resets', async () => {
    await limit({ enabled: true, rules: [{ ...RULE, metadata: { team: { mode: 'partition' } } }] });
    const resetAt = epochMs(api.clock.now() + 60_000);
    api.spent = [
      held('metadata.team=red', { spent: 9_999_999n, reserved: 1n }),
      held('metadata.team=blue', { spent: 1_234_567n, reserved: 100_000n, resetAt }),
    ];
    expect((await list()).json.result).toMatchObject([
      {
        bucket: 'metadata.team=blue',
        spent: 1.234567,
        reserved: 0.1,
        remaining: 8.665433,
        reset_at: new Date(resetAt).toISOString(),
      },
      { bucket: 'metadata.team=red', spent: 9.999999, reserved: 0.000001, remaining: 0 },
    ]);
  });

  it('may be more than a limit that was lowered since, and nothing remains then', async () => {
    await limit({ enabled: true, rules: [{ ...RULE, limit: 1 }] });
    api.spent = [held('(all)', { spent: 5_000_000n })];
    expect((await list()).json.result).toMatchObject([{ limit: 1, spent: 5, remaining: 0 }]);
  });

  it('does not count what was spent under another window, or a rule that is gone', async () => {
    await limit({ enabled: true, rules: [RULE] });
    api.spent = [
      held('(all)', { spent: 5n, window: 3_600_000 }),
      held('(all)', { spent: 5n, rule: 'former' }),
    ];
    expect((await list()).json.result).toMatchObject([{ rule: 'daily', spent: 0 }]);
  });

  it('says which rules are off', async () => {
    const rules = [RULE, { ...RULE, id: 'off', enabled: false }];
    await limit({ enabled: true, rules });
    expect((await list()).json.result).toMatchObject([{ enabled: true }, { rule: 'off', enabled: false }]);
    await limit({ enabled: false, rules });
    expect((await list()).json.result).toMatchObject([{ enabled: false }, { enabled: false }]);
  });

  it('comes in pages', async () => {
    await limit({ enabled: true, rules: [{ ...RULE, model: { mode: 'partition' } }] });
    api.spent = ['c', 'a', 'b'].map((model) => held(`model=${model}`));
    const answer = await list('?page=2&per_page=2');
    expect(answer.json).toMatchObject({ result: [{ bucket: 'model=c' }], result_info: { total_count: 3 } });
    expect((await list('?per_page=1001')).status).toBe(400);
    expect((await list('?rule=daily')).status).toBe(400);
  });

  it('is read with gateway:read', async () => {
    expect((await list('', { token: await api.tokenFor(['gateway:read'], ['g']) })).status).toBe(200);
    expect((await list('', { token: await api.tokenFor(['gateway:read'], ['h']) })).status).toBe(403);
    expect((await list('', { token: await api.tokenFor(['gateway:run']) })).status).toBe(403);
    expect((await list('', { token: null })).status).toBe(401);
  });

  it('cannot be told of a gateway that is not there, nor while the store is down', async () => {
    expect((await api.call('GET', 'ai-gateway/gateways/nowhere/spend')).status).toBe(404);
    await limit({ enabled: true, rules: [RULE] });
    Object.assign(api.ports.ledger, { states: () => Promise.reject(new StoreUnavailable('gone')) });
    expect((await list()).status).toBe(503);
  });
});
