import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mintToken } from '@weir/core';
import { eventually } from './__fixtures__/eventually.ts';
import { CHAT } from './__fixtures__/requests.ts';
import { type RunningGateway, startGateway } from './__fixtures__/running-gateway.ts';

/** Within this time a change applies everywhere (design rule 6), give or take one question of ours. */
const PROPAGATION_MS = 5_000;
const SLACK_MS = 500;

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway();
}, 60_000);
afterAll(() => gateway?.stop());

async function statusOn(id: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const { status } = await gateway.send({
    method: 'POST',
    path: `/v1/${gateway.account}/${id}/openai/chat/completions`,
    headers: { 'content-type': 'application/json', ...headers },
    body: CHAT,
  });
  return status;
}

const bearing = (token: string) => ({ 'cf-aig-authorization': `Bearer ${token}` });

/** Makes the change and measures, from its answer on, how long the data plane goes by what was before. */
async function takesEffect(change: () => Promise<unknown>, ask: () => Promise<number>, status: number) {
  await change();
  const since = Date.now();
  await eventually(
    `status ${status}`,
    async () => ((await ask()) === status ? true : null),
    PROPAGATION_MS + SLACK_MS,
  );
  expect(Date.now() - since).toBeLessThanOrEqual(PROPAGATION_MS + SLACK_MS);
}

/** A gateway that the data plane has in memory. */
async function warmGateway(id: string, settings: Readonly<Record<string, unknown>> = {}): Promise<void> {
  await gateway.createGateway(id, settings);
  expect(await statusOn(id, bearing(gateway.token))).toBe(200);
}

const change = (id: string, settings: Readonly<Record<string, unknown>>) => () =>
  gateway.manage('PUT', `ai-gateway/gateways/${id}`, settings);

describe('within five seconds the data plane goes by', () => {
  test.concurrent('authentication that was switched off and on', async () => {
    await warmGateway('switched');
    const ask = () => statusOn('switched', { authorization: 'Bearer sk-own' });
    expect(await ask()).toBe(401);
    await takesEffect(change('switched', { authentication: false }), ask, 200);
    await takesEffect(change('switched', { authentication: true }), ask, 401);
  }, 30_000);

  test.concurrent('a demand for the caller’s own provider key', async () => {
    await warmGateway('demanding');
    const ask = () => statusOn('demanding', bearing(gateway.token));
    await takesEffect(change('demanding', { byok_only: true }), ask, 400);
    await takesEffect(change('demanding', { byok_only: false }), ask, 200);
  }, 30_000);

  test.concurrent('a token that was disabled and enabled', async () => {
    await warmGateway('disabling');
    const { id, value } = await gateway.createToken({ permissions: ['gateway:run'] });
    const ask = () => statusOn('disabling', bearing(value));
    expect(await ask()).toBe(200);
    const set = (status: string) => () => gateway.manage('PUT', `tokens/${id}`, { status });
    await takesEffect(set('disabled'), ask, 401);
    await takesEffect(set('active'), ask, 200);
  }, 30_000);

  test.concurrent('a token that was deleted', async () => {
    await warmGateway('deleting');
    const { id, value } = await gateway.createToken({ permissions: ['gateway:run'] });
    const ask = () => statusOn('deleting', bearing(value));
    expect(await ask()).toBe(200);
    await takesEffect(() => gateway.manage('DELETE', `tokens/${id}`), ask, 401);
  }, 30_000);

  test.concurrent('a token that was rolled', async () => {
    await warmGateway('rolling');
    const { id, value } = await gateway.createToken({ permissions: ['gateway:run'] });
    expect(await statusOn('rolling', bearing(value))).toBe(200);
    let rolled = '';
    const roll = async () => {
      rolled = String((await gateway.manage('PUT', `tokens/${id}/value`, {})).result);
    };
    await takesEffect(roll, () => statusOn('rolling', bearing(value)), 401);
    expect(await statusOn('rolling', bearing(rolled))).toBe(200);
  }, 30_000);

  test.concurrent('a gateway that was deleted', async () => {
    await warmGateway('doomed');
    const ask = () => statusOn('doomed', bearing(gateway.token));
    await takesEffect(() => gateway.manage('DELETE', 'ai-gateway/gateways/doomed'), ask, 400);
  }, 30_000);
});

test('fifty first requests at once make one default gateway and are all served', async () => {
  const before = await gateway.manage('GET', 'ai-gateway/gateways?search=default');
  expect(before.result).toEqual([]);
  expect(await statusOn('default', bearing(mintToken(randomBytes(64))))).toBe(401);
  const statuses = await Promise.all(
    Array.from({ length: 50 }, () => statusOn('default', bearing(gateway.token))),
  );
  expect(statuses).toEqual(Array(50).fill(200));
  const after = await gateway.manage('GET', 'ai-gateway/gateways?search=default');
  expect(after.result).toEqual([
    expect.objectContaining({ id: 'default', is_default: true, authentication: true, collect_logs: true }),
  ]);
  await gateway.records.settled(gateway.sent.length);
}, 30_000);
