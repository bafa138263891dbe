import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ManagementApi, PLAIN } from '../management-api-for-test.ts';

let api: ManagementApi;
beforeEach(async () => {
  api = await ManagementApi.start();
});

const create = (json: object) =>
  api.call('POST', 'ai-gateway/gateways', { json: { id: 'g', ...PLAIN, ...json } });

const rule = { limit: 10, limitType: 'cost', window: 3600 };
const limited = { limit: 10, interval: 60 };
const policy = { id: 'p', enabled: true, action: 'FLAG', check: ['REQUEST'], profiles: ['x'] };

describe('a setting', () => {
  it.each<[object]>([
    [{ cache_ttl: null }],
    [{ cache_ttl: 0 }],
    [{ cache_ttl: 60 }],
    [{ cache_ttl: 2_592_000 }],
    [{ rate_limiting_interval: null, rate_limiting_limit: null, rate_limiting_technique: null }],
    [{ rate_limiting_interval: 60, rate_limiting_limit: 100, rate_limiting_technique: 'sliding' }],
    [{ rate_limiting_fail_closed: true, rate_limits: [] }],
    [{ rate_limits: [limited, { ...limited, technique: 'fixed', by: 'token' }] }],
    [{ rate_limits: Array(20).fill({ ...limited, by: { metadata: 'team' } }) }],
    [
      {
        rate_limits: [
          { limit: 0, interval: 0, by: 'provider' },
          { ...limited, by: 'model' },
        ],
      },
    ],
    [{ authentication: false, byok_only: true, logpush: true, zdr: true }],
    [{ log_management: 10_000, log_management_strategy: 'STOP_INSERTING' }],
    [{ log_management: 10_000_000, log_management_strategy: null }],
    [{ retry_max_attempts: 5, retry_delay: 60_000, retry_backoff: 'exponential' }],
    [{ retry_max_attempts: 1, retry_delay: 0, retry_backoff: null }],
    [{ workers_ai_billing_mode: 'unified' }],
    [{ store_id: 'store' }],
    [{ dlp: { enabled: true, action: 'BLOCK', profiles: ['x'] } }],
    [{ dlp: { enabled: true, policies: [policy] } }],
    [{ guardrails: { prompt: { S1: 'BLOCK', P1: 'FLAG' }, response: {} } }],
    [
      {
        otel: [
          {
            url: 'https://otel.example/v1',
            headers: { a: 'b' },
            authorization: 'ref',
            content_type: 'protobuf',
          },
        ],
      },
    ],
    [{ stripe: { authorization: 'x', usage_events: [{ payload: '{}' }] } }],
    [{ spend_limits: { enabled: true, rules: [] } }],
  ])('%j is kept as it was written', async (given) => {
    const answer = await create(given);
    expect(answer.json.errors).toEqual([]);
    expect(answer.json.result).toMatchObject(given);
  });

  it.each<[string, object]>([
    ['cache_ttl', { cache_ttl: 59 }],
    ['cache_ttl', { cache_ttl: 2_592_001 }],
    ['cache_ttl', { cache_ttl: -1 }],
    ['cache_ttl', { cache_ttl: 90.5 }],
    ['cache_ttl', { cache_ttl: '300' }],
    ['collect_logs', { collect_logs: null }],
    ['cache_invalidate_on_update', { cache_invalidate_on_update: 'yes' }],
    ['rate_limiting_interval', { rate_limiting_interval: -1 }],
    ['rate_limiting_limit', { rate_limiting_limit: 1e20 }],
    ['rate_limiting_technique', { rate_limiting_technique: 'leaky' }],
    ['rate_limiting_limit', { rate_limiting_limit: 1.5 }],
    ['rate_limiting_limit', { rate_limiting_limit: '10' }],
    ['rate_limiting_fail_closed', { rate_limiting_fail_closed: 'yes' }],
    ['rate_limits', { rate_limits: Array(21).fill(limited) }],
    ['rate_limits', { rate_limits: limited }],
    ['rate_limits', { rate_limits: null }],
    ['rate_limits', { rate_limits: [{ limit: 10 }] }],
    ['rate_limits', { rate_limits: [{ ...limited, limit: -1 }] }],
    ['rate_limits', { rate_limits: [{ ...limited, interval: 0.5 }] }],
    ['rate_limits', { rate_limits: [{ ...limited, technique: 'leaky' }] }],
    ['rate_limits', { rate_limits: [{ ...limited, technique: null }] }],
    ['rate_limits', { rate_limits: [{ ...limited, by: 'account' }] }],
    ['rate_limits', { rate_limits: [{ ...limited, by: { metadata: '' } }] }],
    ['rate_limits', { rate_limits: [{ ...limited, by: { metadata: 'a', model: 'b' } }] }],
    ['rate_limits', { rate_limits: [{ ...limited, name: 'x' }] }],
    ['authentication', { authentication: null }],
    ['log_management', { log_management: 9_999 }],
    ['log_management', { log_management: 10_000_001 }],
    ['log_management_strategy', { log_management_strategy: 'KEEP' }],
    ['logpush_public_key', { logpush_public_key: 'x'.repeat(15) }],
    ['logpush_public_key', { logpush_public_key: 'x'.repeat(1025) }],
    ['logpush_public_key', { logpush_public_key: 'x'.repeat(100) }],
    ['retry_max_attempts', { retry_max_attempts: 0 }],
    ['retry_max_attempts', { retry_max_attempts: 6 }],
    ['retry_delay', { retry_delay: -1 }],
    ['retry_delay', { retry_delay: 60_001 }],
    ['retry_backoff', { retry_backoff: 'random' }],
    ['workers_ai_billing_mode', { workers_ai_billing_mode: null }],
    ['store_id', { store_id: 7 }],
    ['dlp', { dlp: { enabled: true } }],
    ['dlp', { dlp: { enabled: true, action: 'BLOCK', profiles: [], policies: [] } }],
    ['dlp', { dlp: { enabled: true, policies: [{ ...policy, check: ['BOTH'] }] } }],
    ['guardrails', { guardrails: { prompt: {} } }],
    ['guardrails', { guardrails: { prompt: { S14: 'BLOCK' }, response: {} } }],
    ['guardrails', { guardrails: { prompt: { S1: 'IGNORE' }, response: {} } }],
    ['otel', { otel: [{ url: 'https://x.example' }] }],
    ['otel', { otel: [{ url: 'ftp://x.example', headers: {} }] }],
    ['otel', { otel: [{ url: 'https://x.example', headers: { a: 1 } }] }],
    ['stripe', { stripe: { authorization: 'x' } }],
    ['spend_limits', { spend_limits: { rules: Array(21).fill(rule) } }],
    ['spend_limits', { spend_limits: { rules: [{ ...rule, limit: -1 }] } }],
    ['spend_limits', { spend_limits: { rules: [{ ...rule, limitType: 'tokens' }] } }],
    ['spend_limits', { spend_limits: { rules: [{ ...rule, window: -1 }] } }],
    ['spend_limits', { spend_limits: { rules: [{ ...rule, model: { mode: 'filter' } }] } }],
    ['spend_limits', { spend_limits: { rules: [{ ...rule, metadata: { team: { mode: 'each' } } }] } }],
    [
      'spend_limits',
      {
        spend_limits: {
          rules: [
            { ...rule, id: 'a' },
            { ...rule, id: 'a' },
          ],
        },
      },
    ],
    ['spend_limits', { spend_limits: { rule: [] } }],
    ['id', { id: '' }],
    ['id', { id: 'Upper' }],
    ['id', { id: 'a--b' }],
    ['id', { id: '-a' }],
    ['id', { id: 'a'.repeat(65) }],
    ['id', { id: 7 }],
    ['__proto__', JSON.parse('{"__proto__": {"zdr": true}}')],
  ])('%s is refused as it stands in %j, by its name', async (field, given) => {
    const json = field === '__proto__' ? undefined : given;
    const body = JSON.stringify({ id: 'g', ...PLAIN }).replace('{', '{"__proto__":{"zdr":true},');
    const answer = await (json ? create(json) : api.call('POST', 'ai-gateway/gateways', { body }));
    expect(answer.status).toBe(400);
    expect(answer.json.errors[0]?.path?.slice(0, 2)).toEqual(['body', field]);
    expect(api.config.gateways.size).toBe(0);
  });

  it('takes the words of the contract in any case and keeps them in its own', async () => {
    const answer = await create({
      rate_limiting_technique: 'SLIDING',
      rate_limits: [{ ...limited, technique: 'Fixed', by: 'Token' }],
      log_management_strategy: 'stop_inserting',
      retry_backoff: 'Linear',
      workers_ai_billing_mode: 'Unified',
      guardrails: { prompt: { S1: 'block' }, response: {} },
      dlp: { enabled: true, action: 'flag', profiles: [] },
      otel: [{ url: 'https://x.example', headers: {}, content_type: 'JSON' }],
      spend_limits: {
        rules: [{ ...rule, limitType: 'COST', technique: 'Fixed', model: { mode: 'Partition' } }],
      },
    });
    expect(answer.json.result).toMatchObject({
      rate_limiting_technique: 'sliding',
      rate_limits: [{ technique: 'fixed', by: 'token' }],
      log_management_strategy: 'STOP_INSERTING',
      retry_backoff: 'linear',
      workers_ai_billing_mode: 'unified',
      guardrails: { prompt: { S1: 'BLOCK' } },
      dlp: { action: 'FLAG' },
      otel: [{ content_type: 'json' }],
      spend_limits: { rules: [{ limitType: 'cost', technique: 'fixed', model: { mode: 'partition' } }] },
    });
  });

  it('dlp that was never set is absent, and null takes it away again', async () => {
    expect((await create({})).json.result).not.toHaveProperty('dlp');
    const set = { dlp: { enabled: false, action: 'FLAG', profiles: [] } };
    await api.call('PUT', 'ai-gateway/gateways/g', { json: set });
    const cleared = await api.call('PUT', 'ai-gateway/gateways/g', { json: { dlp: null } });
    expect(cleared.json.result).not.toHaveProperty('dlp');
  });

  it('spend rules get what they leave out: an id, on, and a sliding window', async () => {
    const answer = await create({ spend_limits: { rules: [rule, { ...rule, id: 'mine' }] } });
    expect(answer.json.result).toMatchObject({
      spend_limits: {
        enabled: false,
        rules: [
          { id: expect.stringMatching(/^[0-9a-f]{8}$/), enabled: true, technique: 'sliding' },
          { id: 'mine' },
        ],
      },
    });
  });

  it('all settings together must fit into one stored item', async () => {
    const otel = (size: number) => [{ url: 'https://x.example', headers: { a: 'x'.repeat(size) } }];
    await create({ otel: otel(200_000) });
    const stripe = { authorization: 'x'.repeat(200_000), usage_events: [] };
    const answer = await api.call('PUT', 'ai-gateway/gateways/g', { json: { stripe } });
    expect(answer.status).toBe(400);
    expect(answer.json.errors[0]?.message).toContain('together');
  });
});

describe('the public key for exported logs', () => {
  const pem = (modulusLength: number) =>
    generateKeyPairSync('rsa', {
      modulusLength,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
  let small: ReturnType<typeof pem>;
  let right: ReturnType<typeof pem>;
  beforeAll(() => {
    small = pem(2048);
    right = pem(4096);
  });

  it('is an RSA key of 4096 bits', async () => {
    expect((await create({ logpush_public_key: right.publicKey })).status).toBe(200);
    expect((await create({ id: 'h', logpush_public_key: small.publicKey })).status).toBe(400);
  });

  it('is never a private key, even one that is short enough', async () => {
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const answer = await create({ logpush_public_key: privateKey });
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain(privateKey.slice(40, 80));
  });
});
