import { beforeEach, describe, expect, it } from '@jest/globals';
import type { GatewaySettings, SpendRule } from '../gateway/settings.ts';
import { durationMs } from '../ids.ts';
import { type Micros, micros, NO_MONEY } from '../money/micros.ts';
import type { ReserveRequest, ReserveVerdict } from '../ports/ledger.ts';
import { end, model, start, when } from '../routing/__fixtures__/elements.ts';
import { createRouter } from '../routing/index.ts';
import type { RouteElement } from '../routing/route.ts';
import { CacheForTest } from './__fixtures__/cache-for-test.ts';
import { ACCOUNT, GatewayForTest, jsonAnswer, NOW, TOKEN } from './__fixtures__/gateway-for-test.ts';
import { answerBy, deployRoute, of } from './__fixtures__/route-for-test.ts';

const BREAKER = { failure_rate: 50, minimum_calls: 20, cool_down: 15 };
const GROQ = 'groq api.groq.com';
const OPENAI = 'openai api.openai.com';
const MISTRAL = 'mistral api.mistral.ai';
const headers = { 'cf-aig-authorization': TOKEN };
const chat = { model: 'dynamic/support', messages: [{ role: 'user', content: 'Hi' }] };

/** Groq's a, then OpenAI's b. */
const TWO = [start('a'), of('groq', model('a', 'e', 'b')), model('b'), end()];
/** And then Mistral's c. */
const THREE = [
  start('a'),
  of('groq', model('a', 'e', 'b')),
  model('b', 'e', 'c'),
  of('mistral', model('c')),
  end(),
];
/** Groq's a; behind it OpenAI's b, but not for this request. */
const NOBODY_ELSE = [
  start('a'),
  of('groq', model('a', 'e', 'w')),
  when('w', { 'metadata.plan': 'paid' }, 'b', 'e'),
  model('b'),
  end(),
];

let gateway: GatewayForTest;
beforeEach(() => {
  gateway = new GatewayForTest();
  gateway.router = createRouter();
  gateway.provider = () => answerBy('somebody');
  for (const slug of ['openai', 'groq', 'mistral']) gateway.platformKeys.set(slug, `sk-${slug}`);
});

const deploy = (elements: readonly RouteElement[], settings: Partial<GatewaySettings> = {}) =>
  deployRoute(gateway, elements, { circuit_breaker: BREAKER, ...settings });
const open = (...circuits: readonly string[]) => {
  for (const circuit of circuits) gateway.circuits.set(circuit, 'open');
};
const ask = (more: { path?: string; body?: unknown } = {}) =>
  gateway.request({
    path: more.path ?? `/v1/${ACCOUNT}/main/compat/chat/completions`,
    headers,
    body: JSON.stringify(more.body ?? chat),
  });
const called = () => gateway.sent.map(({ url }) => new URL(url).host);
const way = () =>
  gateway
    .recordsOfSteps()
    .at(-1)
    ?.route?.steps.map(({ element, branch }) => `${element}:${branch}`)
    .join(' ');

