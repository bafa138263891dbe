import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CircuitId } from '@weir/core';
import { ManagementApi, PLAIN, textIn } from '../management-api-for-test.ts';

let api: ManagementApi;
let circuit: CircuitId;

beforeEach(async () => {
  api = await ManagementApi.start();
  const made = await api.call('POST', 'ai-gateway/gateways', {
    json: { id: 'g', ...PLAIN, circuit_breaker: {} },
  });
  const gateway = textIn(made.json.result, 'internal_id');
  circuit = { account: api.account, gateway, provider: 'openai', host: 'api.openai.com' };
});

const list = async (options = {}) => await api.call('GET', 'ai-gateway/gateways/g/circuits', options);
const bucket = () => Math.floor(api.clock.now() / 5_000);
const later = (milliseconds: number) => new Date(api.clock.now() + milliseconds).toISOString();

describe('the circuits of a gateway', () => {
  it('are none before anybody called', async () => {
    const answer = await list();
    expect([answer.status, answer.json.result]).toEqual([200, []]);
  });

  it('are listed with the calls and failures of the last thirty seconds', async () => {
    await api.circuits.add(circuit, bucket(), { calls: 3, failures: 1 });
    await api.circuits.add({ ...circuit, provider: 'anthropic' }, bucket() - 6, { calls: 9, failures: 9 });
    expect((await list()).json.result).toEqual([
      {
        provider: 'anthropic',
        host: 'api.openai.com',
        state: 'closed',
        failure_rate: null,
        calls: 0,
        opened_at: null,
        next_probe: null,
      },
      {
        provider: 'openai',
        host: 'api.openai.com',
        state: 'closed',
        failure_rate: 33.3,
        calls: 3,
        opened_at: null,
        next_probe: null,
      },
    ]);
  });

  it('say since when they are open, and when somebody may try again', async () => {
    const openedAt = api.clock.now();
    const [openings, hence] = [1, (milliseconds: number) => (openedAt + milliseconds) as typeof openedAt];
    await api.circuits.change(circuit, 0, { kind: 'open', openedAt, openings, probeAt: hence(15_000) });
    expect((await list()).json.result).toMatchObject([
      { state: 'open', opened_at: later(0), next_probe: later(15_000) },
    ]);
    await api.circuits.change(circuit, 1, { kind: 'half-open', openedAt, openings, until: hence(45_000) });
    expect((await list()).json.result).toMatchObject([
      { state: 'half-open', opened_at: later(0), next_probe: later(45_000) },
    ]);
  });

  it('are none where the gateway has no breaker any more', async () => {
    await api.circuits.add(circuit, bucket(), { calls: 3, failures: 1 });
    await api.call('PUT', 'ai-gateway/gateways/g', { json: { circuit_breaker: null } });
    expect((await list()).json.result).toEqual([]);
  });

  it('are those of this gateway: one that was deleted and made again begins with none', async () => {
    await api.circuits.add(circuit, bucket(), { calls: 3, failures: 1 });
    await api.call('DELETE', 'ai-gateway/gateways/g');
    expect((await list()).status).toBe(404);
    await api.call('POST', 'ai-gateway/gateways', { json: { id: 'g', ...PLAIN, circuit_breaker: {} } });
    expect((await list()).json.result).toEqual([]);
  });

  it('are read with gateway:read', async () => {
    expect((await list({ token: await api.tokenFor(['gateway:read'], ['g']) })).status).toBe(200);
    expect((await list({ token: await api.tokenFor(['gateway:read'], ['h']) })).status).toBe(403);
    expect((await list({ token: await api.tokenFor(['gateway:run']) })).status).toBe(403);
    expect((await list({ token: null })).status).toBe(401);
    expect((await api.call('DELETE', 'ai-gateway/gateways/g/circuits')).status).toBe(405);
  });

  it('cannot be told while the store is down', async () => {
    api.circuits.isDown = true;
    expect((await list()).status).toBe(503);
  });
});

describe('the setting circuit_breaker', () => {
  const change = (circuit_breaker: unknown) =>
    api.call('PUT', 'ai-gateway/gateways/g', { json: { circuit_breaker } });

  it.each([
    [{}, { failure_rate: 50, minimum_calls: 20, cool_down: 15 }],
    [{ cool_down: 120 }, { failure_rate: 50, minimum_calls: 20, cool_down: 120 }],
    [
      { failure_rate: 1, minimum_calls: 1, cool_down: 1 },
      { failure_rate: 1, minimum_calls: 1, cool_down: 1 },
    ],
    [null, null],
  ])('%j is kept as %j', async (given, kept) => {
    expect((await change(given)).json.result).toMatchObject({ circuit_breaker: kept });
  });

  it.each([
    ['failure_rate', { failure_rate: 0 }],
    ['failure_rate', { failure_rate: 101 }],
    ['failure_rate', { failure_rate: 0.5 }],
    ['minimum_calls', { minimum_calls: 0 }],
    ['minimum_calls', { minimum_calls: 10_001 }],
    ['cool_down', { cool_down: 121 }],
    ['cool_down', { cool_down: '15' }],
    ['circuit_breaker', { window: 30 }],
    ['circuit_breaker', true],
    ['circuit_breaker', []],
  ])('a wrong %s is refused by name: %j', async (field, given) => {
    const answer = await change(given);
    expect(answer.status).toBe(400);
    expect(answer.json.errors[0]?.path).toContain(field);
  });

  it('is off unless somebody asks for it', async () => {
    const made = await api.call('POST', 'ai-gateway/gateways', { json: { id: 'plain', ...PLAIN } });
    expect(made.json.result).not.toHaveProperty('circuit_breaker');
  });
});
