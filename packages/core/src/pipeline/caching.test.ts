import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CustomProvider } from '../account/custom-provider.ts';
import { epochMs } from '../ids.ts';
import { StoreUnavailable } from '../ports/config-source.ts';
import { CacheForTest } from './__fixtures__/cache-for-test.ts';
import {
  ACCOUNT,
  GatewayForTest,
  jsonAnswer,
  NOW,
  read,
  streamAnswer,
  TOKEN,
} from './__fixtures__/gateway-for-test.ts';
import { ScriptedBody } from './__fixtures__/scripted-body.ts';

const body = '{"model":"gpt-5","messages":[]}';
const headers = { 'cf-aig-authorization': TOKEN, authorization: 'Bearer sk-1' };
const STREAM = 'data: {"choices":[{"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';

let gateway: GatewayForTest;
let cache: CacheForTest;
let passed = 0;

beforeEach(() => {
  passed = 0;
  gateway = new GatewayForTest();
  gateway.addGateway('main', { cache_ttl: 600 });
  cache = new CacheForTest(() => epochMs(NOW + passed));
  gateway.cache = cache;
});

const customProvider = (id: string, modified_at: string): CustomProvider => ({
  id,
  slug: 'x',
  name: 'x',
  base_url: 'https://models.example',
  enable: true,
  beta: false,
  description: null,
  link: null,
  curl_example: null,
  js_example: null,
  headers: {},
  position: 0,
  created_at: 'first',
  modified_at,
});
const advance = (milliseconds: number) => {
  passed += milliseconds;
  gateway.advance(milliseconds);
};
const request = (more = {}) => ({ headers: { ...headers, ...more }, body });
/** Lets time pass until the promise is settled. */
async function inTime<T>(promise: Promise<T>, step = 50): Promise<T> {
  let over = false;
  const end = promise.finally(() => {
    over = true;
  });
  end.catch(() => undefined);
  while (!over) {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    await new Promise(setImmediate);
    if (!over) advance(step);
  }
  return end;
}
const coalescing = { 'weir-cache-coalesce': 'true' };
const unavailable = () => new StoreUnavailable('no answer');

