import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_SETTINGS, type GatewaySettings } from '../gateway/settings.ts';
import { headerMap } from '../http/header-map.ts';
import { chosenSettings, effectiveSettings, MAX_CACHE_TTL } from './effective-settings.ts';

type Headers = Readonly<Record<string, string>>;
const settle = (
  gateway: Partial<GatewaySettings>,
  request: Headers = {},
  step?: { readonly headers?: Headers; readonly config?: Readonly<Record<string, unknown>> },
) =>
  effectiveSettings(
    { ...DEFAULT_SETTINGS, ...gateway },
    headerMap(Object.entries(request)),
    step ? { headers: headerMap(Object.entries(step.headers ?? {})), config: step.config ?? {} } : null,
  );

describe('who decides a setting (spec 4.1, precedence 1 and 2)', () => {
  const gateway = { retry_max_attempts: 1 };
  const request = { 'cf-aig-max-attempts': '2' };
  const headers = { 'cf-aig-max-attempts': '3' };
  test.each([
    [
      'the step’s config',
      settle(gateway, request, { headers, config: { maxAttempts: 4 } }),
      4,
      'step-config',
    ],
    ['then the step’s headers', settle(gateway, request, { headers }), 3, 'step-headers'],
    ['then the request’s headers', settle(gateway, request), 2, 'request'],
    ['then the gateway', settle(gateway), 1, 'gateway'],
    ['then nobody', settle({}), 1, 'default'],
  ])('%s', (_, { maxAttempts }, value, source) => {
    expect(maxAttempts).toEqual({ value, source });
  });

  test('what cannot be read decides nothing: the next in order does', () => {
    const { maxAttempts, warnings } = settle(gateway, request, { config: { maxAttempts: 'many' } });
    expect(maxAttempts).toEqual({ value: 2, source: 'request' });
    expect(warnings).toEqual(['maxAttempts must be a whole number and was ignored']);
  });

  test.each<readonly [unknown]>([[{ toString: 1, valueOf: 1 }], [[3]], [{}], [true]])(
    'nor does %j of a step’s config, which JSON can hold and a header cannot',
    (raw) => {
      const { maxAttempts, warnings } = settle(gateway, request, { config: { maxAttempts: raw } });
      expect(maxAttempts).toEqual({ value: 2, source: 'request' });
      expect(warnings).toEqual(['maxAttempts must be a whole number and was ignored']);
    },
  );

  test('the time to the last byte is the whole request’s: a step has no say in it', () => {
    const headers = { 'weir-total-timeout': '5' };
    const { totalTimeout, warnings } = settle({}, { 'weir-total-timeout': '900' }, { headers });
    expect(totalTimeout).toEqual({ value: 900, source: 'request' });
    expect(warnings).toEqual(['weir-total-timeout holds for the whole request and was ignored in a step']);
  });

  test('a new name goes before its deprecated alias (precedence 3)', () => {
    const both = { 'cf-cache-ttl': '90', 'cf-aig-cache-ttl': '80' };
    expect(settle({ cache_ttl: 60 }, both).cacheTtl.value).toBe(80);
    expect(settle({ cache_ttl: 60 }, { 'cf-cache-ttl': '90' }).cacheTtl.value).toBe(90);
    expect(settle({}, { 'cf-skip-cache': 'true' }).skipCache.value).toBe(true);
  });
});

