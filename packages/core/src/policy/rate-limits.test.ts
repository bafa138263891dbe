import { describe, expect, it } from '@jest/globals';
import { DEFAULT_SETTINGS, type GatewaySettings, type GatewaySnapshot } from '../gateway/settings.ts';
import type { AccountId, GatewayId, TokenId } from '../ids.ts';
import { type LimitedRequest, rateLimitsOf, targetLimitsOf } from './rate-limits.ts';

const gatewayOf = (settings: Partial<GatewaySettings>): GatewaySnapshot => ({
  account: 'a0'.repeat(16) as AccountId,
  id: 'main' as GatewayId,
  internalId: 'u1',
  version: 1,
  cacheEpoch: 0,
  createdAt: '',
  modifiedAt: '',
  settings: { ...DEFAULT_SETTINGS, ...settings },
  keys: [],
  routes: [],
});

const requestOn = (
  settings: Partial<GatewaySettings>,
  changes: Partial<LimitedRequest> = {},
): LimitedRequest => ({
  gateway: gatewayOf(settings),
  token: 't1' as TokenId,
  metadata: {},
  targets: [{ provider: 'openai', model: 'gpt-x' }],
  ...changes,
});

const PLAIN = { rate_limiting_limit: 100, rate_limiting_interval: 60 } as const;
const one = (settings: Partial<GatewaySettings>, changes: Partial<LimitedRequest> = {}) => {
  const [limit, ...others] = rateLimitsOf(requestOn(settings, changes));
  if (!limit || others.length > 0) throw new Error(`${others.length + 1} limits instead of one`);
  return limit;
};
const by = (rule: NonNullable<GatewaySettings['rate_limits']>[number]['by']) => ({
  rate_limits: [{ limit: 5, interval: 60, ...(rule === undefined ? {} : { by: rule }) }],
});

