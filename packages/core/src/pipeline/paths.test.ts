import { beforeEach, describe, expect, it } from '@jest/globals';
import { ACCOUNT, GatewayForTest, TOKEN } from './__fixtures__/gateway-for-test.ts';

const headers = { 'cf-aig-authorization': TOKEN };

let gateway: GatewayForTest;
beforeEach(() => {
  gateway = new GatewayForTest();
});

describe('where a request goes', () => {
  it.each([
    ['main/openai/v1/chat/completions', 'https://api.openai.com/v1/chat/completions'],
    ['main/OpenAI/v1/models', 'https://api.openai.com/v1/models'],
    ['main/anthropic/v1/files/a%2Fb%20c', 'https://api.anthropic.com/v1/files/a%2Fb%20c'],
    [
      'main/google-ai-studio/v1beta/models/x:y',
      'https://generativelanguage.googleapis.com/v1beta/models/x:y',
    ],
  ])('%s goes to %s, its escapes untouched', async (rest, url) => {
    await gateway.request({ path: `/v1/${ACCOUNT}/${rest}`, headers });
    expect(gateway.lastSent().url).toBe(url);
    expect(gateway.record().path).toBe(rest.split('/').slice(2).join('/'));
  });

  it.each(['openai/v1/models', 'OPENAI/v1/models'])('%s without a gateway means "default"', async (rest) => {
    await gateway.request({ path: `/v1/${ACCOUNT}/${rest}`, headers });
    expect(gateway.lastSent().url).toBe('https://api.openai.com/v1/models');
    expect(gateway.record()).toMatchObject({ gateway: 'default', provider: 'openai' });
  });

  it('a gateway may have the name of a provider', async () => {
    gateway.addGateway('openai');
    await gateway.request({ path: `/v1/${ACCOUNT}/openai/anthropic/v1/messages`, headers });
    expect(gateway.record()).toMatchObject({ gateway: 'openai', provider: 'anthropic' });
  });

  it('method, query and body go on as they came', async () => {
    const body = Uint8Array.from({ length: 256 }, (_, index) => index);
    await gateway.request({
      method: 'PUT',
      query: 'a=%2F&b',
      headers: { ...headers, 'content-type': 'audio/wav' },
      body,
    });
    const { method, url, body: sent } = gateway.lastSent();
    expect([method, new URL(url).search]).toEqual(['PUT', '?a=%2F&b']);
    expect(Buffer.from(sent ?? []).equals(body)).toBe(true);
  });

  it('an unknown provider is told by its name', async () => {
    const answer = await gateway.request({ path: `/v1/${ACCOUNT}/main/opemai/v1/models`, headers });
    expect(answer.json()).toMatchObject({ internalCode: 2008, message: expect.stringContaining('"opemai"') });
    expect(gateway.record()).toMatchObject({ provider: 'opemai', statusCode: 400 });
  });

  it.each([`/client/v4/accounts/${ACCOUNT}/ai/tomarkdown`])(
    '%s is of the contract and not of this version: 501',
    async (path) => {
      const all = { ...headers, authorization: TOKEN, 'cf-aig-gateway-id': 'main' };
      expect((await gateway.request({ path, headers: all })).status).toBe(501);
      expect(gateway.record().outcome).toMatchObject({ kind: 'refused', code: 2913, blame: 'gateway' });
    },
  );

  it('a path that is nothing is 404 in the shape of its host', async () => {
    const api = await gateway.request({ path: `/client/v4/accounts/${ACCOUNT}/ai/nothing` });
    expect(api.json()).toMatchObject({ result: null, errors: [{ code: 7003 }, { code: 7000 }] });
    const host = await gateway.request({ path: `/v1/${ACCOUNT}/main/compat/nothing` });
    expect(host.json()).toMatchObject({ result: [], error: [{ code: 7003 }] });
    expect(gateway.records.map(({ surface, statusCode }) => [surface, statusCode])).toEqual([
      ['api', 404],
      ['provider', 404],
    ]);
  });

  it('an empty segment before a provider is a path that is nothing, and no universal request', async () => {
    const answer = await gateway.request({ path: `/v1/${ACCOUNT}/main//openai/v1/models`, headers });
    expect([answer.status, answer.json().internalCode]).toEqual([404, 7003]);
    expect(gateway.record().outcome).toMatchObject({ kind: 'refused', code: 7003 });
  });

  it.each([
    ['just enough', 10_240, 200],
    ['one byte more', 10_241, 431],
  ])('headers of %s bytes', async (_, size, status) => {
    const used = 'cf-aig-authorization'.length + TOKEN.length + 'x'.length;
    const answer = await gateway.request({ headers: { ...headers, x: 'h'.repeat(size - used) } });
    expect(answer.status).toBe(status);
    expect(gateway.record().statusCode).toBe(status);
  });

  it.each(['v1/../../admin', 'v1/%2e%2e/admin', 'v1/a%00b'])(
    '%s does not leave the base path',
    async (rest) => {
      const answer = await gateway.request({ path: `/v1/${ACCOUNT}/main/openai/${rest}`, headers });
      expect(answer.status).toBe(400);
      expect(gateway.sent).toHaveLength(0);
    },
  );
});
