import { beforeEach, describe, expect, it } from '@jest/globals';
import { epochMs, isWeirToken, PERMISSION_GROUPS, type Permission, type TokenHash } from '@weir/core';
import { anAccountId } from '@weir/testkit/stores';
import { ManagementApi, PLAIN, textIn } from '../management-api-for-test.ts';

let api: ManagementApi;
beforeEach(async () => {
  api = await ManagementApi.start();
});

const groups = (...permissions: Permission[]) =>
  PERMISSION_GROUPS.filter(({ key }) => permissions.includes(key)).map(({ id }) => ({ id }));

const policy = (permissions: Permission[], resources: object = { 'com.cloudflare.api.account.*': '*' }) => ({
  effect: 'allow',
  permission_groups: groups(...permissions),
  resources,
});

const READS = { name: 'reader', policies: [policy(['gateway:read'])] };
const create = (json: object, token?: string) =>
  api.call('POST', 'tokens', { json, ...(token ? { token } : {}) });
const uses = async (value: string) => (await api.call('GET', 'ai-gateway/gateways', { token: value })).status;

describe('creating a token', () => {
  it('shows the secret once, and the token works', async () => {
    const answer = await create(READS);
    const value = textIn(answer.json.result, 'value');
    expect(isWeirToken(value)).toBe(true);
    expect(await uses(value)).toBe(200);
    const shown = await api.call('GET', `tokens/${textIn(answer.json.result, 'id')}`);
    expect(shown.json.result).not.toHaveProperty('value');
    expect(shown.text).not.toContain(value);
  });

  it('is a 400 that says why when the policies are more than one item can hold', async () => {
    const resources = Object.fromEntries(
      Array.from({ length: 3_000 }, (_, index) => [`com.weir.gateway.${`g${index}`.padEnd(60, '_')}`, '*']),
    );
    const policies = [policy(['gateway:run'], resources)];
    const refusal = [
      expect.objectContaining({ path: ['body', 'policies'], message: expect.stringMatching(/bytes/) }),
    ];
    expect((await create({ name: 'wide', policies })).json.errors).toEqual(refusal);
    const id = textIn((await create(READS)).json.result, 'id');
    const answer = await api.call('PUT', `tokens/${id}`, { json: { policies } });
    expect([answer.status, answer.json.errors]).toEqual([400, refusal]);
  });

  it('keeps nothing in the store from which the secret could be read', async () => {
    const value = textIn((await create(READS)).json.result, 'value');
    expect(JSON.stringify([...api.config.tokens])).not.toContain(value.slice(5, 40));
  });

  it('answers the whole token', async () => {
    const now = new Date(api.clock.now()).toISOString();
    const answer = await create({
      ...READS,
      condition: { request_ip: { in: ['203.0.113.0/24'], not_in: ['203.0.113.7'] } },
      not_before: '2026-01-01T00:00:00Z',
      expires_on: '2027-01-01T02:00:00+02:00',
    });
    expect(answer.json.result).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      name: 'reader',
      status: 'active',
      issued_on: now,
      modified_on: now,
      not_before: '2026-01-01T00:00:00Z',
      expires_on: '2027-01-01T00:00:00Z',
      policies: [
        {
          id: expect.stringMatching(/^[0-9a-f]{32}$/),
          effect: 'allow',
          permission_groups: [{ id: groups('gateway:read')[0]?.id, name: 'AI Gateway Read' }],
          resources: { 'com.cloudflare.api.account.*': '*' },
        },
      ],
      condition: { request_ip: { in: ['203.0.113.0/24'], not_in: ['203.0.113.7'] } },
      value: expect.any(String),
    });
  });

  it('holds it to its address condition', async () => {
    const value = textIn(
      (await create({ ...READS, condition: { request_ip: { not_in: ['203.0.113.9'] } } })).json.result,
      'value',
    );
    expect(await uses(value)).toBe(403);
  });

  it('limits it to the gateways that its resources name', async () => {
    for (const id of ['one', 'two'])
      await api.call('POST', 'ai-gateway/gateways', { json: { id, ...PLAIN } });
    const policies = [policy(['gateway:write'], { 'com.weir.gateway.one': '*' })];
    const token = textIn((await create({ name: 'scoped', policies })).json.result, 'value');
    expect((await api.call('GET', 'ai-gateway/gateways/one', { token })).status).toBe(200);
    expect((await api.call('GET', 'ai-gateway/gateways/two', { token })).status).toBe(403);
  });

  it('lets a deny policy take from an allow policy', async () => {
    await api.call('POST', 'ai-gateway/gateways', { json: { id: 'one', ...PLAIN } });
    const deny = { ...policy(['gateway:read'], { 'com.weir.gateway.one': '*' }), effect: 'deny' };
    const token = textIn(
      (await create({ name: 'x', policies: [policy(['gateway:read']), deny] })).json.result,
      'value',
    );
    expect((await api.call('GET', 'ai-gateway/gateways/one', { token })).status).toBe(403);
    expect((await api.call('GET', 'ai-gateway/gateways', { token })).json.result).toEqual([]);
  });

  it.each<[string, object, string[]]>([
    ['no name', { name: undefined }, ['body', 'name']],
    ['an empty name', { name: '  ' }, ['body', 'name']],
    ['no policies', { policies: [] }, ['body', 'policies']],
    [
      'an unknown effect',
      { policies: [{ ...policy(['gateway:read']), effect: 'maybe' }] },
      ['body', 'policies', '0', 'effect'],
    ],
    [
      'an unknown permission group',
      { policies: [{ ...policy([]), permission_groups: [{ id: 'c8fed203ed3043cba015a93ad1616f1f' }] }] },
      ['body', 'policies', '0', 'permission_groups', '0', 'id'],
    ],
    ['no permission group', { policies: [policy([])] }, ['body', 'policies', '0', 'permission_groups']],
    ['no resource', { policies: [policy(['gateway:read'], {})] }, ['body', 'policies', '0', 'resources']],
    [
      'a zone',
      { policies: [policy(['gateway:read'], { 'com.cloudflare.api.account.zone.x': '*' })] },
      ['body', 'policies', '0', 'resources', 'com.cloudflare.api.account.zone.x'],
    ],
    [
      'another account',
      {
        policies: [
          policy(['gateway:read'], { 'com.cloudflare.api.account.00000000000000000000000000000000': '*' }),
        ],
      },
      ['body', 'policies', '0', 'resources', 'com.cloudflare.api.account.00000000000000000000000000000000'],
    ],
    [
      'what is no gateway id',
      { policies: [policy(['gateway:read'], { 'com.weir.gateway.*': '*' })] },
      ['body', 'policies', '0', 'resources', 'com.weir.gateway.*'],
    ],
    [
      'a nested resource',
      { policies: [policy(['gateway:read'], { 'com.cloudflare.api.account.*': { zone: '*' } })] },
      ['body', 'policies', '0', 'resources', 'com.cloudflare.api.account.*'],
    ],
    [
      'account permissions on one gateway',
      { policies: [policy(['tokens:write'], { 'com.weir.gateway.one': '*' })] },
      ['body', 'policies', '0'],
    ],
    [
      'credits on one gateway',
      { policies: [policy(['credits:write'], { 'com.weir.gateway.one': '*' })] },
      ['body', 'policies', '0'],
    ],
    ['a time without a zone', { expires_on: '2027-01-01T00:00:00' }, ['body', 'expires_on']],
    ['a past expiry', { expires_on: '2020-01-01T00:00:00Z' }, ['body', 'expires_on']],
    [
      'an expiry before its beginning',
      { not_before: '2028-01-01T00:00:00Z', expires_on: '2027-01-01T00:00:00Z' },
      ['body', 'expires_on'],
    ],
    [
      'a bad range',
      { condition: { request_ip: { in: ['1.2.3.4/99'] } } },
      ['body', 'condition', 'request_ip', 'in', '0'],
    ],
    ['an unknown condition', { condition: { 'request.ip': {} } }, ['body', 'condition', 'request.ip']],
    ['an unknown field', { colour: 'red' }, ['body', 'colour']],
  ])('with %s is refused, with the place', async (_, change, path) => {
    const before = api.config.tokens.size;
    const answer = await create({ ...READS, ...change });
    expect(answer.status).toBe(400);
    expect(answer.json.errors[0]?.path).toEqual(path);
    expect(api.config.tokens.size).toBe(before);
  });
});

