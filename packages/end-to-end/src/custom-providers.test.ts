import dns from 'node:dns';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type RawAnswer, sendRaw } from '@weir/testkit/http';
import { isLive } from './__fixtures__/changes.ts';
import { expectEnvelopeError, expectGatewayHostError } from './__fixtures__/error-shapes.ts';
import { type RunningGateway, startGateway } from './__fixtures__/running-gateway.ts';
import { storeKey } from './__fixtures__/stored-keys.ts';
import { apiOn, compatOn, nativeOn } from './__fixtures__/through.ts';

/** What the operator allows is an address: names must still lead there. */
const ALLOWED = '127.0.0.1';
const LOOPBACK_TOO = '127.0.0.2';
/** What the name leads to, one look-up after another. */
const ANSWERS = [ALLOWED, LOOPBACK_TOO];
const REBOUND = 'rebound.test';
const lookUp = dns.lookup;

let gateway: RunningGateway;
beforeAll(async () => {
  Object.assign(dns, { lookup: answerFrom(ANSWERS) });
  gateway = await startGateway({ environment: { WEIR_PRIVATE_ENDPOINTS: `["${ALLOWED}/32"]` } });
  await gateway.createGateway('main');
}, 60_000);
afterAll(async () => {
  Object.assign(dns, { lookup: lookUp });
  await gateway?.stop();
});
beforeEach(() => gateway.upstream.requests.clear());

/** A name server that says something else each time; of other names it says what the system says. */
function answerFrom(addresses: readonly string[]) {
  let asked = 0;
  return (...call: readonly unknown[]): unknown => {
    const [hostname] = call;
    const answer = call.at(-1);
    if (hostname !== REBOUND || typeof answer !== 'function') return Reflect.apply(lookUp, dns, call);
    const address = addresses[Math.min(asked++, addresses.length - 1)];
    return answer(null, [{ address, family: 4 }]);
  };
}

async function create(slug: string, baseUrl: string, changes = {}): Promise<string> {
  const { result } = await gateway.manage('POST', 'ai-gateway/custom-providers', {
    name: slug,
    slug,
    base_url: baseUrl,
    enable: true,
    ...changes,
  });
  return (result as { id: string }).id;
}

const patch = (id: string, changes: Readonly<Record<string, unknown>>) =>
  gateway.manage('PATCH', `ai-gateway/custom-providers/${id}`, changes);

const codeOf = (answer: RawAnswer) => {
  const { internalCode } = JSON.parse(answer.body.toString());
  return internalCode === undefined ? answer.status : [answer.status, internalCode];
};

const body = JSON.stringify({ model: 'custom-own/llama', messages: [{ role: 'user', content: 'hello' }] });

