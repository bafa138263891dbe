import { beforeEach, describe, expect, it } from '@jest/globals';
import { type AccountId, epochMs, type GatewayId, StoreUnavailable } from '@weir/core';
import * as z from 'zod';
import { ManagementApi, PLAIN, textIn } from '../management-api-for-test.ts';

const KEY = 'sk-proj-0123456789abcdefghijklmnopqrstuvwxyz-9xZ7';
const OURS = { alias: 'default', default_config: true, provider_slug: 'openai', secret: KEY };
const AWS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG',
  region: 'us-east-1',
};

let api: ManagementApi;
const configs = 'ai-gateway/gateways/g/provider_configs';
const g = 'g' as GatewayId;

beforeEach(async () => {
  api = await ManagementApi.start();
  for (const id of ['g', 'h']) await api.call('POST', 'ai-gateway/gateways', { json: { id, ...PLAIN } });
});

type Options = Parameters<ManagementApi['call']>[2];
const create = (changes: object = {}, options: Options = {}) =>
  api.call('POST', configs, { json: { ...OURS, ...changes }, ...options });
const created = async (changes: object = {}) => textIn((await create(changes)).json.result, 'id');
const rotate = (id: string, json: unknown, options: Options = {}) =>
  api.call('PUT', `${configs}/${id}`, { json, ...options });
const remove = (id: string, options: Options = {}) => api.call('DELETE', `${configs}/${id}`, options);
const row = z.looseObject({ id: z.string(), alias: z.string(), default_config: z.boolean() });
const listed = async (query = '') =>
  z.array(row).parse((await api.call('GET', `${configs}${query}`)).json.result);
/** What the data plane reads. */
const stored = async () => (await api.ports.gateways.get(api.account, g))?.keys ?? [];
const opened = async (index = 0) => {
  const key = (await stored())[index];
  if (key?.secret.kind !== 'sealed') throw new Error('nothing is sealed');
  const binding = { account: api.account, gateway: g, provider: key.provider };
  return (await api.keyRing.open(key.secret.sealed, binding)).reveal();
};

