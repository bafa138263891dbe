import { beforeEach, describe, expect, it } from '@jest/globals';
import { baseUrlFault, customDescriptor, type PriceOverride, parsePrivateEndpoints } from '@weir/core';
import * as z from 'zod';
import { ManagementApi, textIn } from '../management-api-for-test.ts';

const LIST = 'ai-gateway/custom-providers';
const OURS = { name: 'In-house', slug: 'in-house', base_url: 'https://models.example/v1' };

let api: ManagementApi;
beforeEach(async () => {
  api = await ManagementApi.start();
});

const create = (changes: object = {}) => api.call('POST', LIST, { json: { ...OURS, ...changes } });
const created = async (changes: object = {}) => textIn((await create(changes)).json.result, 'id');
const one = (id: string) => `${LIST}/${id}`;
const slugs = async (query = '') => {
  const { json } = await api.call('GET', `${LIST}${query}`);
  return z
    .array(z.looseObject({ slug: z.string() }))
    .parse(json.result)
    .map(({ slug }) => slug);
};

async function snapshot() {
  const found = await api.ports.accounts.snapshot(api.account);
  if (!found) throw new Error('there should be an account');
  return found;
}

async function setPrices(prices: readonly PriceOverride[]) {
  if ((await api.ports.accounts.update(await snapshot(), { prices })) === 'changed') throw new Error('alone');
}

const price = (provider: string): PriceOverride => ({ provider, model: '*', rates: { input: '1' } });