describe('a cached request', () => {
  it('to a custom provider is found until the provider changes, under an own key too (spec 5.15-5)', async () => {
    const change = (modified_at: string, id = 'f0a9') => {
      gateway.account = {
        id: ACCOUNT,
        version: 1,
        prices: [],
        customProviders: [customProvider(id, modified_at)],
      };
    };
    const keyOf = async (more = {}) => {
      const path = `/v1/${ACCOUNT}/main/custom-x/y`;
      return (await gateway.request({ ...request(more), path })).header('weir-cache-key');
    };
    for (const own of [{}, { 'cf-aig-cache-key': 'faq' }]) {
      change('first');
      const first = await keyOf(own);
      expect([first, await keyOf(own)]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), first]);
      change('second');
      const second = await keyOf(own);
      change('second', 'made-again');
      expect(new Set([first, second, await keyOf(own)]).size).toBe(3);
    }
  });

  it('that makes something at the provider is never two callers’ own, unless they name a key together', async () => {
    const path = `/v1/${ACCOUNT}/main/openai/threads`;
    const statusOf = async (more = {}) =>
      (await gateway.request({ ...request(more), path })).header('cf-aig-cache-status');
    expect([await statusOf(), await statusOf(), cache.asked]).toEqual([undefined, undefined, []]);
    const own = { 'cf-aig-cache-key': 'one-thread' };
    expect([await statusOf(own), await statusOf(own)]).toEqual(['MISS', 'HIT']);
  });

  it('asks the store once before the provider is called, and stores the answer afterwards', async () => {
    const answer = await gateway.open(request());
    expect([cache.asked, gateway.sent.length]).toEqual([['get'], 1]);
    await answer.settle();
    expect(cache.asked).toEqual(['get', 'put']);
    expect(cache.expiresAt).toBe(NOW + 600_000);
    const hit = await gateway.request(request());
    expect([hit.body, hit.header('cf-aig-cache-status'), gateway.sent.length]).toEqual([
      '{"ok":true}',
      'HIT',
      1,
    ]);
    expect(cache.asked).toEqual(['get', 'put', 'get']);
  });

  it('says how old a hit is, and gives nothing of the first call’s own headers', async () => {
    gateway.provider = () =>
      jsonAnswer('{}', 201, { 'x-request-id': 'r', 'set-cookie': 'a=b', 'content-language': 'de' });
    await gateway.request(request());
    advance(65_999);
    const hit = await gateway.request(request());
    expect(hit.status).toBe(201);
    expect(hit.header('age')).toBe('65');
    expect(hit.header('content-language')).toBe('de');
    expect([hit.header('x-request-id'), hit.header('set-cookie')]).toEqual([undefined, undefined]);
  });

  it('is a miss when the cache cannot be asked, and tells the operator', async () => {
    cache.error = unavailable();
    const answer = await gateway.request(request());
    expect([answer.status, answer.header('cf-aig-cache-status')]).toEqual([200, 'MISS']);
    expect(gateway.faults).toEqual([cache.error, cache.error]);
    expect(gateway.records).toHaveLength(1);
  });

  it('that was purged while the provider answered is not stored', async () => {
    const answer = await gateway.open(request());
    cache.purged = true;
    await answer.settle();
    expect(cache.answer).toBeNull();
  });

  it('whose client leaves is not stored', async () => {
    const source = new ScriptedBody((it) => it.send(STREAM.slice(0, 20)));
    gateway.provider = () => streamAnswer(source);
    const answer = await gateway.open(request());
    if (answer.body instanceof Uint8Array) throw new Error('it should be a stream');
    const reading = read(answer.body);
    answer.body.cancel();
    source.end({ kind: 'cancelled', message: '' });
    await reading;
    await answer.settle();
    expect(cache.asked).toEqual(['get']);
  });

  it('is not looked for when it is refused, and its lease is nobody’s', async () => {
    gateway.addGateway('main', { cache_ttl: 600, rate_limiting_limit: 1, rate_limiting_interval: 60 });
    gateway.limiter = () => ({ admitted: false, retryAfter: 1 }) as never;
    cache.answer = null;
    const answer = await gateway.request(request(coalescing));
    expect([answer.status, cache.asked]).toEqual([429, ['get']]);
  });
});