describe('a provider key', () => {
  it('is stored under its alias and shown masked (spec 5.2-2, 5.2-3)', async () => {
    const answer = await create({ rate_limit: 10 });
    expect(answer.status).toBe(200);
    const id = textIn(answer.json.result, 'id');
    const view = {
      id,
      gateway_id: 'g',
      provider_slug: 'openai',
      alias: 'default',
      default_config: true,
      secret_id: id,
      secret_preview: 'sk-proj-…9xZ7',
      modified_at: new Date(api.clock.now()).toISOString(),
      rate_limit: 10,
      rate_limit_period: 60,
      order: 0,
      weight: 1,
      last_used: null,
    };
    expect(answer.json.result).toEqual(view);
    expect((await api.call('GET', configs)).json).toMatchObject({
      result: [view],
      result_info: { page: 1, per_page: 20, count: 1, total_count: 1 },
    });
  });

  it('opens in the data plane to what was given, and is in no answer', async () => {
    const texts = [(await create()).text, (await api.call('GET', configs)).text];
    const id = (await stored())[0]?.id ?? '';
    texts.push((await rotate(id, { secret: `${KEY}2` })).text);
    expect(await opened()).toBe(`${KEY}2`);
    texts.push((await remove(id)).text, (await api.call('GET', 'ai-gateway/gateways/g')).text);
    for (const text of texts) expect(text).not.toContain('0123456789abcdef');
    expect(JSON.stringify(await stored())).not.toContain('0123456789abcdef');
  });

  it('changes its gateway’s version, so that the data plane reads it', async () => {
    const before = await api.ports.gateways.get(api.account, g);
    await create();
    const after = await api.ports.gateways.get(api.account, g);
    expect(after).toEqual({ ...before, version: 2, keys: expect.any(Array), modifiedAt: expect.any(String) });
  });

  it('is rotated in its place: all else stays', async () => {
    const id = await created({ alias: 'a', rate_limit: 3, order: 4, weight: 5 });
    const [before] = await stored();
    api.clock.advance(60_000);
    const answer = await rotate(id, { secret: 'sk-another-0123456789-0123456789' });
    expect(answer.json.result).toMatchObject({ id, alias: 'a', rate_limit: 3, order: 4, weight: 5 });
    expect(await stored()).toEqual([
      {
        ...before,
        secret: { kind: 'sealed', sealed: expect.anything() },
        preview: 'sk-a…6789',
        modifiedAt: new Date(api.clock.now()).toISOString(),
      },
    ]);
    expect(await opened()).toBe('sk-another-0123456789-0123456789');
  });

  it('is deleted, and shown once more as it was', async () => {
    const id = await created();
    expect((await remove(id)).json.result).toMatchObject({ id, secret_preview: 'sk-proj-…9xZ7' });
    expect(await listed()).toEqual([]);
    expect((await remove(id)).status).toBe(404);
  });

  it('goes with its gateway, and a new gateway of the name has none', async () => {
    await create();
    await api.call('DELETE', 'ai-gateway/gateways/g');
    expect((await create()).status).toBe(404);
    await api.call('POST', 'ai-gateway/gateways', { json: { id: 'g', ...PLAIN } });
    expect(await listed()).toEqual([]);
  });

  it('can be one that only names a secret of the operator’s, which is rotated there', async () => {
    const { secret: _, ...rest } = OURS;
    const answer = await api.call('POST', configs, { json: { ...rest, secret_id: 'team-a_openai' } });
    expect(answer.json.result).toMatchObject({ secret_id: 'team-a_openai', secret_preview: '…' });
    expect((await stored())[0]?.secret).toEqual({ kind: 'named', secretId: 'team-a_openai' });
    const rotated = await rotate(textIn(answer.json.result, 'id'), { secret: KEY });
    expect([rotated.status, rotated.json.errors[0]?.path]).toEqual([400, ['body', 'secret']]);
    expect((await stored())[0]?.secret.kind).toBe('named');
  });

  it('may be of a provider by any of its names, and of a custom one by its own (spec 5.2-7)', async () => {
    await api.config.accounts.set(api.account, { id: api.account, name: 'a', createdAt: '' });
    await api.call('POST', 'ai-gateway/custom-providers', {
      json: { name: 'Ours', slug: 'In-House', base_url: 'https://models.example' },
    });
    for (const provider_slug of ['OpenAI', 'google', 'custom-in-house', 'Custom-later'])
      expect([provider_slug, (await create({ provider_slug })).status]).toEqual([provider_slug, 200]);
    expect((await stored()).map(({ provider }) => provider)).toEqual([
      'openai',
      'google-ai-studio',
      'custom-In-House',
      'custom-later',
    ]);
  });

  it('with parts keeps its place apart, and shows of itself the part that is no secret (spec 5.2-8)', async () => {
    const answer = await create({ provider_slug: 'aws-bedrock', secret: JSON.stringify(AWS, null, 2) });
    expect(answer.json.result).toMatchObject({ secret_preview: 'A…MPLE' });
    expect((await stored())[0]?.place).toEqual({ region: 'us-east-1' });
    const { region: _, ...rest } = AWS;
    const id = textIn(answer.json.result, 'id');
    const moved = await rotate(id, { secret: JSON.stringify({ ...rest, region: 'eu-west-1' }) });
    expect(moved.status).toBe(200);
    expect((await stored())[0]?.place).toEqual({ region: 'eu-west-1' });
  });

  it('tells when it was last used, in RFC 3339', async () => {
    const id = await created();
    await api.keyUses.note(api.account, g, id, epochMs(Date.UTC(2026, 0, 2, 3, 4, 5)));
    await api.keyUses.note(api.account, 'h' as GatewayId, id, epochMs(Date.UTC(2027, 0)));
    expect(await listed()).toMatchObject([{ id, last_used: '2026-01-02T03:04:05.000Z' }]);
    expect((await rotate(id, { secret: KEY })).json.result).toMatchObject({
      last_used: '2026-01-02T03:04:05.000Z',
    });
  });
});