describe('a route’s model whose circuit is open', () => {
  it('is passed over for its fallback without a call; the trace and the attempts say so', async () => {
    deploy(TWO);
    open(GROQ);
    const answer = await ask();
    expect([answer.status, answer.header('cf-aig-model'), answer.header('cf-aig-step'), called()]).toEqual([
      200,
      'b',
      '1',
      ['api.openai.com'],
    ]);
    expect(gateway.record()).toMatchObject({
      provider: 'openai',
      step: 1,
      attempts: [
        { provider: 'groq', status: null, failure: 'circuit-open' },
        { provider: 'openai', status: 200 },
      ],
      route: {
        steps: [
          { element: 's' },
          { element: 'a', branch: 'fallback', why: 'passed over: the circuit of groq is open' },
          { element: 'b', branch: 'success' },
          { element: 'e' },
        ],
      },
    });
    expect(gateway.record().requestId).toBe(gateway.record().id);
  });

  it('gives back at once what was reserved for it', async () => {
    const settled: Micros[] = [];
    const reserved: string[] = [];
    const rule: SpendRule = {
      id: 'all',
      limit: 1,
      limitType: 'cost',
      window: 3600,
      technique: 'fixed',
      enabled: true,
    };
    deploy(TWO, { spend_limits: { enabled: true, rules: [rule] } });
    open(GROQ);
    gateway.ledger = ({ charged }) => {
      reserved.push(`${charged?.model} after ${settled.length}`);
      return {
        granted: true,
        reservation: { remaining: NO_MONEY, settle: async (cost) => void settled.push(cost) },
      };
    };
    expect((await ask()).header('cf-aig-model')).toBe('b');
    expect([reserved, settled]).toEqual([
      ['a after 0', 'b after 1'],
      [0n, 7n],
    ]);
  });

  it('is passed over behind one that failed, too', async () => {
    deploy(THREE);
    open(OPENAI);
    gateway.provider = () => (gateway.sent.length === 1 ? jsonAnswer('{}', 500) : answerBy('c'));
    expect((await ask()).header('cf-aig-model')).toBe('c');
    expect(called()).toEqual(['api.groq.com', 'api.mistral.ai']);
    expect(gateway.recordsOfSteps().map(({ attempts }) => attempts)).toMatchObject([
      [{ provider: 'groq', status: 500 }],
      [{ provider: 'openai', failure: 'circuit-open' }, { provider: 'mistral' }],
    ]);
  });

  it('is called when it has no fallback', async () => {
    deploy([start('a'), of('groq', model('a')), end()]);
    open(GROQ);
    expect([(await ask()).status, called()]).toEqual([200, ['api.groq.com']]);
  });

  it('is called when it is the last choice, whatever the circuits before it', async () => {
    deploy(THREE);
    open(GROQ, OPENAI, MISTRAL);
    expect([(await ask()).header('cf-aig-model'), called()]).toEqual(['c', ['api.mistral.ai']]);
    expect(gateway.record().attempts.map(({ provider }) => provider)).toEqual(['groq', 'openai', 'mistral']);
  });

  it('is called after all when its fallback comes to nobody', async () => {
    deploy(NOBODY_ELSE);
    open(GROQ);
    const answer = await ask();
    expect([answer.status, answer.header('cf-aig-model'), called()]).toEqual([200, 'a', ['api.groq.com']]);
    expect(way()).toBe('s:next a:fallback w:false e:null a:success e:null');
    expect(gateway.record().attempts).toMatchObject([{ provider: 'groq', status: 200 }]);
  });

  it('is called after all when its fallback cannot be paid', async () => {
    const onlyB: SpendRule = {
      id: 'only-b',
      limit: 1,
      limitType: 'cost',
      window: 3600,
      technique: 'fixed',
      enabled: true,
      model: { mode: 'filter', values: ['b'] },
    };
    deploy(TWO, { spend_limits: { enabled: true, rules: [onlyB] } });
    open(GROQ);
    gateway.ledger = ({ budgets: [by] }: ReserveRequest): ReserveVerdict => {
      if (!by) throw new Error('no budget');
      const full = { spent: micros(1n), reserved: NO_MONEY, limit: micros(1n) };
      return { granted: false, by, ...full, retryAfter: durationMs(1000) };
    };
    const answer = await ask();
    expect([answer.status, answer.header('cf-aig-model'), called()]).toEqual([200, 'a', ['api.groq.com']]);
    expect(way()).toBe('s:next a:fallback b:null a:success e:null');
  });

  it('is not called after all when its fallback was called and failed', async () => {
    deploy(TWO);
    open(GROQ);
    gateway.provider = () => jsonAnswer('{}', 500);
    expect([(await ask()).status, called()]).toEqual([500, ['api.openai.com']]);
  });

  it('is not passed over when its answer is in the cache', async () => {
    deploy(TWO, { cache_ttl: 600 });
    gateway.cache = new CacheForTest(() => NOW);
    await ask();
    open(GROQ);
    const answer = await ask();
    expect([answer.header('cf-aig-model'), answer.header('cf-aig-cache-status')]).toEqual(['a', 'HIT']);
    expect(called()).toEqual(['api.groq.com']);
  });

  it('is called when the request is the probe', async () => {
    deploy(TWO);
    gateway.circuits.set(GROQ, 'probe');
    expect((await ask()).header('cf-aig-model')).toBe('a');
    expect(gateway.circuitCalls).toEqual([`${GROQ} fine`]);
  });

  it('is called like any other on a gateway without a breaker', async () => {
    deploy(TWO, { circuit_breaker: null });
    open(GROQ);
    expect((await ask()).header('cf-aig-model')).toBe('a');
  });
});

describe('a route in a step of a universal request', () => {
  const steps = [
    { provider: 'compat', endpoint: 'chat/completions', query: chat },
    {
      provider: 'mistral',
      endpoint: 'v1/chat/completions',
      authorization: 'Bearer mine',
      query: { ...chat, model: 'm' },
    },
  ];
  const universal = () => ask({ path: `/v1/${ACCOUNT}/main`, body: steps });

  it('takes its own fallback before the next step', async () => {
    deploy(TWO);
    open(GROQ);
    expect([(await universal()).header('cf-aig-step'), called()]).toEqual(['0', ['api.openai.com']]);
  });

  it('gives way to the next step when none of its models may be called', async () => {
    deploy(TWO);
    open(GROQ, OPENAI);
    expect([(await universal()).header('cf-aig-step'), called()]).toEqual(['1', ['api.mistral.ai']]);
    expect(gateway.record().attempts.map(({ provider }) => provider)).toEqual(['groq', 'openai', 'mistral']);
  });
});
