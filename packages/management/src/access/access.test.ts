import { beforeEach, describe, expect, it } from '@jest/globals';
import { epochMs, type GatewayId } from '@weir/core';
import { anAccountId } from '@weir/testkit/stores';
import { ManagementApi, PLAIN } from '../management-api-for-test.ts';

let api: ManagementApi;
beforeEach(async () => {
  api = await ManagementApi.start();
});

const list = (options: Parameters<ManagementApi['call']>[2]) =>
  api.call('GET', 'ai-gateway/gateways', options);

describe('a call without a good token', () => {
  it.each([
    ['no header', {}],
    ['another scheme', { authorization: 'Basic eDp5' }],
    ['no secret', { authorization: 'Bearer ' }],
    ['two secrets', { authorization: 'Bearer a b' }],
    ['a foreign token', { authorization: 'Bearer sk-proj-123' }],
    ['the token in the gateway header', { 'cf-aig-authorization': 'Bearer x' }],
  ])('is refused with 401 and code 10000: %s', async (_, headers) => {
    const answer = await list({ token: null, headers });
    expect([answer.status, answer.json.errors[0]?.code]).toEqual([401, 10000]);
    expect(answer.json).toMatchObject({ success: false, messages: [], result: null });
  });

  it('is refused when the token is unknown though well formed', async () => {
    const other = await ManagementApi.start();
    expect((await list({ token: other.owner })).status).toBe(401);
  });

  it('asks the store nothing about what cannot be a token of ours', async () => {
    Object.assign(api.ports.tokens, { findByHash: () => Promise.reject(new Error('asked')) });
    expect((await list({ token: `weir_${'0'.repeat(46)}` })).status).toBe(401);
  });

  it.each([
    ['disabled', { enabled: false }, 'disabled'],
    ['expired', { expiresOn: epochMs(1) }, 'expired'],
    ['not valid yet', { notBefore: epochMs(Date.UTC(2030, 0)) }, 'not valid yet'],
  ])('is refused when the token is %s, and told so', async (_, state, word) => {
    const answer = await list({ token: await api.token(state) });
    expect(answer.status).toBe(401);
    expect(answer.json.errors[0]?.message).toContain(word);
  });

  it('never shows the token in its answer', async () => {
    const answer = await list({ token: 'weir_something-secret' });
    expect(answer.text).not.toContain('something-secret');
  });
});

describe('a token', () => {
  it('takes the word Bearer in any case', async () => {
    expect((await list({ token: null, headers: { authorization: `bearer ${api.owner}` } })).status).toBe(200);
  });

  it('ends at the moment of its expiry', async () => {
    const token = await api.token({ expiresOn: epochMs(api.clock.now() + 1000) });
    expect((await list({ token })).status).toBe(200);
    api.clock.advance(1000);
    expect((await list({ token })).status).toBe(401);
  });

  it('opens its own account and no other', async () => {
    const answer = await api.call('GET', `/client/v4/accounts/${anAccountId()}/ai-gateway/gateways`);
    expect([answer.status, answer.json.errors[0]?.code]).toEqual([403, 9109]);
  });

  it('works from the addresses of its condition only', async () => {
    const token = await api.token({ allowedAddresses: ['198.51.100.0/24', '2001:db8::/32'] });
    expect((await list({ token, from: '198.51.100.7' })).status).toBe(200);
    expect((await list({ token, from: '2001:db8::7' })).status).toBe(200);
    expect((await list({ token, from: '203.0.113.9' })).status).toBe(403);
  });
});