describe('aliases and defaults', () => {
  const named = async () =>
    (await listed()).map(({ alias, default_config }) => `${alias}${default_config ? '*' : ''}`);

  it('an alias that the provider has is a duplicate; another provider or gateway may have it', async () => {
    await create();
    const again = await create();
    expect([again.status, again.json.errors[0]?.code, again.json.errors[0]?.path]).toEqual([
      409,
      7009,
      ['body', 'alias'],
    ]);
    expect((await create({ provider_slug: 'anthropic' })).status).toBe(200);
    expect((await create({ alias: 'Default' })).status).toBe(200);
    expect((await api.call('POST', configs.replace('/g/', '/h/'), { json: OURS })).status).toBe(200);
  });

  it('of a custom provider they are told apart in any case, as paths find it', async () => {
    await create({ provider_slug: 'custom-Acme' });
    await api.call('POST', 'ai-gateway/custom-providers', {
      json: { name: 'Acme', slug: 'acme', base_url: 'https://acme.example' },
    });
    const taken = await create({ provider_slug: 'custom-acme' });
    expect([taken.status, taken.json.errors[0]?.code]).toEqual([409, 7009]);
    const beside = await create({ provider_slug: 'custom-acme', order: 1 });
    expect((await listed()).map(({ default_config }) => default_config)).toEqual([false, true]);
    await remove(textIn(beside.json.result, 'id'));
    expect(await listed()).toMatchObject([{ default_config: true }]);
  });

  it('several keys share an alias where the next one says its order or its weight', async () => {
    await create();
    expect((await create({ order: 1 })).status).toBe(200);
    expect((await create({ weight: 3 })).status).toBe(200);
    expect((await create({ order: 0 })).status).toBe(200);
    expect((await create()).status).toBe(409);
    expect((await stored()).map(({ order, weight }) => [order, weight])).toEqual([
      [0, 1],
      [1, 1],
      [0, 3],
      [0, 1],
    ]);
  });

  it('the first key of a provider is its default, and a new default takes the place of the old', async () => {
    await create({ alias: 'a', default_config: false });
    await create({ alias: 'b', default_config: false });
    await create({ alias: 'x', provider_slug: 'anthropic', default_config: false });
    expect(await named()).toEqual(['a*', 'b', 'x*']);
    await create({ alias: 'c', default_config: true });
    expect(await named()).toEqual(['a', 'b', 'x*', 'c*']);
  });

  it('a deleted default is followed by a key of its alias, never by one of another', async () => {
    const first = await created({ alias: 'a' });
    await create({ alias: 'b', default_config: false });
    const second = await created({ alias: 'a', default_config: false, order: 1 });
    await remove(first);
    expect(await named()).toEqual(['b', 'a*']);
    await remove(second);
    expect(await named()).toEqual(['b']);
  });
});