describe('creating a custom provider (spec 5.15)', () => {
  it('needs three fields; it is off until somebody switches it on', async () => {
    const { json, status } = await create();
    const now = new Date(api.clock.now()).toISOString();
    expect([status, json.result]).toEqual([
      200,
      {
        ...OURS,
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
        enable: false,
        beta: false,
        description: null,
        link: null,
        curl_example: null,
        js_example: null,
        headers: null,
        position: 0,
        logo: expect.any(String),
        account_id: api.account,
        account_tag: api.account,
        created_at: now,
        modified_at: now,
      },
    ]);
    expect((await api.call('GET', one(textIn(json.result, 'id')))).json.result).toEqual(json.result);
  });

  it('keeps every field, and headers as the text of a JSON object', async () => {
    const given = {
      enable: true,
      beta: true,
      description: 'ours',
      link: 'https://docs.example',
      curl_example: 'curl …\n',
      js_example: 'fetch(…)',
      headers: '{"X-Team":"search"}',
      position: 2.5,
    };
    expect((await create(given)).json.result).toMatchObject({ ...given, headers: '{"x-team":"search"}' });
  });

  it.each(['', '-a', 'a-', 'a b', 'ä', 'a/b', 'a_b', 'a'.repeat(65)])('refuses the slug %j', async (slug) => {
    const { status, json } = await create({ slug });
    expect([status, json.errors[0]?.path]).toEqual([400, ['body', 'slug']]);
  });

  it.each(['a', 'A-1', 'custom-x', '0', 'a--b', 'a'.repeat(64)])('takes the slug %j', async (slug) => {
    expect((await create({ slug })).json.result).toMatchObject({ slug });
  });

  it('refuses a slug that the account has, in any case, with 1003', async () => {
    await create();
    const { status, json, headers } = await create({ slug: 'IN-House' });
    expect([status, json.errors[0]]).toEqual([
      409,
      expect.objectContaining({ code: 1003, path: ['body', 'slug'] }),
    ]);
    expect(headers['x-should-retry']).toBe('false');
  });

  it.each([
    ['no URL', 'models.example'],
    ['nothing', ''],
    ['http', 'http://models.example'],
    ['another scheme', 'ftp://models.example'],
    ['a script', 'javascript:alert(1)'],
    ['credentials', 'https://user:secret@models.example'],
    ['a user', 'https://user@models.example'],
    ['a query', 'https://models.example/?key=1'],
    ['an empty query', 'https://models.example/?'],
    ['a fragment', 'https://models.example/#x'],
    ['white space', 'https://models.example/ a'],
    ['a line break', 'https://models.example/\na'],
    ['a backslash', 'https://models.example\\@10.0.0.1/'],
    ['metadata', 'https://169.254.169.254'],
    ['metadata as IPv6', 'https://[fd00:ec2::254]'],
    ['loopback', 'https://127.0.0.1'],
    ['loopback, short', 'https://127.1'],
    ['loopback, decimal', 'https://2130706433'],
    ['loopback, octal', 'https://0177.0.0.1'],
    ['loopback, hexadecimal', 'https://0x7f.0.0.1'],
    ['loopback as IPv6', 'https://[::1]'],
    ['loopback mapped into IPv6', 'https://[::ffff:127.0.0.1]'],
    ['nowhere', 'https://0.0.0.0'],
    ['a private network', 'https://10.1.2.3'],
    ['another', 'https://172.16.0.1'],
    ['a third', 'https://192.168.1.1'],
    ['a carrier’s', 'https://100.100.100.200'],
    ['link-local', 'https://[fe80::1]'],
    ['localhost', 'https://localhost'],
    ['localhost with a dot', 'https://LOCALHOST.'],
    ['under localhost', 'https://a.localhost:8443'],
    ['too long', `https://models.example/${'a'.repeat(2_048)}`],
  ])('refuses a base URL that is or holds %s with 1002, and never repeats it', async (_, base_url) => {
    const { status, json, text } = await create({ base_url });
    expect([status, json.errors[0]?.code, json.errors[0]?.path]).toEqual([400, 1002, ['body', 'base_url']]);
    expect(text).not.toContain('secret');
    expect((await snapshot()).customProviders).toEqual([]);
  });

  it.each([
    'https://models.example',
    'https://models.example:8443/a/b/',
    'https://8.8.8.8',
    'https://[2606:4700::1111]/v1',
  ])('takes the base URL %s', async (base_url) => {
    expect((await create({ base_url })).json.result).toMatchObject({ base_url });
  });

  it('takes what the operator allows, without TLS too', () => {
    const allowed = parsePrivateEndpoints('["10.0.0.0/8","ollama.internal:11434"]');
    const fault = (url: string) => baseUrlFault(url, allowed);
    expect([fault('http://10.1.2.3'), fault('http://ollama.internal:11434/v1')]).toEqual([null, null]);
    expect(fault('http://ollama.internal')).not.toBeNull();
    expect(fault('https://192.168.0.1')).not.toBeNull();
  });

  it.each([
    ['not JSON', 'x'],
    ['an array', '[]'],
    ['a value that is no text', '{"a":1}'],
    ['a name that is none', '{"a b":"1"}'],
    ['a name that could not be kept', '{"__proto__":"1"}'],
    ['an empty name', '{"":"1"}'],
    ['a line break', '{"a":"1\\r\\nb: 2"}'],
    ['a null character', '{"a":"\\u0000"}'],
    ['a character beyond ASCII', '{"a":"☃"}'],
    ['one name twice', '{"a":"1","A":"2"}'],
    ['a key', '{"Authorization":"Bearer sk-1"}'],
    ['another key', '{"x-api-key":"sk-1"}'],
    ['a header of ours', '{"cf-aig-authorization":"t"}'],
    ['another of ours', '{"weir-key":"t"}'],
    ['a hop’s', '{"Transfer-Encoding":"chunked"}'],
    ['the host', '{"Host":"other.example"}'],
    ['the length', '{"content-length":"1"}'],
    ['a cookie', '{"cookie":"a=b"}'],
    ['the body’s type', '{"content-type":"text/plain"}'],
    ['21 of them', JSON.stringify(Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`x-${i}`, ''])))],
    ['5 KB', JSON.stringify({ a: 'b'.repeat(5_000) })],
  ])('refuses extra headers with %s', async (_, headers) => {
    const { status, json, text } = await create({ headers });
    expect([status, json.errors[0]?.path]).toEqual([400, ['body', 'headers']]);
    expect(text).not.toContain('sk-1');
  });

  it.each([
    ['name', { name: ' ' }],
    ['name', { name: 'a\u0007' }],
    ['name', { name: 'a'.repeat(101) }],
    ['link', { link: 'javascript:alert(1)' }],
    ['position', { position: 'first' }],
    ['enable', { enable: 'yes' }],
    ['description', { description: 'a'.repeat(1_001) }],
    ['base_url', { base_url: 7 }],
    ['logos', { logos: '' }],
  ])('refuses a wrong %s and names it: %j', async (field, change) => {
    const { status, json } = await create(change);
    expect([status, json.errors[0]?.path]).toEqual([400, ['body', field]]);
  });

  it('stops at a hundred', async () => {
    for (let i = 0; i < 100; i++) expect((await create({ slug: `s${i}` })).status).toBe(200);
    expect((await create({ slug: 'more' })).json.errors[0]).toMatchObject({ code: 7014 });
  });

  it('stops before an account’s item grows too large to be read with every request', async () => {
    const large = { curl_example: 'x'.repeat(4_000), js_example: '☃'.repeat(4_000) };
    const answers: number[] = [];
    for (let i = 0; i < 20; i++) answers.push((await create({ ...large, slug: `s${i}` })).status);
    expect(answers.filter((status) => status === 400).length).toBeGreaterThan(0);
    expect(Buffer.byteLength(JSON.stringify((await snapshot()).customProviders))).toBeLessThanOrEqual(
      200_000,
    );
  });

  it('of ten at once with one slug, one is made; with ten slugs, all are', async () => {
    const same = await Promise.all(Array.from({ length: 10 }, () => create()));
    expect(same.filter(({ status }) => status === 200)).toHaveLength(1);
    const others = await Promise.all(Array.from({ length: 10 }, (_, i) => create({ slug: `s${i}` })));
    expect(others.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(await slugs()).toHaveLength(11);
  });
});