describe('permissions', () => {
  beforeEach(async () => {
    for (const id of ['one', 'two'])
      await api.call('POST', 'ai-gateway/gateways', { json: { id, ...PLAIN } });
  });

  it.each([
    ['GET', 'ai-gateway/gateways', ['gateway:read'], 200],
    ['GET', 'ai-gateway/gateways', ['gateway:write'], 200],
    ['GET', 'ai-gateway/gateways', ['gateway:run', 'inference:read', 'tokens:write'], 403],
    ['GET', 'ai-gateway/gateways/one', ['gateway:read'], 200],
    ['GET', 'ai-gateway/gateways/one/url/openai', ['gateway:read'], 200],
    ['GET', 'ai-gateway/gateways/one/logs', ['gateway:read'], 200],
    ['GET', 'ai-gateway/gateways/one/logs', ['gateway:run'], 403],
    ['PUT', 'ai-gateway/gateways/one', ['gateway:read'], 403],
    ['PUT', 'ai-gateway/gateways/one', ['gateway:write'], 200],
    ['DELETE', 'ai-gateway/gateways/one', ['gateway:read'], 403],
    ['DELETE', 'ai-gateway/gateways/one/logs?limit=1', ['gateway:read'], 403],
    ['GET', 'tokens', ['tokens:read'], 200],
    ['GET', 'tokens', ['gateway:read', 'gateway:write'], 403],
    ['POST', 'tokens', ['tokens:read'], 403],
    ['GET', 'tokens/permission_groups', ['tokens:read'], 200],
    ['GET', 'tokens/verify', ['gateway:run'], 200],
  ] as const)('for %s %s a token with %j is answered %d', async (method, path, permissions, status) => {
    const token = await api.tokenFor(permissions);
    expect((await api.call(method, path, { token, json: {} })).status).toBe(status);
  });

  it('name the group that is missing', async () => {
    const token = await api.tokenFor(['gateway:read']);
    const answer = await api.call('PUT', 'ai-gateway/gateways/one', { token, json: {} });
    expect(answer.json.errors[0]).toMatchObject({
      code: 9109,
      message: expect.stringContaining('AI Gateway Write'),
    });
  });
});

describe('a token for one gateway', () => {
  let token: string;
  beforeEach(async () => {
    for (const id of ['one', 'two'])
      await api.call('POST', 'ai-gateway/gateways', { json: { id, ...PLAIN } });
    token = await api.tokenFor(['gateway:write', 'gateway:read', 'tokens:write'], ['one']);
  });

  it('lists that gateway alone', async () => {
    const answer = await list({ token });
    expect(answer.json).toMatchObject({ result: [{ id: 'one' }], result_info: { total_count: 1 } });
  });

  it.each([
    ['GET', 'ai-gateway/gateways/two'],
    ['PUT', 'ai-gateway/gateways/two'],
    ['DELETE', 'ai-gateway/gateways/two'],
    ['GET', 'ai-gateway/gateways/two/logs'],
    ['GET', 'ai-gateway/gateways/nowhere'],
    ['GET', 'ai-gateway/custom-providers'],
    ['GET', 'tokens'],
    ['POST', 'tokens'],
  ])('is refused at %s %s, and learns nothing about what exists', async (method, path) => {
    expect((await api.call(method, path, { token, json: {} })).status).toBe(403);
  });

  it('changes, deletes and makes again its own gateway, but no other', async () => {
    const change = await api.call('PUT', 'ai-gateway/gateways/one', { token, json: { zdr: true } });
    expect(change.status).toBe(200);
    expect((await api.call('DELETE', 'ai-gateway/gateways/one', { token })).status).toBe(200);
    const make = (id: string) => api.call('POST', 'ai-gateway/gateways', { token, json: { id, ...PLAIN } });
    expect((await make('one')).status).toBe(200);
    expect((await make('three')).status).toBe(403);
  });

  it('that is kept from one gateway lists all the others', async () => {
    const kept = await api.token({}, [
      { effect: 'allow', permissions: ['gateway:read'], gateways: 'all' },
      { effect: 'deny', permissions: ['gateway:read'], gateways: ['one' as GatewayId] },
    ]);
    expect((await list({ token: kept })).json.result).toMatchObject([{ id: 'two' }]);
  });
});
