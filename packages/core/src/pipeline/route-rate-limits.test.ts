import { beforeEach, describe, expect, it } from '@jest/globals';
import type { GatewaySettings, RateLimitRule } from '../gateway/settings.ts';
import { durationMs } from '../ids.ts';
import { StoreUnavailable } from '../ports/config-source.ts';
import type { LimitVerdict, RateLimit } from '../ports/rate-limiter.ts';
import { end, model, start } from '../routing/__fixtures__/elements.ts';
import { createRouter } from '../routing/index.ts';
import type { RouteElement } from '../routing/route.ts';
import { CacheForTest } from './__fixtures__/cache-for-test.ts';
import { ACCOUNT, GatewayForTest, jsonAnswer, NOW, TOKEN } from './__fixtures__/gateway-for-test.ts';
import { answerBy, deployRoute, of } from './__fixtures__/route-for-test.ts';

/** Told apart in this test by their limits. */
const ALL: RateLimitRule = { limit: 100, interval: 60 };
const BY_TOKEN: RateLimitRule = { limit: 50, interval: 60, by: 'token' };
const BY_PROVIDER: RateLimitRule = { limit: 20, interval: 60, by: 'provider' };
const BY_MODEL: RateLimitRule = { limit: 10, interval: 60, by: 'model' };

const headers = { 'cf-aig-authorization': TOKEN };
const chat = { model: 'dynamic/support', messages: [{ role: 'user', content: 'Hi' }] };
const step = (provider: string, name: string) => ({
  provider,
  endpoint: 'v1/chat/completions',
  query: { ...chat, model: name },
});
const routeStep = { provider: 'compat', endpoint: 'chat/completions', query: chat };
/** Groq's a, then OpenAI's b, then OpenAI's c. */
const ROUTE = [start('a'), of('groq', model('a', 'e', 'b')), model('b', 'e', 'c'), model('c'), end()];

let gateway: GatewayForTest;
/** How many hosts were called when a limit was taken, and which limit. */
let asked: string[];
let givenBack: number[];
beforeEach(() => {
  gateway = new GatewayForTest();
  gateway.router = createRouter();
  for (const slug of ['openai', 'groq', 'mistral']) gateway.platformKeys.set(slug, `sk-${slug}`);
  asked = [];
  givenBack = [];
  limiterThat(() => true);
});

const deploy = (
  rules: readonly RateLimitRule[],
  settings: Partial<GatewaySettings> = {},
  route: readonly RouteElement[] = ROUTE,
) => deployRoute(gateway, route, { rate_limits: rules, ...settings });

/** @param admits of a limit, and how often its key was asked before. */
function limiterThat(admits: (limit: RateLimit, before: number) => boolean): void {
  const counts = new Map<string, number>();
  gateway.limiter = (limit): LimitVerdict => {
    const before = counts.get(limit.key) ?? 0;
    counts.set(limit.key, before + 1);
    asked.push(`${limit.limit} after ${gateway.sent.length}`);
    if (!admits(limit, before)) return { admitted: false, retryAfter: durationMs(7_000) };
    return {
      admitted: true,
      remaining: limit.limit - before - 1,
      resetAfter: durationMs(30_000),
      giveBack: async () => void givenBack.push(limit.limit),
    };
  };
}

/** A limiter that refuses the later ones of the different keys under limits of this size. */
function fullFrom(size: number, first: number, last = first): void {
  const seen: string[] = [];
  limiterThat(({ limit, key }) => {
    if (limit !== size) return true;
    if (!seen.includes(key)) seen.push(key);
    const nth = seen.indexOf(key) + 1;
    return nth < first || nth > last;
  });
}

/** Nobody can count any more once somebody was called. */
function downAfterFirstCall(): void {
  const { limiter } = gateway;
  gateway.limiter = (limit) => {
    if (gateway.sent.length > 0) throw new StoreUnavailable('down');
    return limiter(limit);
  };
}