describe('a provider of one’s own', () => {
  test('is created, called on its own API and on the unified endpoints with a stored key, disabled, and gone', async () => {
    // A function that has asked for the account before must hear of the change too.
    expect(codeOf(await gateway.send(nativeOn(gateway, 'main', 'custom-own/v1/models')))).toEqual([
      400, 2008,
    ]);
    const id = await create('own', `${gateway.upstream.url}/base`, {
      headers: JSON.stringify({ 'x-team': 'search' }),
    });
    await storeKey(gateway, 'main', 'custom-own', 'sk-of-my-own-server');
    const native = nativeOn(gateway, 'main', 'custom-own/v1/chat/completions?trace=1');
    await isLive('the provider and its key', async () => {
      const { status } = await gateway.send(native);
      const key = status === 200 && gateway.upstream.requests.last().headers.get('authorization')?.[0];
      return key === 'Bearer sk-of-my-own-server';
    });
    const { url, headers } = gateway.upstream.requests.last();
    expect([url, headers.get('x-team')]).toEqual(['/base/v1/chat/completions?trace=1', ['search']]);

    for (const request of [compatOn(gateway, 'main', { body }), apiOn(gateway, 'main', { body })]) {
      const answer = await gateway.send(request);
      expect(answer.status).toBe(200);
      const received = gateway.upstream.requests.last();
      expect(received.url).toBe('/base/chat/completions');
      expect(JSON.parse(Buffer.from(received.body).toString()).model).toBe('llama');
      expect(received.headers.get('authorization')).toEqual(['Bearer sk-of-my-own-server']);
      expect(await gateway.records.of(answer.eventId)).toMatchObject({
        provider: 'custom-own',
        model: 'llama',
      });
    }

    await patch(id, { enable: false });
    const ask = async () => codeOf(await gateway.send(native));
    const unified = compatOn(gateway, 'main', { body });
    // Two functions, each with a memory of its own.
    await isLive('a disabled provider is unknown', async () => {
      const statuses = await Promise.all(
        [native, unified].map(async (it) => (await gateway.send(it)).status),
      );
      return !statuses.includes(200);
    });
    for (const request of [native, unified]) expectGatewayHostError(await gateway.send(request), 400, 2008);
    await patch(id, { enable: true });
    await isLive('enabled again', async () => (await ask()) === 200);
    await gateway.manage('DELETE', `ai-gateway/custom-providers/${id}`);
    await isLive('deleted', async () => (await ask()) !== 200);
    expectGatewayHostError(await gateway.send(native), 400, 2008);
  }, 60_000);

  test('with a price of its account costs what that says', async () => {
    const id = await create('priced', gateway.upstream.url);
    const prices = [{ provider: 'custom-priced', model: '*', rates: { input: '10', output: '100' } }];
    await gateway.manage('PUT', 'ai-gateway/prices', { prices });
    const request = nativeOn(gateway, 'main', 'custom-priced/v1/chat/completions');
    // 19 tokens in and 8 out: 19 × $10 + 8 × $100 a million.
    await isLive('the price', async () => (await gateway.send(request)).headers['weir-cost'] === '0.000990');
    await gateway.manage('DELETE', `ai-gateway/custom-providers/${id}`);
    const { result } = await gateway.manage('GET', 'ai-gateway/prices');
    expect(result).toMatchObject({ prices: [] });
  }, 30_000);
});

describe('a place that is not public', () => {
  test('is refused when it is written, in any notation, and nothing is kept', async () => {
    const { host } = new URL(gateway.upstream.url);
    const places = [
      'http://models.example',
      'https://169.254.169.254/latest',
      'https://[::1]',
      'https://[::ffff:10.0.0.1]',
      'https://2130706434',
      'https://0x7f.2',
      'https://localhost',
      'https://user:secret@models.example',
      `ftp://${host}`,
      'not a URL',
    ];
    for (const base_url of places) {
      const answer = await sendRaw(gateway.baseUrl, {
        method: 'POST',
        path: `/client/v4/accounts/${gateway.account}/ai-gateway/custom-providers`,
        headers: { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'inside', slug: 'inside', base_url, enable: true }),
      });
      expectEnvelopeError(answer, 400, 1002);
    }
    const { result } = await gateway.manage('GET', 'ai-gateway/custom-providers?search=inside');
    expect(result).toEqual([]);
  });

  test('is refused when a name leads there the second time it is asked for, before a byte is sent', async () => {
    await create('rebound', `https://${REBOUND}:${new URL(gateway.upstream.url).port}`);
    const request = nativeOn(gateway, 'main', 'custom-rebound/v1/models');
    // The first time it leads where it may: the connection is made, and the plain socket there speaks no TLS.
    await isLive('the provider', async () => {
      const code = codeOf(await gateway.send(request));
      return JSON.stringify(code) === '[502,2930]';
    });
    expectGatewayHostError(await gateway.send(request), 403, 2935);
    expect(gateway.upstream.requests.total).toBe(0);
  }, 30_000);

  test('is not reached by a redirect: it goes to the caller as it is', async () => {
    await create('redirects', gateway.upstream.at('redirect'));
    const request = nativeOn(gateway, 'main', 'custom-redirects/v1/models');
    await isLive('the provider', async () => (await gateway.send(request)).status === 302);
    gateway.upstream.requests.clear();
    const { headers } = await gateway.send(request);
    expect(headers.location).toBe('http://169.254.169.254/latest/meta-data/');
    expect(gateway.upstream.requests.total).toBe(1);
  }, 30_000);
});
