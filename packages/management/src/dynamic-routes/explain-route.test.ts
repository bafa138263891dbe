import { beforeEach, describe, expect, it } from '@jest/globals';
import { type BudgetState, durationMs, micros, type RouteElement, routeBudget, routeLimit } from '@weir/core';
import * as z from 'zod';
import { ManagementApi, PLAIN, textIn } from '../management-api-for-test.ts';

const BASE = 'ai-gateway/gateways/g/routes';
const to = (elementId: string) => ({ elementId });
const model = (id: string, fallback?: string): RouteElement => ({
  id,
  type: 'model',
  properties: { provider: 'openai', model: `gpt-${id}`, timeout: 0, retries: 0 },
  outputs: { success: to('end'), ...(fallback === undefined ? {} : { fallback: to(fallback) }) },
});
const start = (next: string): RouteElement => ({ id: 'start', type: 'start', outputs: { next: to(next) } });
const END: RouteElement = { id: 'end', type: 'end', outputs: {} };

const LIMITED: readonly RouteElement[] = [
  start('few'),
  {
    id: 'few',
    type: 'rate',
    properties: { limitType: 'count', key: 'metadata.user', limit: 2, window: 60 },
    outputs: { success: to('large'), fallback: to('small') },
  },
  model('large', 'small'),
  model('small'),
  END,
];
const BUDGET: readonly RouteElement[] = [
  start('budget'),
  {
    id: 'budget',
    type: 'rate',
    properties: { limitType: 'cost', key: 'metadata.team', limit: 1, window: 3_600 },
    outputs: { success: to('large'), fallback: to('small') },
  },
  model('large', 'small'),
  model('small'),
  END,
];

let api: ManagementApi;
beforeEach(async () => {
  api = await ManagementApi.start();
  await api.call('POST', 'ai-gateway/gateways', { json: { id: 'g', ...PLAIN } });
});

const answer = z.object({
  path: z.array(z.looseObject({ element: z.string(), branch: z.string().nullable(), why: z.string() })),
  result: z.looseObject({ kind: z.string() }),
});
const route = async (elements: readonly RouteElement[]) =>
  textIn((await api.call('POST', BASE, { json: { name: 'r', elements } })).json.result, 'id');
const explain = async (where: string, sample: object) => {
  const { status, json } = await api.call('POST', `${BASE}${where}/explain`, { json: sample });
  expect([status, json.errors]).toEqual([200, []]);
  return answer.parse(json.result);
};
const gateway = async () => {
  const found = await api.ports.gateways.get(api.account, 'g' as never);
  if (!found) throw new Error('it is there');
  return found;
};
const wayOf = ({ path }: z.output<typeof answer>) => path.map(({ element, branch }) => [element, branch]);