/** The first so many calls fail. */
function failing(count: number): void {
  gateway.provider = () => (gateway.sent.length <= count ? jsonAnswer('{}', 500) : answerBy('m'));
}
const ask = (more: { path?: string; body?: unknown } = {}) =>
  gateway.request({
    path: more.path ?? `/v1/${ACCOUNT}/main/compat/chat/completions`,
    headers,
    body: JSON.stringify(more.body ?? chat),
  });
const universal = (...steps: readonly unknown[]) => ask({ path: `/v1/${ACCOUNT}/main`, body: steps });
const called = () =>
  gateway.sent.map(({ url, body }) => {
    const name = JSON.parse(Buffer.from(body ?? []).toString()).model;
    return `${new URL(url).host.split('.')[1]} ${name}`;
  });

describe('a further model that a route comes to', () => {
  it('counts by its own provider and model, when its turn comes; other rules count the request once', async () => {
    deploy([ALL, BY_TOKEN, BY_PROVIDER, BY_MODEL]);
    failing(1);
    expect((await ask()).header('cf-aig-model')).toBe('b');
    expect(asked).toEqual([
      '100 after 0',
      '50 after 0',
      '20 after 0',
      '10 after 0',
      '20 after 1',
      '10 after 1',
    ]);
    expect(new Set(gateway.taken.map(({ key }) => key)).size).toBe(6);
  });

  it('counts the request once for a provider that it comes to twice', async () => {
    deploy([BY_PROVIDER, BY_MODEL]);
    failing(2);
    expect((await ask()).header('cf-aig-model')).toBe('c');
    expect(asked).toEqual(['20 after 0', '10 after 0', '20 after 1', '10 after 1', '10 after 2']);
  });

  it('counts under the same key as a request that comes to it first', async () => {
    deploy([BY_MODEL]);
    failing(1);
    await ask();
    await ask({ body: { ...chat, model: 'openai/b' } });
    const [, further, first] = gateway.taken;
    expect(further?.key).toBe(first?.key);
  });

  it('counts nothing as long as its turn does not come', async () => {
    deploy([BY_PROVIDER, BY_MODEL]);
    failing(0);
    await ask();
    expect(asked).toEqual(['20 after 0', '10 after 0']);
  });

  it('asks nobody under rules that depend on neither', async () => {
    deploy([ALL, BY_TOKEN]);
    failing(2);
    expect((await ask()).header('cf-aig-model')).toBe('c');
    expect(asked).toEqual(['100 after 0', '50 after 0']);
  });

  it('whose limit is full has failed: its fallback is next, and the record names the rule', async () => {
    deploy([BY_PROVIDER, BY_MODEL]);
    fullFrom(BY_MODEL.limit, 2);
    failing(1);
    const answer = await ask();
    expect([answer.status, answer.header('cf-aig-model'), called()]).toEqual([
      200,
      'c',
      ['groq a', 'openai c'],
    ]);
    const [first, limited, last] = gateway.recordsOfSteps();
    expect([first?.statusCode, last?.statusCode]).toEqual([500, 200]);
    expect(limited).toMatchObject({
      model: 'b',
      step: 1,
      statusCode: 429,
      refusedBy: 'rate_limits[1]',
      outcome: { kind: 'refused', code: 2003 },
      attempts: [],
    });
    for (const record of [first, last]) expect(record).not.toHaveProperty('refusedBy');
    expect(last?.route?.steps[2]).toMatchObject({
      element: 'b',
      branch: 'fallback',
      why: expect.stringContaining('10 requests in 60 seconds for each model (rate_limits[1])'),
    });
  });

  it('gives back what its other limits counted when one is full, and counts there anew', async () => {
    deploy([BY_PROVIDER, BY_MODEL]);
    fullFrom(BY_MODEL.limit, 2);
    failing(1);
    await ask();
    expect(givenBack).toEqual([20]);
    expect(asked.slice(2)).toEqual(['20 after 1', '10 after 1', '20 after 1', '10 after 1']);
  });

  it('whose limit is full and that has no fallback ends the way with 429', async () => {
    deploy([BY_MODEL]);
    fullFrom(BY_MODEL.limit, 2, 3);
    failing(1);
    const answer = await ask();
    expect([answer.status, answer.body]).toEqual([429, expect.stringContaining('2003')]);
    expect([
      answer.header('retry-after'),
      answer.header('x-ratelimit-limit'),
      answer.header('x-ratelimit-remaining'),
      answer.header('cf-aig-step'),
    ]).toEqual(['7', '10', '0', '2']);
    expect(called()).toEqual(['groq a']);
  });

  it('speaks through the answer where its limit has the least left', async () => {
    deploy([BY_PROVIDER]);
    failing(0);
    await ask({ body: { ...chat, model: 'openai/b' } });
    failing(2);
    const answer = await ask();
    expect([answer.header('cf-aig-model'), answer.header('x-ratelimit-remaining')]).toEqual(['b', '18']);
  });

  it('is limited also where its answer is in the cache', async () => {
    deploy([BY_MODEL], { cache_ttl: 600 });
    const cache = new CacheForTest(() => NOW);
    gateway.cache = cache;
    failing(1);
    await ask();
    const kept = cache.answer;
    cache.answer = null;
    gateway.provider = () => {
      cache.answer = kept;
      return jsonAnswer('{}', 500);
    };
    fullFrom(BY_MODEL.limit, 2);
    const answer = await ask();
    expect([answer.header('cf-aig-model'), answer.header('cf-aig-cache-status')]).toEqual(['c', 'HIT']);
  });

  it('that nobody can count passes, and its record says so', async () => {
    deploy([BY_MODEL]);
    failing(1);
    downAfterFirstCall();
    const answer = await ask();
    expect([answer.header('cf-aig-model'), answer.header('weir-degraded')]).toEqual(['b', 'rate-limit']);
    expect(gateway.recordsOfSteps().at(-1)?.warnings).toEqual([
      'could not be counted and passed: rate_limits[0]',
    ]);
  });

  it('that nobody can count has failed on a gateway that fails closed', async () => {
    deploy([BY_MODEL], { rate_limiting_fail_closed: true });
    failing(1);
    downAfterFirstCall();
    const answer = await ask();
    expect([answer.status, answer.body, called()]).toEqual([
      503,
      expect.stringContaining('2940'),
      ['groq a'],
    ]);
  });

  it('is not counted when it is passed over because its circuit is open', async () => {
    deploy([BY_MODEL], { circuit_breaker: { failure_rate: 50, minimum_calls: 20, cool_down: 15 } });
    gateway.circuits.set('openai api.openai.com', 'open');
    failing(1);
    expect((await ask()).header('cf-aig-model')).toBe('c');
    expect(asked).toEqual(['10 after 0', '10 after 1']);
  });
});

describe('the first model of a route', () => {
  it('is counted with the request, which ends where its limit is full (5.5-3)', async () => {
    deploy([BY_MODEL]);
    limiterThat(() => false);
    expect([(await ask()).status, called()]).toEqual([429, []]);
  });

  it('of a later step counts when that step’s turn comes, and is passed by when its limit is full', async () => {
    deploy([BY_PROVIDER]);
    fullFrom(BY_PROVIDER.limit, 2);
    failing(1);
    const answer = await universal(step('mistral', 'm'), routeStep);
    expect([answer.status, called()]).toEqual([200, ['mistral m', 'openai b']]);
    expect(asked).toEqual(['20 after 0', '20 after 1', '20 after 1']);
  });
});

describe('the steps of a universal request', () => {
  it('are counted all at once, before anybody is called, and not again', async () => {
    deploy([ALL, BY_PROVIDER]);
    failing(1);
    expect((await universal(step('groq', 'x'), step('openai', 'y'))).header('cf-aig-step')).toBe('1');
    expect(asked).toEqual(['100 after 0', '20 after 0', '20 after 0']);
  });
});
