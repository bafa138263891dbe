import { beforeEach, describe, expect, it } from '@jest/globals';
import { ManagementApi, PLAIN } from '../management-api-for-test.ts';

let api: ManagementApi;
beforeEach(async () => {
  api = await ManagementApi.start();
});

const get = (query = '', options = {}) => api.call('GET', `ai-gateway/prices${query}`, options);
const put = (prices: unknown, options = {}) =>
  api.call('PUT', 'ai-gateway/prices', { json: { prices }, ...options });
const price = (model: string, rates: object = { input: '1' }, provider = 'openai') => ({
  provider,
  model,
  rates,
});
const GPT5 = '?provider=openai&model=gpt-5';

describe('the prices of an account', () => {
  it('are none at first, beside the book that counts', async () => {
    const answer = await get();
    expect([answer.status, answer.json.result]).toEqual([
      200,
      { book: { name: 'a-book+00000000', date: '2026-01-02' }, prices: [] },
    ]);
  });

  it('are replaced as a whole, kept as they were written', async () => {
    await put([price('gpt-4')]);
    const prices = [
      price('gpt-5', { input: '0.10', output: '12.345678901234567', per_request: '0.000001' }),
      price('*', { search: '0.01' }, 'custom-In-House'),
    ];
    expect((await put(prices)).json.result).toEqual({ prices });
    expect((await get()).json.result).toMatchObject({ prices });
    await put([]);
    expect((await get()).json.result).toMatchObject({ prices: [] });
  });

  it.each([
    ['xai', 'grok'],
    ['Google', 'google-ai-studio'],
    ['perplexity', 'perplexity-ai'],
    ['OpenAI', 'openai'],
  ])(
    'of %s are kept under the slug that requests are charged by, and found by either name',
    async (name, slug) => {
      const prices = [price('m', { input: '7' }, slug)];
      expect((await put([price('m', { input: '7' }, name)])).json.result).toEqual({ prices });
      for (const asked of [name, slug])
        expect((await get(`?provider=${asked}&model=m`)).json.result).toMatchObject({
          effective: { source: 'override', tiers: [{ rates: { input: '7' } }] },
        });
      const twice = [price('m', { input: '7' }, name), price('m', { input: '8' }, slug)];
      expect((await put(twice)).json.errors).toMatchObject([{ path: ['body', 'prices', '1'] }]);
    },
  );

  it('leave what else the account has alone', async () => {
    const provider = { name: 'p', slug: 'p', base_url: 'https://p.example' };
    await api.call('POST', 'ai-gateway/custom-providers', { json: provider });
    await put([price('gpt-5')]);
    expect((await api.call('GET', 'ai-gateway/custom-providers')).json.result).toHaveLength(1);
  });

  it.each<[string, unknown]>([
    ['prices', 'none'],
    ['prices', Array.from({ length: 101 }, (_, index) => price(`m${index}`))],
    ['second price', [price('gpt-5'), price('GPT-5')]],
    ['provider', [price('m', {}, 'nobody')]],
    ['provider', [price('m', { input: '1' }, 'custom-')]],
    ['model', [price('')]],
    ['model', [price('a*b')]],
    ['model', [price('a b')]],
    ['rates', [price('m', {})]],
    ['inputs', [price('m', { inputs: '1' })]],
    ['input', [price('m', { input: 1 })]],
    ['input', [price('m', { input: '-1' })]],
    ['input', [price('m', { input: '1e3' })]],
    ['input', [price('m', { input: 'NaN' })]],
    ['input', [price('m', { input: '1'.repeat(31) })]],
    ['input', [price('m', { input: `0.${'1'.repeat(19)}` })]],
    ['input', [price('m', { input: null })]],
    ['discount', [{ ...price('m'), discount: '1' }]],
  ])('with a wrong %s are refused by name, and nothing is kept: %j', async (named, prices) => {
    const answer = await put(prices);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(named);
    expect((await get()).json.result).toMatchObject({ prices: [] });
  });

  it('are read and written with the permissions for gateways, on all of them', async () => {
    expect((await get('', { token: await api.tokenFor(['gateway:read']) })).status).toBe(200);
    expect((await put([], { token: await api.tokenFor(['gateway:read']) })).status).toBe(403);
    expect((await put([], { token: await api.tokenFor(['gateway:write'], ['g']) })).status).toBe(403);
    expect((await get('', { token: await api.tokenFor(['gateway:run']) })).status).toBe(403);
    expect((await get('', { token: null })).status).toBe(401);
    expect((await api.call('DELETE', 'ai-gateway/prices')).status).toBe(405);
  });
});

describe('an effective price', () => {
  const effective = async (query: string) => (await get(query)).json.result;

  it('is the book’s, with every class, its entry, its name and its date', async () => {
    const input = { input: '1.25', cache_read: '0.125', cache_write: '1.25', cache_write_long: '1.25' };
    expect(await effective(GPT5)).toMatchObject({
      effective: {
        source: 'book',
        book: 'a-book+00000000',
        date: '2026-01-02',
        price: 'openai/gpt-5',
        tiers: [
          {
            above: 0,
            rates: { ...input, output: '10', reasoning: '10', input_audio: '1.25', per_request: '0' },
          },
          { above: 200_000, rates: { input: '2.5', cache_read: '2.5', output: '15' } },
        ],
      },
    });
  });

  it('is null where nobody knows it', async () => {
    expect(await effective('?provider=openai&model=gpt-99')).toMatchObject({ effective: null });
    expect(await effective('?provider=custom-mine&model=m')).toMatchObject({ effective: null });
  });

  it('is the account’s before the book’s, and the gateway’s before the account’s', async () => {
    await put([price('gpt-*', { input: '2' })]);
    await api.call('POST', 'ai-gateway/gateways', {
      json: { id: 'g', ...PLAIN, prices: [price('gpt-5', { input: '3' })] },
    });
    await api.call('POST', 'ai-gateway/gateways', { json: { id: 'h', ...PLAIN } });
    const inputs = (value: string) => ({
      effective: { source: 'override', date: null, tiers: [{ rates: { input: value } }] },
    });
    expect(await effective(GPT5)).toMatchObject(inputs('2'));
    expect(await effective(`${GPT5}&gateway=g`)).toMatchObject(inputs('3'));
    expect(await effective(`${GPT5}&gateway=h`)).toMatchObject(inputs('2'));
    expect((await get(`${GPT5}&gateway=absent`)).status).toBe(404);
  });

  it.each([
    '?provider=openai',
    '?model=gpt-5',
    '?gateway=g',
    '?x=1',
    '?provider=&model=m',
    `${GPT5}&model=m`,
  ])('needs provider and model, once: %s', async (query) => {
    expect((await get(query)).status).toBe(400);
  });
});

describe('the setting prices', () => {
  const change = (prices: unknown) => api.call('PUT', 'ai-gateway/gateways/g', { json: { prices } });
  beforeEach(async () => {
    await api.call('POST', 'ai-gateway/gateways', { json: { id: 'g', ...PLAIN } });
  });

  it('is kept as it was written, and absent unless somebody sets it', async () => {
    expect((await api.call('GET', 'ai-gateway/gateways/g')).json.result).not.toHaveProperty('prices');
    expect((await change([price('gpt-5')])).json.result).toMatchObject({ prices: [price('gpt-5')] });
    expect((await api.call('GET', 'ai-gateway/gateways/g')).json.result).toMatchObject({
      prices: [price('gpt-5')],
    });
  });

  it('is refused by the same rules as the account’s', async () => {
    expect((await change([price('m', { input: 1 })])).status).toBe(400);
    expect((await change(null)).status).toBe(400);
  });
});