describe('the logo', () => {
  const svgOf = async (name: string) =>
    Buffer.from(
      textIn((await create({ name, slug: `s${Math.random()}`.replace('.', '') })).json.result, 'logo'),
      'base64',
    ).toString();

  it('is an SVG that the name alone decides', async () => {
    const svg = await svgOf('In-house models');
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg".*>IH<\/text><\/svg>$/);
    expect(await svgOf('In-house models')).toBe(svg);
    expect(await svgOf('Others')).not.toBe(svg);
  });

  it('holds no markup that a name brings along', async () => {
    const svg = await svgOf('<script>alert(1)</script> & "co"');
    expect(svg).toContain('&lt;&amp;');
    expect(svg).not.toContain('<script');
  });
});

describe('listing custom providers', () => {
  beforeEach(async () => {
    await create({ slug: 'c', name: 'Zed', position: 1, enable: true });
    await create({ slug: 'a', name: 'Yak', position: 2, beta: true });
    await create({ slug: 'b', name: 'Ant', position: 1 });
  });

  it('goes by position and then name', async () => expect(await slugs()).toEqual(['b', 'c', 'a']));

  it.each([
    ['?order_by=name%20ASC', ['b', 'a', 'c']],
    ['?order_by=name+DESC', ['c', 'a', 'b']],
    ['?order_by=slug', ['a', 'b', 'c']],
    ['?order_by=position%20desc', ['a', 'c', 'b']],
    ['?enable=true', ['c']],
    ['?enable=false&beta=false', ['b']],
    ['?beta=true', ['a']],
    ['?search=YA', ['a']],
    ['?search=nothing', []],
    ['?per_page=2', ['b', 'c']],
    ['?per_page=2&page=2', ['a']],
    ['?page=9', []],
  ])('%s gives %j', async (query, expected) => expect(await slugs(query)).toEqual(expected));

  it('counts its pages', async () => {
    const { text } = await api.call('GET', `${LIST}?per_page=2`);
    expect(JSON.parse(text).result_info).toEqual({
      page: 1,
      per_page: 2,
      count: 2,
      total_count: 3,
      total_pages: 2,
    });
  });

  it.each(['?enable=1', '?order_by=base_url', '?order_by=name%20UP', '?per_page=101', '?page=0', '?x=1'])(
    'refuses %s',
    async (query) => expect((await api.call('GET', `${LIST}${query}`)).status).toBe(400),
  );
});

