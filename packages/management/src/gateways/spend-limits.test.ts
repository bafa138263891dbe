import { beforeEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { ManagementApi, PLAIN } from '../management-api-for-test.ts';

const rule = { limit: 10, limitType: 'cost', window: 3600 };
const shown = z.looseObject({
  spend_limits: z.object({ rules: z.array(z.looseObject({ id: z.string(), limit: z.number() })) }),
});

let api: ManagementApi;
beforeEach(async () => {
  api = await ManagementApi.start();
  await api.call('POST', 'ai-gateway/gateways', { json: { id: 'g', ...PLAIN } });
});

const set = (spend_limits: unknown) => api.call('PUT', 'ai-gateway/gateways/g', { json: { spend_limits } });
const rulesAfter = async (rules: readonly object[]) => {
  const answer = await set({ enabled: true, rules });
  expect(answer.json.errors).toEqual([]);
  return shown.parse(answer.json.result).spend_limits.rules;
};

describe('a spend rule', () => {
  it.each<[object]>([
    [{ limit: 0 }],
    [{ limit: 0.000001 }],
    [{ limit: 1e9 }],
    [{ window: 1 }],
    [{ window: 1.5 }],
    [{ window: 315_360_000 }],
    [{ shards: 16 }],
    [{ id: 'Team_blue-1' }],
    [{ enabled: false, technique: 'fixed' }],
    [{ provider: { mode: 'partition' }, model: { mode: 'partition' } }],
    [{ provider: { mode: 'filter', values: ['openai'] }, model: { mode: 'filter', values: ['gpt-5'] } }],
    [{ metadata: { team: { mode: 'partition' }, 'cf.user_id': { mode: 'filter', values: ['u1'] } } }],
  ])('with %j is kept as it was written', async (given) => {
    expect(await rulesAfter([{ ...rule, ...given }])).toMatchObject([{ ...rule, ...given }]);
  });

  it.each<[string, object]>([
    ['limit', { limit: -1 }],
    ['limit', { limit: 1e30 }],
    ['limit', { limit: 1_000_000_000.01 }],
    ['limit', { limit: '10' }],
    ['limit', { limit: null }],
    ['limitType', { limitType: 'tokens' }],
    ['window', { window: 0 }],
    ['window', { window: 0.5 }],
    ['window', { window: -1 }],
    ['window', { window: 1e30 }],
    ['technique', { technique: 'leaky' }],
    ['shards', { shards: 0 }],
    ['shards', { shards: 17 }],
    ['shards', { shards: 1.5 }],
    ['id', { id: '' }],
    ['id', { id: 'a#b' }],
    ['id', { id: 'a'.repeat(65) }],
    ['metadata', { metadata: JSON.parse('{"__proto__": {"mode": "partition"}}') }],
    ['model', { model: { mode: 'filter' } }],
    ['model', { model: { mode: 'filter', values: [] } }],
    ['model', { model: { mode: 'filter', values: [''] } }],
    ['provider', { provider: { mode: 'filter', values: Array(101).fill('x') } }],
    ['metadata', { metadata: { team: { mode: 'each' } } }],
    ['metadata', { metadata: { ['k'.repeat(257)]: { mode: 'partition' } } }],
    [
      'metadata',
      {
        metadata: Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`k${i}`, { mode: 'partition' }])),
      },
    ],
    ['currency', { currency: 'EUR' }],
  ])('is refused for its %s as it stands in %j, with the path', async (field, given) => {
    const answer = await set({ enabled: true, rules: [rule, { ...rule, ...given }] });
    expect([answer.status, answer.json.errors[0]?.code]).toEqual([400, 7001]);
    expect(answer.json.errors[0]?.path?.slice(0, 5)).toEqual(['body', 'spend_limits', 'rules', '1', field]);
    const kept = await api.call('GET', 'ai-gateway/gateways/g');
    expect(kept.json.result).toMatchObject({ spend_limits: null });
  });

  it.each(['NaN', '1e999', '0x10', '1,5'])('has no limit of %s', async (limit) => {
    const body = `{"spend_limits":{"rules":[{"limit":${limit},"limitType":"cost","window":60}]}}`;
    expect((await api.call('PUT', 'ai-gateway/gateways/g', { body })).status).toBe(400);
  });
});

describe('spend rules together', () => {
  it('are at most twenty', async () => {
    expect(await rulesAfter(Array(20).fill(rule))).toHaveLength(20);
    const answer = await set({ rules: Array(21).fill(rule) });
    expect([answer.status, answer.json.errors[0]?.path]).toEqual([400, ['body', 'spend_limits', 'rules']]);
  });

  it('have ids of their own', async () => {
    const ids = (await rulesAfter(Array(20).fill(rule))).map(({ id }) => id);
    expect(new Set(ids).size).toBe(20);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}$/);
    expect(
      (
        await set({
          rules: [
            { ...rule, id: 'a' },
            { ...rule, id: 'a' },
          ],
        })
      ).status,
    ).toBe(400);
  });
});

describe('a rule that is written again without its id', () => {
  it('keeps the id while it counts the same, whatever its limit, its place, or its fields’ order', async () => {
    const team = { ...rule, metadata: { a: { mode: 'partition' }, b: { mode: 'partition' } } };
    const [first, second] = await rulesAfter([rule, team]);
    const again = {
      ...team,
      limit: 99,
      enabled: false,
      metadata: { b: { mode: 'partition' }, a: { mode: 'partition' } },
    };
    expect((await rulesAfter([again, rule])).map(({ id }) => id)).toEqual([second?.id, first?.id]);
  });

  it.each<[string, object]>([
    ['window', { window: 7200 }],
    ['technique', { technique: 'fixed' }],
    ['dimensions', { model: { mode: 'partition' } }],
  ])('gets another when it has another %s', async (_, change) => {
    const [before] = await rulesAfter([rule]);
    const [after] = await rulesAfter([{ ...rule, ...change }]);
    expect(after?.id).not.toBe(before?.id);
  });

  it('takes no id that another rule is given', async () => {
    const [before] = await rulesAfter([rule]);
    const ids = (await rulesAfter([rule, { ...rule, id: before?.id, limit: 5 }])).map(({ id }) => id);
    expect(ids[1]).toBe(before?.id);
    expect(new Set(ids).size).toBe(2);
  });

  it('two that count the same keep two ids', async () => {
    const before = await rulesAfter([rule, { ...rule, limit: 20 }]);
    const after = await rulesAfter([rule, { ...rule, limit: 20 }]);
    expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  });
});