describe('nobody hands on more than they have', () => {
  const weak = () => api.tokenFor(['tokens:write', 'gateway:read']);

  it('when creating a token', async () => {
    const token = await weak();
    expect((await create(READS, token)).status).toBe(200);
    const answer = await create({ name: 'more', policies: [policy(['gateway:write'])] }, token);
    expect(answer.status).toBe(403);
    expect(answer.json.errors[0]?.message).toContain('AI Gateway Write');
  });

  it('when changing a token, be it their own', async () => {
    const token = await weak();
    const mine = textIn((await api.call('GET', 'tokens/verify', { token })).json.result, 'id');
    const json = { policies: [policy(['tokens:write', 'gateway:read', 'gateway:run'])] };
    expect((await api.call('PUT', `tokens/${mine}`, { token, json })).status).toBe(403);
  });

  it('when rolling a token, whose secret they would learn', async () => {
    const owner = textIn((await api.call('GET', 'tokens/verify')).json.result, 'id');
    const token = await weak();
    const answer = await api.call('PUT', `tokens/${owner}/value`, { token, json: {} });
    expect(answer.status).toBe(403);
    expect(await uses(api.owner)).toBe(200);
  });

  it('when switching a stronger token on again', async () => {
    const strong = await create({ name: 's', policies: [policy(['gateway:write'])] });
    const id = textIn(strong.json.result, 'id');
    await api.call('PUT', `tokens/${id}`, { json: { status: 'disabled' } });
    const answer = await api.call('PUT', `tokens/${id}`, { token: await weak(), json: { status: 'active' } });
    expect(answer.status).toBe(403);
  });
});

