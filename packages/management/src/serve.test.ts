import { beforeEach, describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '@weir/core';
import { ManagementApi, PLAIN } from './management-api-for-test.ts';

let api: ManagementApi;
beforeEach(async () => {
  api = await ManagementApi.start();
});

describe('the management API', () => {
  it.each([
    '/client/v4/nothing',
    '/client/v4/accounts',
    '/other',
    '/client/v4/accounts/x/ai-gateway/gateways',
  ])('answers 404 with both codes at %s, whoever asks', async (path) => {
    for (const token of [null, api.owner]) {
      const answer = await api.call('GET', path, { token });
      expect(answer.status).toBe(404);
      expect(answer.json.errors.map(({ code }) => code)).toEqual([7003, 7000]);
      expect(answer.json).toMatchObject({ success: false, result: null, messages: [] });
    }
  });

  it('answers 405 and names the methods that the path takes', async () => {
    const answer = await api.call('PATCH', 'ai-gateway/gateways/g');
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET, PUT, DELETE');
    expect(answer.json.errors[0]?.message).toContain('PATCH');
  });

  it('answers 503 with Retry-After when the store cannot be asked, never 401 or 404', async () => {
    const down = async () => {
      throw new StoreUnavailable('cannot read');
    };
    Object.assign(api.ports.tokens, { findByHash: down });
    const answer = await api.call('GET', 'ai-gateway/gateways');
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.headers['x-should-retry']).toBe('true');
    expect(api.reported).toHaveLength(1);
  });

  it.each([
    ['read logs', 'The gateway cannot read logs at the moment. Try again shortly.'],
    [null, 'The gateway cannot read its configuration at the moment. Try again shortly.'],
  ])('says in a 503 what could not be asked: %s', async (question, message) => {
    const down = () => Promise.reject(new StoreUnavailable('a detail', { question }));
    Object.assign(api.ports.tokens, { findByHash: down });
    const answer = await api.call('GET', 'ai-gateway/gateways');
    expect(answer.json.errors[0]).toMatchObject({ code: 2940, message });
  });

  it('does not hide a defect of ours behind an answer', async () => {
    Object.assign(api.ports.gateways, { list: () => Promise.reject(new TypeError('a defect')) });
    await expect(api.call('GET', 'ai-gateway/gateways')).rejects.toThrow('a defect');
  });

  it('tells clients not to repeat what cannot succeed', async () => {
    const json = { id: 'g', ...PLAIN };
    await api.call('POST', 'ai-gateway/gateways', { json });
    const again = await api.call('POST', 'ai-gateway/gateways', { json });
    expect(again.status).toBe(409);
    expect(again.headers['x-should-retry']).toBe('false');
  });

  it.each([
    ['GET', 'ai-gateway/gateways/g/datasets'],
    ['PUT', 'ai-gateway/gateways/g/datasets/1'],
    ['POST', 'ai-gateway/gateways/g/policies/simulate'],
    ['GET', 'ai-gateway/evaluation-types'],
    ['POST', '/client/v4/graphql'],
  ])('says of %s %s that this version does not serve it, to those who may know', async (method, path) => {
    const answer = await api.call(method, path);
    expect([answer.status, answer.json.errors[0]?.code]).toEqual([501, 2913]);
    expect((await api.call(method, path, { token: null })).status).toBe(401);
    const powerless = await api.tokenFor(['gateway:run']);
    expect((await api.call(method, path, { token: powerless })).status).toBe(403);
  });
});

describe('a body', () => {
  const create = (options: Parameters<ManagementApi['call']>[2]) =>
    api.call('POST', 'ai-gateway/gateways', options);

  it.each([
    ['no body', '', 400, 2920],
    ['half a body', '{"id":"g"', 400, 2920],
    ['text', 'id=g', 400, 2920],
    ['a byte that is not UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 400, 2920],
    ['a list', '[]', 400, 7001],
    ['null', 'null', 400, 7001],
    ['deep nesting', '['.repeat(100_000), 400, 2920],
    ['a body over the limit', ' '.repeat(300_000), 413, 2924],
  ])('that is %s is refused', async (_, body, status, code) => {
    const answer = await create({ body });
    expect([answer.status, answer.json.errors[0]?.code]).toEqual([status, code]);
  });

  it('names each field that is wrong or unknown, and where it stands', async () => {
    const answer = await create({ json: { ...PLAIN, id: 'g', cache_ttl: 'x', zdr: 1, colour: 'red' } });
    expect(answer.status).toBe(400);
    expect(answer.json.errors.map(({ path }) => path)).toEqual([
      ['body', 'cache_ttl'],
      ['body', 'zdr'],
      ['body', 'colour'],
    ]);
  });

  it('says which required fields are missing', async () => {
    const answer = await create({ json: { id: 'g' } });
    expect(answer.json.errors.map(({ message }) => message)).toEqual(
      Object.keys(PLAIN).map((field) => `${field}: is required`),
    );
  });

  it('hints at JSON when it came as something else', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await create({ body: 'id=g', headers })).json.errors[0]?.message).toContain('takes JSON');
  });
});
