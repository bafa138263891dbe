import { beforeEach, describe, expect, it } from '@jest/globals';
import { epochMs } from '../ids.ts';
import { StoreUnavailable } from '../ports/config-source.ts';
import { CacheSpared } from '../ports/response-cache.ts';
import { CacheForTest } from './__fixtures__/cache-for-test.ts';
import { GatewayForTest, NOW, read, streamAnswer, TOKEN } from './__fixtures__/gateway-for-test.ts';
import { ScriptedBody } from './__fixtures__/scripted-body.ts';

const request = (headers = {}) => ({
  headers: { 'cf-aig-authorization': TOKEN, authorization: 'Bearer sk-1', ...headers },
  body: '{"model":"gpt-5","messages":[]}',
});
const coalescing = { 'weir-cache-coalesce': 'true' };
const silent = () => new StoreUnavailable('nobody answered in time');
const spared = () => new CacheSpared('silent just before');

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

async function wait(milliseconds: number): Promise<void> {
  for (let step = 0; step < milliseconds; step += 50) {
    passed += 50;
    gateway.advance(50);
    await new Promise(setImmediate);
  }
}

describe('a cache that is slow', () => {
  it('is waited for briefly, because the request calls anyway', async () => {
    await gateway.request(request());
    expect(cache.patience).toEqual(['briefly']);
  });

  it('is waited for patiently by who came to share a call', async () => {
    cache.leader = 'other';
    cache.leasedUntil = NOW + 500;
    const opening = gateway.open(request(coalescing));
    await wait(1_000);
    await opening;
    expect(cache.patience.length).toBeGreaterThan(1);
    expect(new Set(cache.patience)).toEqual(new Set(['patiently']));
  });
});

describe('a cache that is left alone because it was silent', () => {
  it.each([{}, coalescing])('is a miss and not asked again by the same request (%j)', async (headers) => {
    cache.error = spared();
    const answer = await gateway.request(request(headers));
    expect([answer.status, answer.header('cf-aig-cache-status')]).toEqual([200, 'MISS']);
    expect([cache.asked, gateway.faults]).toEqual([['get'], [cache.error]]);
    expect(gateway.records).toHaveLength(1);
  });

  it('keeps nobody who would share a call and knows of no leader', async () => {
    cache.error = silent();
    const opening = gateway.open(request(coalescing));
    await new Promise(setImmediate);
    expect(cache.asked).toEqual(['get', 'lease']);
    cache.error = spared();
    await wait(100);
    expect((await opening).headers.get('cf-aig-cache-status')).toEqual(['MISS']);
    expect([cache.asked, gateway.sent.length]).toEqual([['get', 'lease', 'lease'], 1]);
  });

  it('is waited for by those who know that another calls', async () => {
    cache.leader = 'other';
    cache.leasedUntil = NOW + 60_000;
    const opening = gateway.open(request(coalescing));
    await new Promise(setImmediate);
    cache.error = spared();
    await wait(2_000);
    cache.error = null;
    cache.answer = {
      status: 200,
      headers: [],
      body: Buffer.from('{}'),
      form: 'openai-chat',
      asStream: false,
      storedAt: epochMs(NOW),
    };
    await wait(1_000);
    expect((await opening).headers.get('cf-aig-cache-status')).toEqual(['HIT']);
    expect(gateway.sent).toEqual([]);
  });

  it('loses no lease for it: who leads tries to prolong it every second', async () => {
    const source = new ScriptedBody((it) => it.send('data: {}\n\n'));
    gateway.provider = () => streamAnswer(source);
    const answer = await gateway.open(request(coalescing));
    const reading = read(answer.body);
    cache.error = spared();
    await wait(8_500);
    cache.error = null;
    await wait(1_000);
    expect(cache.leasedUntil).toBeGreaterThan(NOW + 15_000);
    source.break();
    await reading;
    await answer.settle();
    expect([cache.leader, gateway.alarms]).toEqual([null, 0]);
  });
});
