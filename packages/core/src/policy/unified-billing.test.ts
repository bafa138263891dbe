import { describe, expect, it } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../gateway/settings.ts';
import { headerMap } from '../http/header-map.ts';
import type { AccountId, GatewayId } from '../ids.ts';
import type { ProviderSlug } from '../providers/descriptor.ts';
import type { KeySource } from '../record/request-record.ts';
import {
  isPaidFromCredits,
  mayUseOperatorsKey,
  operatorsKeyName,
  parseUnifiedBilling,
  unifiedRateLimit,
  wantsZeroRetention,
} from './unified-billing.ts';

const SOURCES: readonly KeySource[] = ['request', 'stored', 'unified', 'role', 'none'];
const gateway = {
  account: '0123456789abcdef0123456789abcdef' as AccountId,
  id: 'g' as GatewayId,
  internalId: 'one',
  settings: DEFAULT_SETTINGS,
};

describe('unified billing', () => {
  it('is open or from credits, and nothing else', () => {
    expect(parseUnifiedBilling('open')).toBe('open');
    expect(parseUnifiedBilling('credits')).toBe('credits');
    for (const text of ['', 'Credits', 'on']) expect(() => parseUnifiedBilling(text)).toThrow('open');
  });
});

describe('credits', () => {
  it('pay for what the operator’s credentials serve, and for nothing else', () => {
    const paid = SOURCES.filter((source) => isPaidFromCredits('credits', DEFAULT_SETTINGS, 'openai', source));
    expect(paid).toEqual(['unified', 'role']);
  });

  it('pay for nothing on an open gateway', () => {
    expect(SOURCES.some((source) => isPaidFromCredits('open', DEFAULT_SETTINGS, 'openai', source))).toBe(
      false,
    );
  });

  it.each([
    ['postpaid', false],
    ['unified', true],
  ] as const)('Workers AI is billed per workers_ai_billing_mode: %s, %s', (workers_ai_billing_mode, paid) => {
    const settings = { ...DEFAULT_SETTINGS, workers_ai_billing_mode };
    expect(isPaidFromCredits('credits', settings, 'workers-ai', 'unified')).toBe(paid);
  });
});

describe('the operator’s key', () => {
  it.each([
    'openai',
    'anthropic',
    'google-ai-studio',
    'google-vertex-ai',
    'grok',
    'groq',
    'deepseek',
    'workers-ai',
  ])('serves %s on its own endpoint where credits pay', (provider) =>
    expect(mayUseOperatorsKey('credits', provider, true)).toBe(true),
  );

  it('serves any other provider on the unified endpoints only', () => {
    expect(mayUseOperatorsKey('credits', 'mistral', true)).toBe(false);
    expect(mayUseOperatorsKey('credits', 'mistral', false)).toBe(true);
  });

  it('serves everything on an open gateway', () => {
    expect(mayUseOperatorsKey('open', 'mistral', true)).toBe(true);
  });
});

describe('the unified rate', () => {
  it('is 200 requests in 60 s for each gateway', () => {
    expect(unifiedRateLimit('credits', gateway, 'openai', 'unified')).toMatchObject({
      limit: 200,
      interval: 60_000,
      technique: 'sliding',
      rule: 'unified',
    });
  });

  it('counts all providers of a gateway together, and no two gateways', () => {
    const key = (changes: Partial<typeof gateway>, provider = 'openai') =>
      unifiedRateLimit('credits', { ...gateway, ...changes }, provider, 'unified')?.key;
    expect(key({}, 'anthropic')).toBe(key({}));
    expect(key({ id: 'h' as GatewayId })).not.toBe(key({}));
    expect(key({ internalId: 'two' })).not.toBe(key({}));
  });

  it.each(['request', 'stored', 'none'] as const)('does not hold for keys that are %s', (source) => {
    expect(unifiedRateLimit('credits', gateway, 'openai', source)).toBeNull();
  });

  it('does not hold on an open gateway', () => {
    expect(unifiedRateLimit('open', gateway, 'openai', 'unified')).toBeNull();
  });
});

describe('zero data retention', () => {
  it.each([
    [false, null, false],
    [true, null, true],
    [false, 'true', true],
    [true, 'false', false],
    [true, ' FALSE ', false],
    [true, 'maybe', true],
    [false, 'maybe', false],
  ])('with zdr %s and the header %s is %s: the header goes before the gateway', (zdr, said, wanted) => {
    const headers = headerMap(said === null ? [] : [['cf-aig-zdr', said]]);
    expect(wantsZeroRetention({ zdr }, headers)).toBe(wanted);
  });

  it.each([
    ['openai', true, 'openai@zdr'],
    ['anthropic', true, 'anthropic@zdr'],
    ['openai', false, 'openai'],
    ['mistral', true, 'mistral'],
  ])('of %s, wanted %s, uses the key %s: other providers are called as always', (provider, wanted, name) => {
    expect(operatorsKeyName(provider as ProviderSlug, wanted)).toBe(name);
  });
});