describe('a key that is refused', () => {
  const aws = (changes: object) => ({
    provider_slug: 'aws-bedrock',
    secret: JSON.stringify({ ...AWS, ...changes }),
  });

  it.each<[string, object, readonly string[]]>([
    ['empty', { secret: '' }, ['body', 'secret']],
    ['blank', { secret: '  ' }, ['body', 'secret']],
    ['with a line break', { secret: `${KEY}\n` }, ['body', 'secret']],
    ['with a line break inside', { secret: 'sk-1\r\nx-evil: 1' }, ['body', 'secret']],
    ['with a control character', { secret: 'sk-1\u0000' }, ['body', 'secret']],
    ['with a letter that no header can carry', { secret: 'sk-schlüssel' }, ['body', 'secret']],
    ['over 16 KB', { secret: 'k'.repeat(16_385) }, ['body', 'secret']],
    ['no text', { secret: 7 }, ['body', 'secret']],
    ['of a provider that takes none', { provider_slug: 'demo' }, ['body', 'secret']],
    ['JSON that is cut', { secret: '{"api_key":"sk-' }, ['body', 'secret']],
    ['without its secret part', aws({ secretAccessKey: undefined }), ['body', 'secret', 'secretAccessKey']],
    ['without its id', aws({ accessKeyId: undefined }), ['body', 'secret', 'accessKeyId']],
    ['without its region', aws({ region: undefined }), ['body', 'secret', 'region']],
    ['with a region that leads elsewhere', aws({ region: 'evil.example/' }), ['body', 'secret', 'region']],
    [
      'a service account without its private key',
      { provider_slug: 'google-vertex-ai', secret: '{"project_id":"my-project","client_email":"a@b.c"}' },
      ['body', 'secret', 'private_key'],
    ],
    ['neither here nor there', { secret: undefined }, ['body', 'secret']],
    ['both here and there', { secret_id: 'mine' }, ['body', 'secret']],
    ['named with a path', { secret: undefined, secret_id: '../x' }, ['body', 'secret_id']],
    ['named with nothing', { secret: undefined, secret_id: '' }, ['body', 'secret_id']],
    ['named too long', { secret: undefined, secret_id: 'a'.repeat(129) }, ['body', 'secret_id']],
    ['of nobody', { provider_slug: 'nobody' }, ['body', 'provider_slug']],
    ['of a custom provider that cannot be', { provider_slug: 'custom-a/b' }, ['body', 'provider_slug']],
    ['of every object’s own', { provider_slug: 'constructor' }, ['body', 'provider_slug']],
    ['without an alias', { alias: '' }, ['body', 'alias']],
    ['with an alias that no header can carry', { alias: 'a b' }, ['body', 'alias']],
    ['with a long alias', { alias: 'a'.repeat(65) }, ['body', 'alias']],
    ['without a word on the default', { default_config: undefined }, ['body', 'default_config']],
    ['with a limit of nothing', { rate_limit: 0 }, ['body', 'rate_limit']],
    ['with a limit below nothing', { rate_limit: -1 }, ['body', 'rate_limit']],
    ['with a limit beyond all', { rate_limit: 1e30 }, ['body', 'rate_limit']],
    ['with a limit in part', { rate_limit: 1.5 }, ['body', 'rate_limit']],
    ['with a period of nothing', { rate_limit_period: 0 }, ['body', 'rate_limit_period']],
    ['with a wrong order', { order: -1 }, ['body', 'order']],
    ['with a wrong weight', { weight: 0 }, ['body', 'weight']],
    ['with a field that is none', { scretu: 'x' }, ['body', 'scretu']],
  ])(
    '%s is a 400 that names the place and quotes nothing, and nothing is written',
    async (_, changes, path) => {
      const answer = await create(changes);
      expect([answer.status, answer.json.errors[0]?.code]).toEqual([400, 7001]);
      expect(answer.json.errors[0]?.path).toEqual(path);
      expect(answer.text).not.toMatch(/0123456789abcdef|wJalrX|x-evil|schlüssel/);
      expect(await stored()).toEqual([]);
      expect(api.keyRing.calls).toBe(0);
    },
  );

  it('of 1 MB is a 413', async () => {
    expect((await create({ secret: 'k'.repeat(1_000_000) })).status).toBe(413);
  });

  it.each([{}, { secret: '' }, { secret: 'a\nb' }, { secret: KEY, alias: 'b' }, { alias: 'b' }])(
    'by a rotation with %j is a 400, and the old one stays',
    async (json) => {
      const id = await created();
      expect((await rotate(id, json)).status).toBe(400);
      expect(await opened()).toBe(KEY);
    },
  );

  it('is one of another gateway: there is no such key here', async () => {
    const id = await created();
    const elsewhere = `${configs.replace('/g/', '/h/')}/${id}`;
    expect((await api.call('PUT', elsewhere, { json: { secret: KEY } })).status).toBe(404);
    expect((await api.call('DELETE', elsewhere)).status).toBe(404);
    expect((await rotate('nobody', { secret: KEY })).status).toBe(404);
    expect(await opened()).toBe(KEY);
  });

  it('is the hundred and first', async () => {
    for (let i = 0; i < 100; i++) await create({ alias: `a${i}` });
    const more = await create({ alias: 'more' });
    expect([more.status, more.json.errors[0]?.code]).toEqual([403, 7016]);
    expect(await listed('?per_page=100')).toHaveLength(100);
    expect(await listed('?per_page=100&page=2')).toEqual([]);
  });

  it('is one for which the gateway’s item has no room, and so are settings', async () => {
    const secret = (i: number) => `{"api_key":"sk-${i}","note":"${'n'.repeat(16_000)}"}`;
    let last = await create({ alias: 'a0', secret: secret(0) });
    for (let i = 1; last.status === 200; i++) last = await create({ alias: `a${i}`, secret: secret(i) });
    expect([last.status, last.json.errors[0]?.code]).toEqual([413, 7015]);
    const before = await api.ports.gateways.get(api.account, g);
    const otel = [{ url: 'https://a.example', headers: { long: 'x'.repeat(100_000) } }];
    const settings = await api.call('PUT', 'ai-gateway/gateways/g', { json: { otel } });
    expect([settings.status, settings.json.errors[0]?.code]).toEqual([413, 7015]);
    expect(await api.ports.gateways.get(api.account, g)).toEqual(before);
  });
});

