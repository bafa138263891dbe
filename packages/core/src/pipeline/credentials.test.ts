import { beforeEach, describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '../ports/config-source.ts';
import { ACCOUNT, foreignStoreUnavailable, GatewayForTest, TOKEN } from './__fixtures__/gateway-for-test.ts';

const known = { 'cf-aig-authorization': `Bearer ${TOKEN}` };
const path = (rest: string) => `/v1/${ACCOUNT}/main/${rest}`;

let gateway: GatewayForTest;
beforeEach(() => {
  gateway = new GatewayForTest();
  for (const slug of ['openai', 'anthropic', 'google-ai-studio']) gateway.platformKeys.set(slug, `operators`);
});

describe('whose key the provider gets', () => {
  it('the operator’s, for a caller whom we know; the record says so', async () => {
    await gateway.request({ headers: known });
    expect(gateway.lastSent().headers.get('authorization')).toEqual(['Bearer operators']);
    expect(gateway.record().wholesale).toBe(true);
  });

  it('the caller’s own wins', async () => {
    await gateway.request({ headers: { ...known, authorization: 'Bearer mine' } });
    expect(gateway.lastSent().headers.get('authorization')).toEqual(['Bearer mine']);
    expect(gateway.record().wholesale).toBe(false);
  });

  it('none of ours for a stranger on an open gateway', async () => {
    gateway.addGateway('main', { authentication: false });
    await gateway.request({});
    expect(gateway.lastSent().headers.has('authorization')).toBe(false);
    expect(gateway.record().wholesale).toBe(false);
  });

  it('none where the operator has none: the provider says what it wants', async () => {
    gateway.platformKeys.clear();
    expect((await gateway.request({ headers: known })).status).toBe(200);
    expect(gateway.lastSent().headers.has('authorization')).toBe(false);
    expect(gateway.record().wholesale).toBe(false);
  });

  it.each([
    ['the gateway wants callers’ keys', { byok_only: true }, {}],
    ['the caller does not want the operator’s', {}, { 'cf-aig-no-wholesale': 'true' }],
    [
      'the caller cannot relax what the gateway wants',
      { byok_only: true },
      { 'cf-aig-no-wholesale': 'false' },
    ],
  ])('refused where %s and there is none', async (_, settings, headers) => {
    gateway.addGateway('main', settings);
    const answer = await gateway.request({ headers: { ...known, ...headers } });
    expect([answer.status, answer.json().internalCode]).toEqual([400, 2911]);
    expect(gateway.sent).toHaveLength(0);
    const own = { ...known, ...headers, authorization: 'Bearer mine' };
    expect((await gateway.request({ headers: own })).status).toBe(200);
  });

  it.each([
    ['as this program throws it', new StoreUnavailable('cannot read a secret')],
    ['as a lazily loaded part throws it', foreignStoreUnavailable()],
  ])('503 when the keys cannot be read: %s', async (_, error) => {
    gateway.platformError = error;
    const answer = await gateway.request({ headers: known });
    expect([answer.status, answer.header('retry-after')]).toEqual([503, '1']);
  });
});

describe('our own token', () => {
  it.each([
    ['authorization', 'openai/v1/models', `Bearer ${TOKEN}`, 'authorization', 'Bearer operators'],
    ['x-api-key', 'anthropic/v1/messages', TOKEN, 'x-api-key', 'operators'],
    ['x-goog-api-key', 'google-ai-studio/v1/models', TOKEN, 'x-goog-api-key', 'operators'],
  ])('in the provider’s slot %s lets the caller in and is replaced', async (slot, rest, sent, name, key) => {
    const answer = await gateway.request({ path: path(rest), headers: { [slot]: sent } });
    expect(answer.status).toBe(200);
    expect(gateway.lastSent().headers.get(name)).toEqual([key]);
    expect(JSON.stringify([...gateway.lastSent().headers])).not.toContain(TOKEN);
  });

  it('in a query lets the caller in and leaves the query; the rest of it stays', async () => {
    const query = `alt=sse&key=${TOKEN}&a=%20b`;
    expect((await gateway.request({ path: path('google-ai-studio/v1/models'), query })).status).toBe(200);
    expect(new URL(gateway.lastSent().url).search).toBe('?alt=sse&a=%20b');
    expect(gateway.lastSent().headers.get('x-goog-api-key')).toEqual(['operators']);
  });

  it.each([
    ['native', TOKEN.replace('weir_', 'weir%5F')],
    ['native', [...TOKEN].map((sign) => `%${sign.charCodeAt(0).toString(16)}`).join('')],
    ['step', TOKEN],
    ['step', TOKEN.replace('w', '%77')],
  ])('in the query of a %s leaves it however it is written: %s', async (kind, written) => {
    const query = `alt=sse&key=${written}&a=%20b`;
    const step = { provider: 'google-ai-studio', endpoint: `v1/models?${query}`, query: {} };
    const answer = await gateway.request(
      kind === 'native'
        ? { path: path('google-ai-studio/v1/models'), query }
        : { path: `/v1/${ACCOUNT}/main`, headers: known, body: JSON.stringify([step]) },
    );
    expect(answer.status).toBe(200);
    expect(new URL(gateway.lastSent().url).search).toBe('?alt=sse&a=%20b');
    expect(gateway.lastSent().headers.get('x-goog-api-key')).toEqual(['operators']);
  });

  it('goes to no provider, wherever else it stands besides', async () => {
    await gateway.request({
      path: path('google-ai-studio/v1/models'),
      query: `key=${TOKEN}`,
      headers: {
        ...known,
        authorization: `Bearer ${TOKEN}`,
        'x-goog-api-key': TOKEN,
        'x-note': `t=${TOKEN}`,
      },
    });
    const { headers, url } = gateway.lastSent();
    expect(JSON.stringify([...headers, url])).not.toContain(TOKEN);
    expect(headers.get('x-goog-api-key')).toEqual(['operators']);
  });

  it('in the slot of a request that must bring its own key is not one', async () => {
    gateway.addGateway('main', { byok_only: true });
    const answer = await gateway.request({ headers: { authorization: `Bearer ${TOKEN}` } });
    expect(answer.json().internalCode).toBe(2911);
  });

  it('on the API host leaves every slot', async () => {
    const answer = await gateway.request({
      path: `/client/v4/accounts/${ACCOUNT}/ai/v1/chat/completions`,
      headers: { authorization: `Bearer ${TOKEN}`, 'x-api-key': TOKEN, 'cf-aig-gateway-id': 'main' },
      body: '{"model":"openai/gpt-5"}',
    });
    expect(answer.status).toBe(200);
    expect(gateway.lastSent().headers.get('authorization')).toEqual(['Bearer operators']);
    expect(JSON.stringify([...gateway.lastSent().headers])).not.toContain(TOKEN);
  });

  it('is in no record', async () => {
    await gateway.request({ headers: known, query: `key=${TOKEN}` });
    expect(JSON.stringify(gateway.record())).not.toContain(TOKEN);
    expect(JSON.stringify(gateway.record())).not.toContain('operators');
  });
});
