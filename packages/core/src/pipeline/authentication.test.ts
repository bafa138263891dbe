import { beforeEach, describe, expect, it } from '@jest/globals';
import { type AccountId, durationMs, epochMs, type GatewayId } from '../ids.ts';
import { StoreUnavailable } from '../ports/config-source.ts';
import {
  ACCOUNT,
  foreignStoreUnavailable,
  GatewayForTest,
  NOW,
  STRANGER,
  TOKEN,
} from './__fixtures__/gateway-for-test.ts';

const API = `/client/v4/accounts/${ACCOUNT}/ai/v1/chat/completions`;
const CHAT = '{"model":"openai/gpt-5","messages":[]}';
const bearer = (token: string) => ({ 'cf-aig-authorization': `Bearer ${token}` });

let gateway: GatewayForTest;
beforeEach(() => {
  gateway = new GatewayForTest();
});

describe('who may run requests on a gateway', () => {
  it.each([
    ['on', 'valid', TOKEN, 200],
    ['on', 'invalid', STRANGER, 401],
    ['on', 'no', null, 401],
    ['off', 'valid', TOKEN, 200],
    ['off', 'invalid', STRANGER, 200],
    ['off', 'no', null, 200],
  ])('authentication %s with %s token', async (authentication, _, token, status) => {
    gateway.addGateway('main', { authentication: authentication === 'on' });
    const answer = await gateway.request({ headers: token === null ? {} : bearer(token) });
    expect(answer.status).toBe(status);
    if (status === 401)
      expect(answer.json()).toMatchObject({ name: 'AiGatewayError', internalCode: 2009, success: false });
    expect(gateway.record().authenticated).toBe(authentication === 'on' && token === TOKEN);
    expect(gateway.record().tokenId).toBe(token === TOKEN ? 'c2'.repeat(16) : null);
  });

  it.each(['Bearer ', 'bearer ', ''])('the token may stand behind %j', async (scheme) => {
    expect((await gateway.request({ headers: { 'cf-aig-authorization': `${scheme}${TOKEN}` } })).status).toBe(
      200,
    );
  });

  it.each([
    ['disabled', { enabled: false }],
    ['expired', { expiresOn: NOW }],
    ['not yet valid', { notBefore: epochMs(NOW + 1) }],
    ['of another account', { account: 'b1'.repeat(16) as AccountId }],
    ['bound to other addresses', { allowedAddresses: ['10.0.0.0/8'] }],
    ['denied from this address', { deniedAddresses: ['203.0.113.0/24'] }],
  ])('a token that is %s is no token', async (_, changes) => {
    gateway.addToken(changes);
    expect((await gateway.request({ headers: bearer(TOKEN) })).status).toBe(401);
    expect((await gateway.request({ path: API, headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(
      401,
    );
  });

  it('a token bound to an address is taken from there', async () => {
    gateway.addToken({ allowedAddresses: ['10.0.0.0/8'] });
    expect((await gateway.request({ headers: bearer(TOKEN), from: '10.9.8.7' })).status).toBe(200);
  });

  it('a token scoped to a gateway runs requests there and nowhere else', async () => {
    gateway.addGateway('other');
    gateway.addToken({
      grants: [{ effect: 'allow', permissions: ['gateway:run'], gateways: ['main' as GatewayId] }],
    });
    expect((await gateway.request({ headers: bearer(TOKEN) })).status).toBe(200);
    const elsewhere = await gateway.request({
      path: `/v1/${ACCOUNT}/other/openai/v1/models`,
      headers: bearer(TOKEN),
    });
    expect([elsewhere.status, elsewhere.json().internalCode]).toEqual([403, 2910]);
  });

  it('a token without the permission is refused, and the provider is not called', async () => {
    gateway.addToken({ grants: [{ effect: 'allow', permissions: ['gateway:write'], gateways: 'all' }] });
    expect((await gateway.request({ headers: bearer(TOKEN) })).status).toBe(403);
    expect(gateway.sent).toHaveLength(0);
  });

  it('a token without the permission counts as none on an open gateway, so the operator pays nothing', async () => {
    gateway.addGateway('main', { authentication: false });
    gateway.platformKeys.set('openai', 'operators');
    gateway.addToken({ grants: [{ effect: 'allow', permissions: ['gateway:read'], gateways: 'all' }] });
    expect((await gateway.request({ headers: bearer(TOKEN) })).status).toBe(200);
    expect(gateway.lastSent().headers.has('authorization')).toBe(false);
    expect(gateway.record()).toMatchObject({ wholesale: false, tokenId: null });
  });
});

describe('the API host', () => {
  const call = (headers: Record<string, string>) => gateway.request({ path: API, headers, body: CHAT });

  it('always wants a token, whatever the gateway says', async () => {
    gateway.addGateway('main', { authentication: false });
    const answer = await call({ 'cf-aig-gateway-id': 'main' });
    expect(answer.status).toBe(401);
    expect(answer.json()).toMatchObject({ errors: [{ code: 10000 }], result: null });
    expect(gateway.record()).toMatchObject({ surface: 'api', authenticated: false });
  });

  it.each(['authorization', 'x-api-key'])('takes the token in %s', async (name) => {
    expect((await call({ [name]: TOKEN, 'cf-aig-gateway-id': 'main' })).status).toBe(200);
  });

  it.each([['gateway:run'], ['inference:read']] as const)('is content with %s', async (permission) => {
    gateway.addToken({ grants: [{ effect: 'allow', permissions: [permission], gateways: 'all' }] });
    expect((await call({ authorization: `Bearer ${TOKEN}`, 'cf-aig-gateway-id': 'main' })).status).toBe(200);
  });

  it('does not take the permission that only it knows on the gateway host', async () => {
    gateway.addToken({ grants: [{ effect: 'allow', permissions: ['inference:read'], gateways: 'all' }] });
    expect((await gateway.request({ headers: bearer(TOKEN) })).status).toBe(403);
  });
});

describe('gateways that do not exist', () => {
  it('are told before the token is judged on the gateway host', async () => {
    const answer = await gateway.request({ path: `/v1/${ACCOUNT}/nowhere/openai/v1/models` });
    expect([answer.status, answer.json().internalCode]).toEqual([400, 2001]);
    expect(gateway.record()).toMatchObject({ account: ACCOUNT, gateway: '~', outcome: { blame: 'caller' } });
  });

  it.each([`/v1/nobody/main/openai/v1/models`, `/v1/${ACCOUNT}/Not%20An%20Id/openai/v1/models`])(
    '%s names none',
    async (path) => {
      expect((await gateway.request({ path, headers: bearer(TOKEN) })).json().internalCode).toBe(2001);
    },
  );

  it('"default" comes into being with the first authenticated request', async () => {
    const path = `/v1/${ACCOUNT}/default/openai/v1/models`;
    expect((await gateway.request({ path })).status).toBe(401);
    expect((await gateway.request({ path, headers: bearer(STRANGER) })).status).toBe(401);
    expect(gateway.created).toEqual([]);
    expect((await gateway.request({ path, headers: bearer(TOKEN) })).status).toBe(200);
    expect(gateway.created).toEqual([ACCOUNT]);
    expect(gateway.records.at(-1)).toMatchObject({ gateway: 'default', configVersion: 7 });
  });

  it('no other name comes into being', async () => {
    await gateway.request({ path: `/v1/${ACCOUNT}/nowhere/openai/v1/models`, headers: bearer(TOKEN) });
    expect(gateway.created).toEqual([]);
  });
});

describe('a store that cannot be asked', () => {
  it.each([
    ['as this program throws it', new StoreUnavailable('cannot read config')],
    ['as a lazily loaded part throws it', foreignStoreUnavailable()],
  ])('is 503 with Retry-After and never 401: %s', async (_, error) => {
    gateway.storeError = error;
    const answer = await gateway.request({});
    expect([answer.status, answer.header('retry-after'), answer.header('x-should-retry')]).toEqual([
      503,
      '1',
      'true',
    ]);
    expect(gateway.record().outcome).toMatchObject({ kind: 'refused', code: 2940, blame: 'gateway' });
    expect(gateway.faults).toEqual([]);
  });

  it('is 503 also where "default" would have to be created', async () => {
    gateway.creationError = new StoreUnavailable('down');
    const path = `/v1/${ACCOUNT}/default/openai/v1/models`;
    expect((await gateway.request({ path, headers: bearer(TOKEN) })).status).toBe(503);
  });

  it('anything else that fails there is ours: 500, told to our log and not to the caller', async () => {
    gateway.storeError = new TypeError('secret detail');
    const answer = await gateway.request({});
    expect([answer.status, answer.json().internalCode]).toEqual([500, 2999]);
    expect(answer.body).not.toContain('secret detail');
    expect(gateway.faults).toEqual([gateway.storeError]);
    expect(gateway.record().outcome).toMatchObject({ blame: 'gateway' });
  });

  it('known configuration goes on, and the answer says how old it is', async () => {
    gateway.stale = durationMs(7_400);
    const answer = await gateway.request({ headers: bearer(TOKEN) });
    expect([answer.header('weir-config-stale'), answer.header('weir-config-version')]).toEqual(['7s', '7']);
    gateway.stale = null;
    expect((await gateway.request({ headers: bearer(TOKEN) })).header('weir-config-stale')).toBeUndefined();
  });
});