describe('a request that shares its call', () => {
  it('leads when nobody does, and its entry is there before the client has its last byte', async () => {
    const answer = await gateway.open(request(coalescing));
    await new Promise(setImmediate);
    expect([cache.asked, cache.leader]).toEqual([['get', 'lease', 'put'], null]);
    await answer.settle();
    expect(cache.asked).toEqual(['get', 'lease', 'put']);
    expect(gateway.alarms).toBe(0);
  });

  it('waits for who leads, and gets the answer as a hit', async () => {
    cache.leader = 'other';
    cache.leasedUntil = NOW + 60_000;
    const waiting = gateway.open(request(coalescing));
    const answer = inTime(waiting);
    await new Promise(setImmediate);
    await cache.put('' as never, {} as never, storedAnswer(), { askedAt: NOW, expiresAt: NOW });
    expect((await answer).headers.get('cf-aig-cache-status')).toEqual(['HIT']);
    expect([gateway.sent, cache.asked.includes('lease')]).toEqual([[], false]);
  });

  it('leads when who led has failed', async () => {
    cache.leader = 'other';
    cache.leasedUntil = NOW + 2_000;
    const answer = await inTime(gateway.open(request(coalescing)));
    expect([answer.headers.get('cf-aig-cache-status'), gateway.sent.length]).toEqual([['MISS'], 1]);
    expect(cache.asked.filter((what) => what === 'lease')).toHaveLength(1);
  });

  it('calls for itself when another took over from who failed', async () => {
    cache.leader = 'first';
    cache.leasedUntil = NOW + 60_000;
    const answer = inTime(gateway.open(request(coalescing)));
    await new Promise(setImmediate);
    cache.leader = 'second';
    expect((await answer).headers.get('cf-aig-cache-status')).toEqual(['MISS']);
    expect([cache.asked.includes('lease'), cache.leader]).toEqual([false, 'second']);
  });

  it('calls for itself where an entry’s body is gone: the lease is refused, and nobody has it', async () => {
    cache.lease = async () => false;
    const answer = await inTime(gateway.request(request(coalescing)));
    expect([answer.header('cf-aig-cache-status'), gateway.sent.length]).toEqual(['MISS', 1]);
    expect(cache.answer).not.toBeNull();
    expect(passed).toBeLessThan(500);
  });

  it('waits no longer than its own time-out', async () => {
    cache.leader = 'other';
    cache.leasedUntil = NOW + 600_000;
    const answer = await inTime(gateway.open(request({ ...coalescing, 'cf-aig-request-timeout': '1500' })));
    expect([answer.headers.get('cf-aig-cache-status'), passed >= 1_500, passed < 2_500]).toEqual([
      ['MISS'],
      true,
      true,
    ]);
  });

  it('prolongs its lease while the provider is at it, and frees the others when it fails', async () => {
    const source = new ScriptedBody((it) => it.send(STREAM.slice(0, 30)));
    gateway.provider = () => streamAnswer(source);
    const answer = await gateway.open(request(coalescing));
    const reading = read(answer.body);
    for (let second = 0; second < 30; second++) {
      advance(1_000);
      await new Promise(setImmediate);
      expect(cache.leasedUntil).toBeGreaterThan(cache.now());
    }
    source.break();
    await reading;
    await answer.settle();
    expect([cache.leader, cache.answer, cache.asked.at(-1)]).toEqual([null, null, 'release']);
    expect(gateway.alarms).toBe(0);
  });

  it.each([
    ['an error of the provider', () => jsonAnswer('{}', 500)],
    ['an error inside a 200', () => jsonAnswer('{"error":{"message":"no"}}')],
    ['an answer that is no text', () => jsonAnswer('x', 200, { 'content-type': 'audio/mpeg' })],
  ])('frees the others after %s', async (_, provider) => {
    gateway.provider = provider;
    await gateway.request(request(coalescing));
    expect([cache.leader, cache.answer, cache.asked.at(-1)]).toEqual([null, null, 'release']);
  });

  it('frees the others when the gateway itself fails', async () => {
    gateway.provider = () => {
      throw new Error('a defect');
    };
    expect((await gateway.request(request(coalescing))).status).toBe(500);
    expect(cache.asked).toEqual(['get', 'lease', 'release']);
  });

  it('gives a busy store three seconds and then calls for itself', async () => {
    cache.error = unavailable();
    const answer = await inTime(gateway.open(request(coalescing)));
    expect([answer.status, passed >= 3_000, passed < 4_500]).toEqual([200, true, true]);
  });

  it('goes on waiting when the store is back in time', async () => {
    cache.leader = 'other';
    cache.leasedUntil = NOW + 60_000;
    cache.error = unavailable();
    const answer = inTime(gateway.open(request(coalescing)));
    await new Promise(setImmediate);
    cache.error = null;
    await cache.put('' as never, {} as never, storedAnswer(), { askedAt: NOW, expiresAt: NOW });
    expect((await answer).headers.get('cf-aig-cache-status')).toEqual(['HIT']);
    expect(gateway.sent).toEqual([]);
  });

  it('does not wait when it wants a fresh answer', async () => {
    cache.leader = 'other';
    cache.leasedUntil = NOW + 60_000;
    await gateway.request(request({ ...coalescing, 'cf-aig-skip-cache': 'true' }));
    expect([cache.asked, gateway.sent.length]).toEqual([['put'], 1]);
  });
});

const storedAnswer = () => ({
  status: 200,
  headers: [['content-type', 'application/json'] as const],
  body: Buffer.from('{"stored":true}'),
  form: 'openai-chat',
  asStream: false,
  storedAt: NOW,
});