describe('whoever may write tokens may end a stronger one', () => {
  const disable = async (more: object = {}) => {
    const strong = await create({ name: 's', policies: [policy(['gateway:write'])] });
    const { json } = await api.call('GET', `tokens/${textIn(strong.json.result, 'id')}`);
    const token = await api.tokenFor(['tokens:write']);
    const change = { ...(json.result as object), status: 'disabled', ...more };
    const { id, value } = strong.json.result as { id: string; value: string };
    const { status } = await api.call('PUT', `tokens/${id}`, { token, json: change });
    return { status, works: await api.call('GET', 'ai-gateway/gateways', { token: value }) };
  };

  it('by disabling it, as by deleting it', async () => {
    const { status, works } = await disable();
    expect([status, works.status]).toEqual([200, 401]);
  });

  it.each([
    { expires_on: '2099-01-01T00:00:00Z' },
    { condition: { request_ip: { not_in: ['203.0.113.0/24'] } } },
    { policies: [policy(['gateway:write', 'gateway:run'])] },
  ])('but changes nothing else of it meanwhile: %j', async (more) => {
    const { status, works } = await disable(more);
    expect([status, works.status]).toEqual([403, 200]);
  });
});

describe('updating a token', () => {
  const made = async (json: object) => {
    const { json: answer } = await create(json);
    return { id: textIn(answer.result, 'id'), value: textIn(answer.result, 'value') };
  };
  const change = (id: string, json: object) => api.call('PUT', `tokens/${id}`, { json });

  it('disables and enables it', async () => {
    const { id, value } = await made(READS);
    expect((await change(id, { status: 'disabled' })).json.result).toMatchObject({ status: 'disabled' });
    expect(await uses(value)).toBe(401);
    await change(id, { status: 'active' });
    expect(await uses(value)).toBe(200);
  });

  it('leaves what is absent: an expiry does not go away by itself', async () => {
    const { id } = await made({ ...READS, expires_on: '2027-01-01T00:00:00Z' });
    const renamed = await change(id, { name: 'other', policies: READS.policies });
    expect(renamed.json.result).toMatchObject({ name: 'other', expires_on: '2027-01-01T00:00:00Z' });
    expect((await change(id, { expires_on: null })).json.result).not.toHaveProperty('expires_on');
  });

  it('takes back the whole token that was read', async () => {
    const { id } = await made({ ...READS, condition: { request_ip: { in: ['203.0.113.9'] } } });
    const { json } = await api.call('GET', `tokens/${id}`);
    const answer = await change(id, json.result as object);
    expect(answer.json.result).toEqual(json.result);
  });

  it('replaces the policies', async () => {
    const { id, value } = await made(READS);
    await change(id, { policies: [policy(['gateway:run'])] });
    expect(await uses(value)).toBe(403);
  });

  it('loses none of the changes that come at the same time', async () => {
    const { id, value } = await made(READS);
    const answers = await Promise.all([
      change(id, { status: 'disabled' }),
      change(id, { name: 'renamed' }),
      change(id, { expires_on: '2027-01-01T00:00:00Z' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await api.call('GET', `tokens/${id}`)).json.result).toMatchObject({
      status: 'disabled',
      name: 'renamed',
      expires_on: '2027-01-01T00:00:00Z',
    });
    expect(await uses(value)).toBe(401);
  });

  it('gives up with a 409 that may be repeated when others are always first', async () => {
    const { id } = await made(READS);
    Object.assign(api.ports.tokens, { update: async () => false });
    const answer = await change(id, { name: 'renamed' });
    expect([answer.status, answer.headers['x-should-retry']]).toEqual([409, 'true']);
  });

  it('is a 404 for what is no token', async () => {
    for (const id of ['0'.repeat(32), 'x', '..']) expect((await change(id, { name: 'n' })).status).toBe(404);
  });
});

describe('rolling a token', () => {
  it('gives another secret at once, and the old one ends', async () => {
    const { json } = await create(READS);
    const id = textIn(json.result, 'id');
    const rolled = await api.call('PUT', `tokens/${id}/value`, { json: {} });
    expect(rolled.json.result).toEqual(expect.stringMatching(/^weir_/));
    expect(await uses(String(rolled.json.result))).toBe(200);
    expect(await uses(textIn(json.result, 'value'))).toBe(401);
    expect((await api.call('GET', `tokens/${id}`)).json.result).toMatchObject({ name: 'reader' });
  });

  it('is a 409 when somebody else was first', async () => {
    const { json } = await create(READS);
    Object.assign(api.ports.tokens, { roll: async () => null });
    expect((await api.call('PUT', `tokens/${textIn(json.result, 'id')}/value`, { json: {} })).status).toBe(
      409,
    );
  });
});

describe('deleting a token', () => {
  it('ends it and answers its id', async () => {
    const { json } = await create(READS);
    const id = textIn(json.result, 'id');
    expect((await api.call('DELETE', `tokens/${id}`)).json.result).toEqual({ id });
    expect(await uses(textIn(json.result, 'value'))).toBe(401);
    expect((await api.call('DELETE', `tokens/${id}`)).status).toBe(404);
  });

  it('of another account is a 404', async () => {
    const stranger = await ManagementApi.start();
    const { json } = await stranger.call('GET', 'tokens/verify');
    expect((await api.call('DELETE', `tokens/${textIn(json.result, 'id')}`)).status).toBe(404);
  });
});

describe('listing tokens', () => {
  beforeEach(async () => {
    for (const name of ['first', 'second', 'third']) {
      api.clock.advance(1000);
      await create({ ...READS, name, ...(name === 'second' ? { expires_on: '2026-06-01T00:00:00Z' } : {}) });
    }
  });

  const names = async (query: string, path = 'tokens') => {
    const { json } = await api.call('GET', `${path}?${query}`);
    return (json.result as { name: string }[]).map(({ name }) => name);
  };

  it('shows the oldest first, or the newest', async () => {
    expect(await names('')).toEqual(['a token', 'first', 'second', 'third']);
    expect(await names('direction=desc&per_page=2')).toEqual(['third', 'second']);
    expect(await names('page=5')).toEqual([]);
  });

  it('leaves expired ones out unless asked', async () => {
    api.clock.advance(200 * 24 * 3_600_000);
    expect(await names('')).toEqual(['a token', 'first', 'third']);
    expect(await names('include_expired=true')).toContain('second');
  });

  it('shows the same under the path of the user', async () => {
    expect(await names('', '/client/v4/user/tokens')).toEqual(await names(''));
  });

  it('shows no hash and no secret', async () => {
    const { text } = await api.call('GET', 'tokens');
    for (const hash of api.config.tokens.keys()) expect(text).not.toContain(hash satisfies TokenHash);
  });
});

describe('verifying a token', () => {
  const verify = (token: string, path = 'tokens/verify') => api.call('GET', path, { token });

  it('says that a good one is active', async () => {
    for (const path of ['tokens/verify', '/client/v4/user/tokens/verify']) {
      const answer = await verify(api.owner, path);
      expect(answer.json.result).toMatchObject({ id: expect.any(String), status: 'active' });
      expect(answer.json.messages).toMatchObject([{ code: 10000 }]);
    }
  });

  it.each([
    ['disabled', { enabled: false }],
    ['expired', { expiresOn: epochMs(1) }],
  ])('says of a %s one that it is', async (status, state) => {
    const answer = await verify(await api.token(state));
    expect(answer.json.result).toMatchObject({ status });
    expect(answer.json.messages).toEqual([]);
  });

  it('refuses one that is not valid yet, one that is unknown, and one of another account', async () => {
    expect((await verify(await api.token({ notBefore: epochMs(api.clock.now() + 1) }))).status).toBe(401);
    expect((await verify('weir_x')).status).toBe(401);
    const other = `/client/v4/accounts/${anAccountId()}/tokens/verify`;
    expect((await verify(api.owner, other)).status).toBe(403);
  });
});

describe('permission groups', () => {
  it('are listed on one page, by name and by scope', async () => {
    const all = await api.call('GET', 'tokens/permission_groups');
    expect(all.json.result).toHaveLength(PERMISSION_GROUPS.length);
    const one = await api.call('GET', 'tokens/permission_groups?name=ai%20gateway%20run');
    expect(one.json.result).toMatchObject([{ name: 'AI Gateway Run', is_selectable: true }]);
    const scoped = await api.call('GET', '/client/v4/user/tokens/permission_groups?scope=com.weir.gateway');
    expect(JSON.stringify(scoped.json.result)).not.toContain('Account API Tokens');
    const none = await api.call('GET', 'tokens/permission_groups?scope=com.cloudflare.api.account.zone');
    expect(none.json.result).toEqual([]);
  });
});
