import { beforeEach, describe, expect, it } from '@jest/globals';
import type { GatewaySettings } from '../gateway/settings.ts';
import { durationMs } from '../ids.ts';
import { StoreUnavailable } from '../ports/config-source.ts';
import type { LimitVerdict } from '../ports/rate-limiter.ts';
import {
  ACCOUNT,
  foreignStoreUnavailable,
  GatewayForTest,
  jsonAnswer,
  TOKEN,
} from './__fixtures__/gateway-for-test.ts';

const known = { 'cf-aig-authorization': TOKEN, authorization: 'Bearer mine' };
const LIMITED = { rate_limiting_limit: 10, rate_limiting_interval: 60 } as const;
const RULES = [
  { limit: 3, interval: 60, by: 'token' },
  { limit: 4, interval: 60, by: { metadata: 'team' } },
] as const;

let gateway: GatewayForTest;
let givenBack: number;
beforeEach(() => {
  gateway = new GatewayForTest();
  givenBack = 0;
});

const admitted = (remaining = 4): LimitVerdict => ({
  admitted: true,
  remaining,
  resetAfter: durationMs(30_000),
  giveBack: async () => {
    givenBack += 1;
  },
});
const refused = (retryAfter = 12_001): LimitVerdict => ({
  admitted: false,
  retryAfter: durationMs(retryAfter),
});
const limit = (settings: Partial<GatewaySettings>) => gateway.addGateway('main', settings);
const ask = (headers: Record<string, string> = {}) => gateway.request({ headers: { ...known, ...headers } });

describe('a request on a gateway with a rate limit (5.5)', () => {
  it('5.5-1: passes while the limit has room, and its answer says how much', async () => {
    limit(LIMITED);
    gateway.limiter = () => admitted();
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect(answer.header('x-ratelimit-limit')).toBe('10');
    expect(answer.header('x-ratelimit-remaining')).toBe('4');
    expect(answer.header('x-ratelimit-reset')).toBe('30');
    expect(gateway.record()).toMatchObject({ success: true, warnings: [] });
    expect(gateway.record()).not.toHaveProperty('refusedBy');
  });

  it('5.5-3: beyond it gets a 429 with code 2003, and nobody is called', async () => {
    limit(LIMITED);
    gateway.limiter = () => refused();
    const answer = await ask();
    expect(answer.status).toBe(429);
    expect(answer.json()).toMatchObject({ error: [{ code: 2003 }] });
    expect(answer.header('retry-after')).toBe('13');
    expect(answer.header('x-ratelimit-limit')).toBe('10');
    expect(answer.header('x-ratelimit-remaining')).toBe('0');
    expect(answer.header('x-ratelimit-reset')).toBe('13');
    expect(gateway.sent).toEqual([]);
  });

  it('5.5-3: the record says by which rule it was refused', async () => {
    limit({ ...LIMITED, rate_limits: RULES });
    gateway.limiter = (asked) => (asked.limit === 4 ? refused() : admitted());
    const answer = await ask();
    expect(gateway.record()).toMatchObject({
      statusCode: 429,
      refusedBy: 'rate_limits[1]',
      outcome: { kind: 'refused', code: 2003, blame: 'policy' },
    });
    expect(answer.body).toContain('4 requests in 60 seconds for each metadata team (rate_limits[1])');
  });

  it('5.5-3: no fallback step is tried on it', async () => {
    limit(LIMITED);
    gateway.limiter = () => refused();
    const step = { provider: 'openai', endpoint: 'chat/completions', query: { model: 'x' } };
    const body = JSON.stringify([step, { ...step, provider: 'groq' }]);
    const answer = await gateway.request({ path: `/v1/${ACCOUNT}/main`, headers: known, body });
    expect(answer.status).toBe(429);
    expect(gateway.sent).toEqual([]);
    expect(gateway.taken).toHaveLength(1);
  });

  it('5.5-1: a universal request counts once, however many steps are tried', async () => {
    limit(LIMITED);
    gateway.limiter = () => admitted();
    gateway.provider = () => jsonAnswer('{}', 500);
    const step = { provider: 'openai', endpoint: 'chat/completions', query: { model: 'x' } };
    const body = JSON.stringify([step, { ...step, provider: 'groq' }]);
    const answer = await gateway.request({ path: `/v1/${ACCOUNT}/main`, headers: known, body });
    expect(gateway.sent).toHaveLength(2);
    expect(gateway.taken).toHaveLength(1);
    expect(answer.header('x-ratelimit-remaining')).toBe('4');
  });

  it('gives back what other rules admitted, and nothing of an admitted request', async () => {
    limit({ ...LIMITED, rate_limits: RULES });
    gateway.limiter = (asked) => (asked.limit === 3 ? refused() : admitted());
    await ask();
    expect(givenBack).toBe(2);
    gateway.limiter = () => admitted();
    await ask();
    expect(givenBack).toBe(2);
  });

  it('asks nobody without a limit, and says nothing', async () => {
    limit({ rate_limiting_limit: 0, rate_limits: [] });
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect(gateway.taken).toEqual([]);
    expect([...answer.answer.headers.keys()].filter((name) => name.startsWith('x-ratelimit'))).toEqual([]);
  });

  it('asks nobody for a request that is refused before', async () => {
    limit(LIMITED);
    expect((await gateway.request({ headers: {} })).status).toBe(401);
    expect(gateway.taken).toEqual([]);
  });

  it('speaks in the place of a provider that has such headers, too', async () => {
    limit(LIMITED);
    gateway.limiter = () => admitted();
    gateway.provider = () =>
      jsonAnswer('{}', 200, { 'x-ratelimit-limit': '9000', 'x-ratelimit-limit-requests': '7' });
    const answer = await ask();
    expect(answer.answer.headers.get('x-ratelimit-limit')).toEqual(['10']);
    expect(answer.header('x-ratelimit-limit-requests')).toBe('7');
  });
});

describe('while nobody can count (design 12)', () => {
  const down = (): never => {
    throw new StoreUnavailable('down');
  };

  it('a request passes, its answer is marked and its record says so', async () => {
    limit(LIMITED);
    gateway.limiter = down;
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect(answer.header('weir-degraded')).toBe('rate-limit');
    expect(answer.header('x-ratelimit-limit')).toBeUndefined();
    expect(gateway.record().warnings).toEqual(['could not be counted and passed: rate_limiting_limit']);
  });

  it('the same holds when the failure comes from another copy of the class', async () => {
    limit(LIMITED);
    gateway.limiter = () => {
      throw foreignStoreUnavailable();
    };
    expect((await ask()).status).toBe(200);
  });

  it('a gateway that fails closed answers 503, gives back what was taken and calls nobody', async () => {
    limit({ ...LIMITED, rate_limiting_fail_closed: true, rate_limits: RULES });
    gateway.limiter = (asked) => (asked.limit === 10 ? down() : admitted());
    const answer = await ask();
    expect(answer.status).toBe(503);
    expect(answer.json()).toMatchObject({ error: [{ code: 2940 }] });
    expect(answer.header('retry-after')).toBe('1');
    expect(gateway.sent).toEqual([]);
    expect(givenBack).toBe(2);
  });

  it('a defect is no outage: the request fails and nobody is called', async () => {
    limit(LIMITED);
    gateway.limiter = () => {
      throw new TypeError('a defect');
    };
    expect((await ask()).status).toBe(500);
    expect(gateway.sent).toEqual([]);
  });
});