describe('explain', () => {
  it('answers the path of a sample request, with what is counted now, and counts nothing itself', async () => {
    const id = await route(LIMITED);
    const limit = routeLimit(await gateway(), id, {
      element: 'few',
      value: 'string:u1',
      limit: 2,
      window: durationMs(60_000),
      technique: 'fixed',
    });
    const first = await explain(`/${id}`, { metadata: { user: 'u1' } });
    expect(wayOf(first)).toEqual([
      ['start', 'next'],
      ['few', 'success'],
      ['large', 'success'],
      ['end', null],
    ]);
    expect(first.path[1]).toMatchObject({ current: { limit: 2, used: 0, remaining: 2 } });
    expect(first.result).toEqual({ kind: 'model', provider: 'openai', model: 'gpt-large', element: 'large' });
    // As the engine names the value that it counts under.
    const value = z.object({ value: z.string() }).parse(first.path[1]?.current).value;
    const counted = { ...limit, key: limit.key.replace('string:u1', value) };
    const writes = api.counts.writes;
    for (let asked = 0; asked < 5; asked++) await explain(`/${id}`, { metadata: { user: 'u1' } });
    expect(api.counts.writes).toBe(writes);
    await api.limiter.take(counted);
    await api.limiter.take(counted);
    const full = await explain(`/${id}`, { metadata: { user: 'u1' } });
    expect(wayOf(full).slice(1)).toEqual([
      ['few', 'fallback'],
      ['small', 'success'],
      ['end', null],
    ]);
    expect(full.path[1]).toMatchObject({
      current: { used: 2, remaining: 0, reset_after: expect.any(Number) },
      why: expect.stringContaining('over'),
    });
    // Somebody else's count is another one.
    expect((await explain(`/${id}`, { metadata: { user: 'u2' } })).result).toMatchObject({
      element: 'large',
    });
  });

  it('takes a body that is nested too deep for one without fields, as a route does, however deep it is', async () => {
    const conditions = { 'body.deep': null };
    const outputs = { true: to('small'), false: to('large') };
    const id = await route([
      start('looks'),
      { id: 'looks', type: 'conditional', properties: { conditions }, outputs },
      model('large'),
      model('small'),
      END,
    ]);
    const nested = (depth: number) =>
      Buffer.from(`{"body":{"deep":${'['.repeat(depth)}${']'.repeat(depth)}}}`);
    for (const [depth, element] of [
      [99, 'large'],
      [100, 'small'],
      [100_000, 'small'],
    ] as const) {
      const { json } = await api.call('POST', `${BASE}/${id}/explain`, { body: nested(depth) });
      expect(json.result).toMatchObject({ result: { element } });
    }
  });

  it('shows what budgets hold, and where a request goes that they cannot carry', async () => {
    const id = await route(BUDGET);
    const first = await explain(`/${id}`, { metadata: { team: 'red' } });
    expect(first.result).toMatchObject({ element: 'large' });
    expect(first.path[1]).toMatchObject({ element: 'budget', current: { limit: 1, spent: 0, remaining: 1 } });
    const value = z.object({ value: z.string() }).parse(first.path[1]?.current).value;
    const budget = routeBudget(await gateway(), id, {
      element: 'budget',
      value,
      limit: '1',
      window: durationMs(3_600_000),
      technique: 'fixed',
    });
    const state = (spent: bigint, reserved: bigint): BudgetState => ({
      budget,
      spent: micros(spent),
      reserved: micros(reserved),
      limit: budget.limit,
      resetAt: null,
    });
    api.spent = [state(700_000n, 100_000n)];
    const half = await explain(`/${id}`, { metadata: { team: 'red' }, cost: 0.2 });
    expect(half.result).toMatchObject({ element: 'large' });
    expect(half.path[1]).toMatchObject({ current: { spent: 0.7, reserved: 0.1, remaining: 0.2 } });
    const dear = await explain(`/${id}`, { metadata: { team: 'red' }, cost: 0.21 });
    expect(dear.result).toMatchObject({ element: 'small' });
    api.spent = [state(1_000_000n, 0n)];
    const spent = await explain(`/${id}`, { metadata: { team: 'red' } });
    expect(spent.result).toMatchObject({ element: 'small' });
    expect((await explain(`/${id}`, { metadata: { team: 'blue' } })).result).toMatchObject({
      element: 'large',
    });
  });

  it('takes elements as failing when it is told to', async () => {
    const id = await route(LIMITED);
    const second = await explain(`/${id}`, { failing: ['large'] });
    expect(wayOf(second).slice(2)).toEqual([
      ['large', 'fallback'],
      ['small', 'success'],
      ['end', null],
    ]);
    const none = await explain(`/${id}`, { failing: ['large', 'small'] });
    expect(none.result).toEqual({ kind: 'ended', why: expect.stringContaining('small') });
  });

  it('reads conditions over metadata, headers and body as the data plane does', async () => {
    const elements: readonly RouteElement[] = [
      start('paid'),
      {
        id: 'paid',
        type: 'conditional',
        properties: {
          conditions: { 'metadata.plan': 'paid', 'headers.x-team': 'red', 'body.messages.0.role': 'user' },
        },
        outputs: { true: to('large'), false: to('small') },
      },
      model('large'),
      model('small'),
      END,
    ];
    const sample = {
      elements,
      metadata: { plan: 'paid' },
      headers: { 'X-Team': 'red' },
      body: { messages: [{ role: 'user' }] },
    };
    expect((await explain('', sample)).result).toMatchObject({ element: 'large' });
    for (const less of [{ metadata: {} }, { headers: {} }, { body: {} }, { body: 'text' }])
      expect((await explain('', { ...sample, ...less })).result).toMatchObject({ element: 'small' });
  });

  it('explains a graph in a route’s place, with the route’s counts, and one of its versions', async () => {
    const id = await route(LIMITED);
    const other = await api.call('POST', `${BASE}/${id}/versions`, { json: { elements: BUDGET } });
    const version_id = textIn(other.json.result, 'version_id');
    expect((await explain(`/${id}`, { version_id })).path[1]).toMatchObject({ element: 'budget' });
    expect((await explain(`/${id}`, { elements: BUDGET })).path[1]).toMatchObject({ element: 'budget' });
    expect((await explain(`/${id}`, {})).path[1]).toMatchObject({ element: 'few' });
    const both = await api.call('POST', `${BASE}/${id}/explain`, { json: { version_id, elements: BUDGET } });
    expect(both.status).toBe(400);
    const none = await api.call('POST', `${BASE}/${id}/explain`, { json: { version_id: 'x' } });
    expect(none.status).toBe(404);
  });

  it('needs no route for a graph, and asks no store of counts for it', async () => {
    expect((await explain('', { elements: LIMITED })).result).toMatchObject({ element: 'large' });
    expect((await explain('', { elements: BUDGET, cost: 2 })).result).toMatchObject({ element: 'small' });
    expect(api.counts.calls).toBe(0);
  });

  it('refuses what is no sample', async () => {
    const id = await route(LIMITED);
    for (const json of [
      { metadata: { a: {} } },
      { headers: { a: 1 } },
      { failing: 'large' },
      { cost: -1 },
      { x: 1 },
    ])
      expect((await api.call('POST', `${BASE}/${id}/explain`, { json })).status).toBe(400);
    expect((await api.call('POST', `${BASE}/explain`, { json: {} })).status).toBe(400);
  });

  it('cannot tell what is counted while the store is down', async () => {
    const id = await route(LIMITED);
    api.counts.isDown = true;
    expect((await api.call('POST', `${BASE}/${id}/explain`, { json: {} })).status).toBe(503);
  });
});