describe('how long an answer is kept (spec 5.4)', () => {
  test.each([
    ['off by default', {}, {}, 0],
    ['a lifetime of the request alone does not turn it on', {}, { 'cf-aig-cache-ttl': '100' }, 0],
    ['the gateway turns it on', { cache_ttl: 120 }, {}, 120],
    ['a request changes the lifetime', { cache_ttl: 120 }, { 'cf-aig-cache-ttl': '100' }, 100],
    ['0 turns it off', { cache_ttl: 120 }, { 'cf-aig-cache-ttl': '0' }, 0],
    ['a key turns it on, for five minutes', {}, { 'cf-aig-cache-key': 'k' }, 300],
    ['a key with a lifetime', {}, { 'cf-aig-cache-key': 'k', 'cf-aig-cache-ttl': '61' }, 61],
    ['a key on a gateway that caches', { cache_ttl: 120 }, { 'cf-aig-cache-key': 'k' }, 120],
    ['never on a gateway without a value', { cache_ttl: null }, {}, 0],
  ])('%s', (_, gateway, request, ttl) => {
    expect(settle(gateway, request as Headers).cacheTtl.value).toBe(ttl);
  });

  test.each([
    ['-1', 60],
    ['59', 60],
    ['1000000000', MAX_CACHE_TTL],
    ['abc', 120],
    ['1.5', 120],
    ['', 120],
  ])('%j is clamped or ignored, and says so', (text, ttl) => {
    const { cacheTtl, warnings } = settle({ cache_ttl: 120 }, { 'cf-aig-cache-ttl': text });
    expect([cacheTtl.value, warnings.length]).toEqual([ttl, 1]);
  });

  test('a lifetime that turns nothing on is told of, unless it is 0 anyway', () => {
    const warned = (lifetime: string, others: Headers = {}) =>
      settle({}, { 'cf-aig-cache-ttl': lifetime, ...others }).warnings;
    expect(warned('100')).toEqual([expect.stringContaining('cf-aig-cache-key')]);
    expect([...warned('0'), ...warned('100', { 'cf-aig-cache-key': 'k' })]).toEqual([]);
  });

  test('a key of 5 MB is none', () => {
    const { cacheKey, cacheTtl, warnings } = settle({}, { 'cf-aig-cache-key': 'k'.repeat(5_000_000) });
    expect([cacheKey.value, cacheTtl.value]).toEqual([null, 0]);
    expect(warnings).toEqual(['cf-aig-cache-key must be 1 to 1024 characters and was ignored']);
  });
});

describe('out of bounds (spec 4.1, precedence 4)', () => {
  test.each([
    ['cf-aig-max-attempts', '0', 'maxAttempts', 1],
    ['cf-aig-max-attempts', '99', 'maxAttempts', 5],
    ['cf-aig-retry-delay', '1000000000000', 'retryDelay', 60_000],
    ['cf-aig-retry-delay', '-5', 'retryDelay', 0],
    ['cf-aig-backoff', 'fibonacci', 'backoff', 'constant'],
    ['cf-aig-request-timeout', '0', 'requestTimeout', 1],
    ['weir-total-timeout', 'soon', 'totalTimeout', null],
    ['cf-aig-skip-cache', 'yes', 'skipCache', false],
  ] as const)('%s: %s is %s %s, with a warning', (name, text, setting, value) => {
    const settings = settle({}, { [name]: text });
    expect([settings[setting].value, settings.warnings.length]).toEqual([value, 1]);
    expect(settings.warnings[0]).toContain(name);
  });

  test('whatever is written, every setting stays within its bounds', () => {
    const names = ['cf-aig-max-attempts', 'cf-aig-retry-delay', 'cf-aig-cache-ttl', 'cf-aig-request-timeout'];
    const said = fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.string(), fc.integer().map(String)));
    fc.assert(
      fc.property(said, said, (request, headers) => {
        const settings = settle({ cache_ttl: 100 }, request, { headers });
        const { maxAttempts, retryDelay, cacheTtl, requestTimeout } = settings;
        expect(maxAttempts.value).toBeGreaterThanOrEqual(1);
        expect(maxAttempts.value).toBeLessThanOrEqual(5);
        expect(retryDelay.value).toBeGreaterThanOrEqual(0);
        expect(retryDelay.value).toBeLessThanOrEqual(60_000);
        expect(cacheTtl.value === 0 || (cacheTtl.value >= 60 && cacheTtl.value <= MAX_CACHE_TTL)).toBe(true);
        expect(requestTimeout.value ?? 1).toBeGreaterThanOrEqual(1);
      }),
    );
  });
});

test('the record names what somebody chose and who, and not what a cache key holds', () => {
  expect(chosenSettings(settle({}))).toBeNull();
  expect(chosenSettings(settle({ retry_delay: 5 }, { 'cf-aig-cache-key': 'secret' }))).toEqual({
    cacheKey: { value: true, source: 'request' },
    retryDelay: { value: 5, source: 'gateway' },
  });
});