describe('keys and others', () => {
  it('of keys and settings that change at the same time nothing is lost', async () => {
    const changes = await Promise.all([
      ...Array.from({ length: 8 }, (_, i) => create({ alias: `a${i}` })),
      api.call('PUT', 'ai-gateway/gateways/g', { json: { zdr: true } }),
      api.call('PUT', 'ai-gateway/gateways/g', { json: { cache_ttl: 60 } }),
    ]);
    expect(changes.map(({ status }) => status)).toEqual(changes.map(() => 200));
    const gateway = await api.ports.gateways.get(api.account, g);
    expect(gateway?.settings).toMatchObject({ zdr: true, cache_ttl: 60 });
    expect(gateway?.keys).toHaveLength(8);
    expect(gateway?.keys.filter(({ defaultConfig }) => defaultConfig)).toHaveLength(1);
  });

  it('of twenty that take one alias at once, one has it', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => create()));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await stored()).toHaveLength(1);
  });

  it('whoever keeps meeting another writer is sent away, and nothing is written', async () => {
    Object.assign(api.ports.gateways, { update: async () => 'changed' });
    expect((await create()).json.errors[0]?.code).toBe(7010);
  });

  it('keys are written with Secrets Store Write, and listed by whoever reads the gateway', async () => {
    const id = await created();
    const as = async (
      permissions: Parameters<ManagementApi['tokenFor']>[0],
      gateways?: readonly string[],
    ) => {
      const token = await api.tokenFor(permissions, gateways);
      const answers = [
        await api.call('GET', configs, { token }),
        await create({ alias: `${permissions[0]}`.replace(':', '-') }, { token }),
        await rotate(id, { secret: KEY }, { token }),
        await remove('nobody', { token }),
      ];
      return answers.map(({ status }) => status);
    };
    expect(await as(['gateway:read'])).toEqual([200, 403, 403, 403]);
    expect(await as(['gateway:write'])).toEqual([200, 403, 403, 403]);
    expect(await as(['keys:write'])).toEqual([403, 200, 200, 404]);
    expect(await as(['keys:write', 'gateway:read'], ['h'])).toEqual([403, 403, 403, 403]);
  });

  it('the master key that cannot be asked is a 503, and nothing is written', async () => {
    api.keyRing.isDown = true;
    const answer = await create();
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
    expect(await stored()).toEqual([]);
    expect(api.reported[0]).toBeInstanceOf(StoreUnavailable);
  });

  it('uses that cannot be read are a 503: nobody is told that a key was never used', async () => {
    api.keyUses.isDown = true;
    expect((await api.call('GET', configs)).status).toBe(503);
  });

  it('another account’s key opens for nobody here', async () => {
    await create();
    const [key] = await stored();
    if (key?.secret.kind !== 'sealed') throw new Error('nothing is sealed');
    const elsewhere = { account: 'f'.repeat(32) as AccountId, gateway: g, provider: 'openai' };
    await expect(api.keyRing.open(key.secret.sealed, elsewhere)).rejects.toThrow('damaged');
  });
});
