import { describe, expect, it } from '@jest/globals';
import { DEFAULT_SETTINGS, type GatewaySnapshot, type SpendRule } from '../gateway/settings.ts';
import type { AccountId, GatewayId } from '../ids.ts';
import { type SpendingRequest, spendBudgetsOf, spendLimitOf } from './spend-limits.ts';

const rule: SpendRule = {
  id: 'a1b2c3d4',
  enabled: true,
  limit: 10,
  limitType: 'cost',
  window: 86_400,
  technique: 'sliding',
};

function gatewayWith(rules: readonly SpendRule[], enabled = true): GatewaySnapshot {
  return {
    account: '0123456789abcdef0123456789abcdef' as AccountId,
    id: 'team' as GatewayId,
    internalId: 'an-internal-id',
    version: 1,
    cacheEpoch: 0,
    createdAt: '',
    modifiedAt: '',
    settings: { ...DEFAULT_SETTINGS, spend_limits: { enabled, rules } },
    keys: [],
    routes: [],
  };
}

const ask = (
  changes: Partial<SpendRule>,
  request: Partial<Omit<SpendingRequest, 'gateway'>> = {},
): readonly string[] =>
  spendBudgetsOf({
    gateway: gatewayWith([{ ...rule, ...changes }]),
    provider: 'openai',
    model: 'gpt-5',
    metadata: {},
    ...request,
  }).map(({ bucket }) => bucket);

describe('the budgets of a request', () => {
  it('are none where nobody set a limit', () => {
    const gateway = { ...gatewayWith([]), settings: DEFAULT_SETTINGS };
    expect(spendBudgetsOf({ gateway, provider: 'openai', model: null, metadata: {} })).toEqual([]);
  });

  it('are none while the limits, or the rule, are off', () => {
    const request = { provider: 'openai', model: null, metadata: {} };
    expect(spendBudgetsOf({ ...request, gateway: gatewayWith([rule], false) })).toEqual([]);
    expect(ask({ enabled: false })).toEqual([]);
  });

  it('have the rule’s limit, window and shards', () => {
    const gateway = gatewayWith([{ ...rule, limit: 0.1, window: 1.5, technique: 'fixed', shards: 4 }]);
    expect(spendBudgetsOf({ gateway, provider: 'openai', model: 'gpt-5', metadata: {} })).toEqual([
      {
        kind: 'limit',
        account: gateway.account,
        gateway: 'team',
        rule: 'a1b2c3d4',
        bucket: '(all)',
        limit: 100_000n,
        window: { technique: 'fixed', length: 1_500 },
        shards: 4,
      },
    ]);
  });

  it('are as many as rules apply: all applicable rules are checked', () => {
    const rules: SpendRule[] = [
      rule,
      { ...rule, id: 'b', provider: { mode: 'partition' } },
      { ...rule, id: 'c', provider: { mode: 'filter', values: ['anthropic'] } },
    ];
    const request = { gateway: gatewayWith(rules), provider: 'openai', model: null, metadata: {} };
    expect(spendBudgetsOf(request).map(({ rule: id }) => id)).toEqual(['a1b2c3d4', 'b']);
  });
});