describe('changing a custom provider', () => {
  it('takes any subset and leaves the rest', async () => {
    const id = await created({ description: 'ours', headers: '{"x-a":"1"}' });
    const { result } = (await api.call('PATCH', one(id), { json: { enable: true } })).json;
    expect(result).toMatchObject({ ...OURS, id, enable: true, description: 'ours', headers: '{"x-a":"1"}' });
    const cleared = await api.call('PATCH', one(id), { json: { description: null, headers: null } });
    expect(cleared.json.result).toMatchObject({ description: null, headers: null, enable: true });
  });

  it('takes back what it gave: fields that only we write are left alone', async () => {
    const id = await created();
    const read = (await api.call('GET', one(id))).json.result as Record<string, unknown>;
    const json = { ...read, id: 'another', created_at: 'never', name: 'New' };
    expect((await api.call('PATCH', one(id), { json })).json.result).toMatchObject({
      id,
      name: 'New',
      created_at: read.created_at,
    });
  });

  it('gives each version another time and another name in the cache, so that nothing older is found (spec 5.15-5)', async () => {
    const id = await created({ enable: true });
    const tags = new Set<string | undefined>();
    for (let i = 0; i < 5; i++) {
      await api.call('PATCH', one(id), { json: { description: `${i}` } });
      const [provider] = (await snapshot()).customProviders;
      if (provider) tags.add(customDescriptor(provider).cacheTag);
    }
    expect(tags.size).toBe(5);
    // Made again under the same slug, it is another one.
    await api.call('DELETE', one(id));
    await create({ enable: true });
    const [again] = (await snapshot()).customProviders;
    expect(again && tags.has(customDescriptor(again).cacheTag)).toBe(false);
  });

  it('refuses what a create refuses: 1002, 1003, and 1004 for nobody', async () => {
    await create({ slug: 'other' });
    const id = await created();
    const codes: unknown[] = [];
    for (const [target, json] of [
      [id, { base_url: 'https://[::1]' }],
      [id, { slug: 'OTHER' }],
      ['nobody', { name: 'x' }],
      [id, { headers: '{"host":"x"}' }],
    ] as const)
      codes.push((await api.call('PATCH', one(target), { json })).json.errors[0]?.code);
    expect(codes).toEqual([1002, 1003, 1004, 7001]);
    expect((await api.call('GET', one(id))).json.result).toMatchObject(OURS);
  });

  it('keeps its own slug when it is named again, and takes its prices to a new one', async () => {
    const id = await created();
    await setPrices([price('custom-in-house'), price('openai')]);
    expect((await api.call('PATCH', one(id), { json: { slug: 'in-house' } })).status).toBe(200);
    await api.call('PATCH', one(id), { json: { slug: 'new' } });
    expect((await snapshot()).prices.map(({ provider }) => provider)).toEqual(['custom-new', 'openai']);
  });

  it('loses no change of two that meet', async () => {
    const id = await created();
    await Promise.all([
      api.call('PATCH', one(id), { json: { name: 'New' } }),
      api.call('PATCH', one(id), { json: { description: 'changed' } }),
      create({ slug: 'other' }),
    ]);
    expect((await api.call('GET', one(id))).json.result).toMatchObject({
      name: 'New',
      description: 'changed',
    });
    expect(await slugs()).toHaveLength(2);
  });
});

describe('deleting a custom provider', () => {
  it('answers what it was, and takes its prices along (spec 5.15-5)', async () => {
    const id = await created();
    await setPrices([
      price('openai'),
      price('custom-in-house'),
      price('Custom-In-House'),
      price('custom-in-house-2'),
    ]);
    expect((await api.call('DELETE', one(id))).json.result).toMatchObject({ id, ...OURS });
    expect((await snapshot()).prices.map(({ provider }) => provider)).toEqual([
      'openai',
      'custom-in-house-2',
    ]);
    for (const method of ['GET', 'DELETE'])
      expect((await api.call(method, one(id))).json.errors[0]).toMatchObject({ code: 1004 });
  });
});

describe('who may see and change them', () => {
  it('needs the right for the whole account', async () => {
    const id = await created();
    const reader = await api.tokenFor(['gateway:read']);
    const scoped = await api.tokenFor(['gateway:write'], ['main']);
    expect((await api.call('GET', LIST, { token: reader })).status).toBe(200);
    expect((await api.call('POST', LIST, { token: reader, json: { ...OURS, slug: 'x' } })).status).toBe(403);
    for (const method of ['GET', 'PATCH', 'DELETE'])
      expect((await api.call(method, one(id), { token: scoped, json: {} })).status).toBe(403);
    expect((await api.call('PUT', one(id), { json: {} })).status).toBe(405);
  });
});