describe('the limits of a request (5.5)', () => {
  it('5.5-1: the gateway’s own limit counts all traffic alike', () => {
    const limit = one(PLAIN);
    expect(limit).toMatchObject({
      limit: 100,
      interval: 60_000,
      technique: 'fixed',
      rule: 'rate_limiting_limit',
      meaning: '100 requests in 60 seconds',
    });
    const other = { token: null, metadata: { team: 'a' }, targets: [{ provider: 'groq', model: null }] };
    expect(one(PLAIN, other).key).toBe(limit.key);
  });

  it.each<Partial<GatewaySettings>>([
    {},
    { rate_limiting_limit: 0, rate_limiting_interval: 60 },
    { rate_limiting_limit: null, rate_limiting_interval: 60 },
    { rate_limiting_limit: 10, rate_limiting_interval: 0 },
    { rate_limiting_limit: 10, rate_limiting_interval: null },
    { rate_limits: [] },
    { rate_limits: [{ limit: 0, interval: 60 }] },
    { rate_limits: [{ limit: 10, interval: 0, by: 'token' }] },
  ])('5.5-1: %j is no limit', (settings) => {
    expect(rateLimitsOf(requestOn(settings))).toEqual([]);
  });

  it('a technique of null is fixed', () => {
    expect(one({ ...PLAIN, rate_limiting_technique: null }).technique).toBe('fixed');
    expect(one({ ...PLAIN, rate_limiting_technique: 'sliding' }).technique).toBe('sliding');
  });

  it('each rule has a key of its own, and two that say the same are one', () => {
    const rules = [
      { limit: 5, interval: 60 },
      { limit: 5, interval: 61 },
      { limit: 6, interval: 60 },
      { limit: 5, interval: 60, technique: 'sliding' },
      { limit: 5, interval: 60, by: 'token' },
      { limit: 5, interval: 60, by: 'provider' },
      { limit: 5, interval: 60, by: 'model' },
      { limit: 5, interval: 60, by: { metadata: 'token' } },
    ] as const;
    const limits = rateLimitsOf(requestOn({ rate_limits: [...rules, ...rules] }));
    expect(new Set(limits.map(({ key }) => key)).size).toBe(rules.length);
    expect(limits.map(({ rule }) => rule)).toEqual(rules.map((_, index) => `rate_limits[${index}]`));
  });

  it('a gateway that was made again begins anew, and no gateway shares a count with another', () => {
    const keys = [
      {},
      { internalId: 'u2' },
      { id: 'other' as GatewayId },
      { account: 'b1'.repeat(16) as AccountId },
    ].map((changes) => one(PLAIN, { gateway: { ...gatewayOf(PLAIN), ...changes } }).key);
    expect(new Set(keys).size).toBe(4);
  });

  it('by token: each token apart, and all requests without one together', () => {
    const of = (token: string | null) => one(by('token'), { token: token as TokenId | null }).key;
    expect(new Set([of('t1'), of('t2'), of(null)]).size).toBe(3);
    expect(of('t1')).toBe(of('t1'));
    expect(one(by('token')).meaning).toBe('5 requests in 60 seconds for each token');
  });

  it('by metadata: each value apart, of whatever type, and all requests without the key together', () => {
    const of = (metadata: LimitedRequest['metadata']) => one(by({ metadata: 'team' }), { metadata }).key;
    const values = ['1', 1, true, 'true', null, ''];
    const keys = [...values.map((team) => of({ team })), of({})];
    expect(new Set(keys).size).toBe(values.length + 1);
    expect(of({ other: 'x' })).toBe(of({}));
    expect(one(by({ metadata: 'toString' })).key).toBe(one(by({ metadata: 'toString' })).key);
  });

  it('by provider and by model: a request with fallbacks counts once for each that it may reach', () => {
    const targets = [
      { provider: 'openai', model: 'a' },
      { provider: 'openai', model: 'b' },
      { provider: 'groq', model: 'a' },
      { provider: 'groq', model: 'a' },
    ];
    expect(rateLimitsOf(requestOn(by('provider'), { targets }))).toHaveLength(2);
    expect(rateLimitsOf(requestOn(by('model'), { targets }))).toHaveLength(3);
  });

  it('a key holds nothing that a caller wrote, however long', () => {
    const long = 'x'.repeat(100_000);
    const limits = rateLimitsOf(
      requestOn(
        { rate_limits: [...by({ metadata: 'team' }).rate_limits, ...by('model').rate_limits] },
        { metadata: { team: long }, targets: [{ provider: 'openai', model: long }] },
      ),
    );
    for (const { key } of limits) expect(key).toMatch(/^[0-9a-f]{32}#main#[0-9a-f]{32}$/);
  });
});

describe('the limits of a call whose turn comes later (5.5)', () => {
  const rules = [
    { limit: 9, interval: 60 },
    ...(['token', 'provider', 'model'] as const).flatMap((one) => by(one).rate_limits),
  ];
  const settings = { ...PLAIN, rate_limits: rules };
  const first = requestOn(settings);
  const later = (provider: string, model: string) => requestOn(settings, { targets: [{ provider, model }] });
  const before = rateLimitsOf(first);
  const rulesOf = (limits: ReturnType<typeof rateLimitsOf>) => limits.map(({ rule }) => rule);

  it('are those of its own provider and model, under the names and keys of a request that comes to it first', () => {
    const limits = targetLimitsOf(later('groq', 'a'), before);
    expect(rulesOf(limits)).toEqual(['rate_limits[2]', 'rate_limits[3]']);
    const keys = rateLimitsOf(later('groq', 'a')).map(({ key }) => key);
    for (const { key } of limits) expect(keys).toContain(key);
  });

  it('are none under which its request was counted before', () => {
    expect(rulesOf(targetLimitsOf(later('openai', 'other'), before))).toEqual(['rate_limits[3]']);
    expect(targetLimitsOf(later('openai', 'gpt-x'), before)).toEqual([]);
  });

  it('are all of its own where the request fell under no limit, and none without such rules', () => {
    expect(targetLimitsOf(later('openai', 'gpt-x'), [])).toHaveLength(2);
    expect(targetLimitsOf(requestOn({ ...PLAIN, ...by('token') }), [])).toEqual([]);
    expect(targetLimitsOf(requestOn(PLAIN), [])).toEqual([]);
  });
});