describe('partition: one bucket per distinct value', () => {
  it.each<[Partial<SpendRule>, string]>([
    [{ provider: { mode: 'partition' } }, 'provider=openai'],
    [{ model: { mode: 'partition' } }, 'model=gpt-5'],
    [{ metadata: { team: { mode: 'partition' } } }, 'metadata.team=blue'],
    [
      {
        metadata: { user: { mode: 'partition' }, team: { mode: 'partition' } },
        model: { mode: 'partition' },
      },
      'metadata.team=blue, metadata.user=7, model=gpt-5',
    ],
  ])('%j counts under %s', (changes, bucket) => {
    expect(ask(changes, { metadata: { team: 'blue', user: 7 } })).toEqual([bucket]);
  });

  it('a request without the key counts in the bucket (none), and saying "(none)" is another', () => {
    const byTeam = { metadata: { team: { mode: 'partition' } } } as const;
    expect(ask(byTeam)).toEqual(['metadata.team=(none)']);
    expect(ask(byTeam, { metadata: { team: null } })).toEqual(['metadata.team=(none)']);
    expect(ask(byTeam, { metadata: { team: '(none)' } })).toEqual(['metadata.team=%28none%29']);
    expect(ask(byTeam, { metadata: { team: '' } })).toEqual(['metadata.team=']);
    expect(ask({ model: { mode: 'partition' } }, { model: null })).toEqual(['model=(none)']);
  });

  it('what every object has is no metadata', () => {
    expect(ask({ metadata: { toString: { mode: 'partition' as const } } })).toEqual([
      'metadata.toString=(none)',
    ]);
  });

  it('the same value in another type is the same value', () => {
    const byTeam = { metadata: { team: { mode: 'partition' } } } as const;
    expect(ask(byTeam, { metadata: { team: 7 } })).toEqual(ask(byTeam, { metadata: { team: '7' } }));
    expect(ask(byTeam, { metadata: { team: true } })).toEqual(ask(byTeam, { metadata: { team: 'true' } }));
  });

  it('the same model in another spelling is the same model', () => {
    expect(ask({ model: { mode: 'partition' } }, { model: 'GPT-5' })).toEqual(['model=gpt-5']);
  });

  it('cf.user_id is a key like any other', () => {
    expect(
      ask({ metadata: { 'cf.user_id': { mode: 'partition' } } }, { metadata: { 'cf.user_id': 'u1' } }),
    ).toEqual(['metadata.cf.user_id=u1']);
  });
});

describe('filter: the rule applies only to listed values', () => {
  it.each<[boolean, Partial<SpendRule>]>([
    [true, { provider: { mode: 'filter', values: ['anthropic', 'openai'] } }],
    [true, { provider: { mode: 'filter', values: ['OpenAI'] } }],
    [false, { provider: { mode: 'filter', values: ['anthropic'] } }],
    [true, { model: { mode: 'filter', values: ['gpt-5'] } }],
    [true, { model: { mode: 'filter', values: ['GPT-5'] } }],
    [true, { model: { mode: 'filter', values: ['openai/gpt-5'] } }],
    [false, { model: { mode: 'filter', values: ['anthropic/gpt-5'] } }],
    [false, { model: { mode: 'filter', values: ['gpt-5-mini'] } }],
    [true, { metadata: { team: { mode: 'filter', values: ['blue', 'red'] } } }],
    [false, { metadata: { team: { mode: 'filter', values: ['Blue'] } } }],
    [true, { metadata: { user: { mode: 'filter', values: ['7'] } } }],
    [false, { metadata: { nobody: { mode: 'filter', values: ['undefined', 'null'] } } }],
    [
      false,
      { metadata: { team: { mode: 'filter', values: ['blue'] }, user: { mode: 'filter', values: ['8'] } } },
    ],
  ])('%s for %j', (applies, changes) => {
    expect(ask(changes, { metadata: { team: 'blue', user: 7, nobody: null } })).toEqual(
      applies ? ['(all)'] : [],
    );
  });

  it('takes every name of a provider', () => {
    const named = { provider: { mode: 'filter', values: ['google'] } } as const;
    expect(ask(named, { provider: 'google-ai-studio' })).toHaveLength(1);
    expect(
      ask({ provider: { mode: 'filter', values: ['custom-mine'] } }, { provider: 'custom-mine' }),
    ).toHaveLength(1);
  });

  it('needs a model where models are listed', () => {
    expect(ask({ model: { mode: 'filter', values: ['gpt-5'] } }, { model: null })).toEqual([]);
  });
});

describe('the limit in micro-dollars', () => {
  it.each([
    [0, 0n],
    [0.1, 100_000n],
    [0.3, 300_000n],
    [0.1 + 0.2, 300_000n],
    [1.000001, 1_000_001n],
    [0.0000019, 1n],
    [0.00000099, 0n],
    [5e-324, 0n],
    [999_999_999.999999, 999_999_999_999_999n],
    [1e9, 1_000_000_000_000_000n],
  ])('of %d is %d: by its decimal text', (limit, micros) => {
    expect(spendLimitOf({ limit })).toBe(micros);
  });
});
