import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AccountId } from '@weir/core';
import Cloudflare from 'cloudflare';
import { type Deployment, deploy } from './deployment-for-test.ts';
import { inMemory, onEngines, type Place } from './stores-for-test.ts';

const OURS = { name: 'In-house', slug: 'in-house', base_url: 'https://models.example/v1' };

describe.each([
  ['in memory', inMemory],
  ['on DynamoDB', onEngines],
])('custom providers through the official client, with stores %s', (_, open) => {
  let place: Place;
  let here: Deployment;
  let client: Cloudflare;
  let account_id: AccountId;
  beforeAll(async () => {
    place = await open();
  });
  beforeEach(async () => {
    here = await deploy(place);
    ({ client, account_id } = here);
  });
  afterEach(() => here.close());
  afterAll(() => place.stop());

  const providers = () => client.aiGateway.customProviders;
  const make = (slug: string, more: object = {}) =>
    providers().create({ account_id, ...OURS, slug, ...more });

  it('are created, read, listed page after page, changed and deleted', async () => {
    const made = await make('one', { enable: true, headers: '{"x-team":"search"}', position: 3 });
    expect(made).toMatchObject({ ...OURS, slug: 'one', enable: true, headers: '{"x-team":"search"}' });
    expect(await providers().get(made.id, { account_id })).toEqual(made);
    await make('two', { name: 'B', position: 1 });
    await make('three', { name: 'A', position: 1 });
    const slugs: string[] = [];
    for await (const { slug } of providers().list({ account_id, per_page: 2 })) slugs.push(slug);
    expect(slugs).toEqual(['three', 'two', 'one']);
    // The client has no method for it (spec 1.5).
    const path = `/accounts/${account_id}/ai-gateway/custom-providers/${made.id}`;
    expect(await client.patch(path, { body: { name: 'New' } })).toMatchObject({ result: { name: 'New' } });
    expect(await providers().delete(made.id, { account_id })).toMatchObject({ slug: 'one', name: 'New' });
    await expect(providers().get(made.id, { account_id })).rejects.toBeInstanceOf(Cloudflare.NotFoundError);
  });

  it('are refused as the contract says, and nothing is half written', async () => {
    await make('one');
    const refused = await Promise.all(
      [
        make('one'),
        make('two', { base_url: 'https://169.254.169.254' }),
        make('two', { base_url: 'http://a.example' }),
      ].map((call) => call.catch((error: unknown) => error)),
    );
    expect(refused).toMatchObject([
      { status: 409, errors: [{ code: 1003 }] },
      { status: 400, errors: [{ code: 1002 }] },
      { status: 400, errors: [{ code: 1002 }] },
    ]);
    expect(refused[0]).toBeInstanceOf(Cloudflare.ConflictError);
    expect((await providers().list({ account_id })).result).toHaveLength(1);
  });

  it('of twenty made at the same time none is lost', async () => {
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => make(`s${index}`)));
    const made = results.filter(({ status }) => status === 'fulfilled').length;
    // Whoever met too many others was told so, and made nothing.
    expect((await providers().list({ account_id, per_page: 100 })).result).toHaveLength(made);
    expect(made).toBeGreaterThanOrEqual(12);
  });
});
