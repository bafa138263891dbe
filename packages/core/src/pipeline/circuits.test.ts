import { beforeEach, describe, expect, it } from '@jest/globals';
import type { GatewaySettings } from '../gateway/settings.ts';
import { type UpstreamAnswer, UpstreamFailure } from '../ports/upstream.ts';
import { parseBaseUrls } from '../providers/base-urls.ts';
import { CacheForTest } from './__fixtures__/cache-for-test.ts';
import {
  ACCOUNT,
  GatewayForTest,
  jsonAnswer,
  NOW,
  streamAnswer,
  TOKEN,
} from './__fixtures__/gateway-for-test.ts';
import { ScriptedBody } from './__fixtures__/scripted-body.ts';

const BREAKER = { failure_rate: 50, minimum_calls: 20, cool_down: 15 };
const known = { 'cf-aig-authorization': TOKEN, authorization: 'Bearer mine' };
const path = `/v1/${ACCOUNT}/main`;
const step = (provider: string, endpoint: string) => ({
  provider,
  endpoint,
  authorization: 'Bearer sk',
  query: { model: 'm', messages: [] },
});
const openai = step('openai', 'chat/completions');
const anthropic = step('anthropic', 'v1/messages');
const groq = step('groq', 'chat/completions');
const OPENAI = 'openai api.openai.com';
const ANTHROPIC = 'anthropic api.anthropic.com';

let gateway: GatewayForTest;
beforeEach(() => {
  gateway = new GatewayForTest();
  withSettings({ circuit_breaker: BREAKER });
});

const withSettings = (settings: Partial<GatewaySettings>) => gateway.addGateway('main', settings);
const universal = (...steps: readonly unknown[]) =>
  gateway.request({ path, headers: known, body: JSON.stringify(steps) });
const called = () => gateway.sent.map(({ url }) => new URL(url).host);
function provider(...answers: readonly (UpstreamAnswer | UpstreamFailure)[]): void {
  const rest = [...answers];
  gateway.provider = () => rest.shift() ?? jsonAnswer('{"ok":true}');
}

describe('a step whose circuit is open', () => {
  it('is passed over for the next, and stands among the attempts of that one', async () => {
    gateway.circuits.set(OPENAI, 'open');
    const answer = await universal(openai, anthropic);
    expect([answer.status, answer.header('cf-aig-step'), called()]).toEqual([
      200,
      '1',
      ['api.anthropic.com'],
    ]);
    expect(gateway.record()).toMatchObject({
      provider: 'anthropic',
      step: 1,
      attempts: [
        { provider: 'openai', status: null, failure: 'circuit-open', duration: 0 },
        { provider: 'anthropic', status: 200, failure: null },
      ],
    });
  });

  it('leaves no record of its own: the request’s id is that of the first record there is (spec 5.7-3)', async () => {
    gateway.circuits.set(OPENAI, 'open');
    const answer = await universal(openai, anthropic);
    const { id, requestId } = gateway.record();
    expect([requestId, answer.header('cf-aig-request-id'), answer.header('cf-aig-log-id')]).toEqual([
      id,
      id,
      id,
    ]);
  });

  it('is passed over between two others as well', async () => {
    gateway.circuits.set(ANTHROPIC, 'open');
    provider(jsonAnswer('{}', 500));
    expect((await universal(openai, anthropic, groq)).header('cf-aig-step')).toBe('2');
    expect(called()).toEqual(['api.openai.com', 'api.groq.com']);
    const [last, first] = gateway.recordsOfSteps().toReversed();
    expect([first?.attempts, last?.attempts]).toMatchObject([
      [{ provider: 'openai', status: 500 }],
      [{ provider: 'anthropic', failure: 'circuit-open' }, { provider: 'groq' }],
    ]);
  });

  it('is called all the same when it is the only one', async () => {
    gateway.circuits.set(OPENAI, 'open');
    expect((await universal(openai)).status).toBe(200);
    expect((await gateway.request({ headers: known })).status).toBe(200);
    expect(called()).toEqual(['api.openai.com', 'api.openai.com']);
  });

  it('is called all the same when nothing else is left', async () => {
    gateway.circuits.set(ANTHROPIC, 'open');
    provider(jsonAnswer('{}', 503));
    expect((await universal(openai, anthropic)).header('cf-aig-step')).toBe('1');
    expect(called()).toEqual(['api.openai.com', 'api.anthropic.com']);
  });

  it('is called in its turn when all are open', async () => {
    for (const circuit of [OPENAI, ANTHROPIC]) gateway.circuits.set(circuit, 'open');
    provider(jsonAnswer('{}', 503));
    expect((await universal(openai, anthropic)).header('cf-aig-step')).toBe('1');
    expect(called()).toEqual(['api.openai.com', 'api.anthropic.com']);
  });

  it('is not passed over when its answer is in the cache, and a hit is no call', async () => {
    withSettings({ circuit_breaker: BREAKER, cache_ttl: 600 });
    gateway.cache = new CacheForTest(() => NOW);
    await universal(openai, anthropic);
    gateway.circuits.set(OPENAI, 'open');
    const answer = await universal(openai, anthropic);
    expect([answer.header('cf-aig-step'), answer.header('cf-aig-cache-status')]).toEqual(['0', 'HIT']);
    expect(gateway.circuitCalls).toEqual([`${OPENAI} fine`]);
  });

  it('is called when the request is the probe', async () => {
    gateway.circuits.set(OPENAI, 'probe');
    expect((await universal(openai, anthropic)).header('cf-aig-step')).toBe('0');
    expect(gateway.circuitCalls).toEqual([`${OPENAI} fine`]);
  });

  it('is called like any other on a gateway without a breaker, where nobody asks or counts', async () => {
    withSettings({ circuit_breaker: null });
    gateway.circuits.set(OPENAI, 'open');
    expect((await universal(openai, anthropic)).header('cf-aig-step')).toBe('0');
    withSettings({});
    expect((await universal(openai, anthropic)).header('cf-aig-step')).toBe('0');
    expect([gateway.circuitCalls, gateway.circuitsSettled]).toEqual([[], 0]);
  });
});

describe('what is counted', () => {
  const failures = ['refused', 'reset', 'timeout', 'name', 'tls', 'protocol'] as const;
  it.each(failures)('%s has failed', async (kind) => {
    provider(new UpstreamFailure(kind, 'it broke'));
    await gateway.request({ headers: known });
    expect(gateway.circuitCalls).toEqual([`${OPENAI} failed`]);
  });

  it.each([500, 502, 503, 504, 529])('%d has failed', async (status) => {
    provider(jsonAnswer('{}', status));
    await gateway.request({ headers: known });
    expect(gateway.circuitCalls).toEqual([`${OPENAI} failed`]);
  });

  it.each([200, 201, 400, 401, 403, 404, 408, 409, 413, 422, 429])('%d is fine', async (status) => {
    provider(jsonAnswer('{}', status));
    await gateway.request({ headers: known });
    expect(gateway.circuitCalls).toEqual([`${OPENAI} fine`]);
  });

  it('what cannot be sent teaches nothing', async () => {
    provider(new UpstreamFailure('unsendable', 'a header'));
    await gateway.request({ headers: known });
    expect(gateway.circuitCalls).toEqual([`${OPENAI} nothing-learned`]);
  });

  it('a timeout of a caller who waits less than a second teaches nothing', async () => {
    for (const patience of ['999', '1000']) {
      provider(new UpstreamFailure('timeout', 'slow'));
      await gateway.request({ headers: { ...known, 'cf-aig-request-timeout': patience } });
    }
    expect(gateway.circuitCalls).toEqual([`${OPENAI} nothing-learned`, `${OPENAI} failed`]);
  });

  it('a stream that begins with an error has failed by that error’s status', async () => {
    const error = (code: number) =>
      streamAnswer(
        new ScriptedBody((it) => it.send(`data: {"error":{"message":"x","code":${code}}}\n\n`).end()),
      );
    for (const code of [503, 429]) {
      provider(error(code));
      await gateway.request({
        path: `${path}/compat/chat/completions`,
        headers: known,
        body: '{"model":"openai/gpt-5","stream":true}',
      });
    }
    expect(gateway.circuitCalls).toEqual([`${OPENAI} failed`, `${OPENAI} fine`]);
  });

  it('every attempt counts, at the host to which it went', async () => {
    gateway.baseUrls = parseBaseUrls('{"openai":"https://openai.internal.example:8443/v1"}');
    provider(jsonAnswer('{}', 500), jsonAnswer('{}', 500));
    await gateway.request({ headers: { ...known, 'cf-aig-max-attempts': '3' } });
    const host = 'openai openai.internal.example:8443';
    expect(gateway.circuitCalls).toEqual([`${host} failed`, `${host} failed`, `${host} fine`]);
  });

  it('is shared before the request is over', async () => {
    await gateway.request({ headers: known });
    expect(gateway.circuitsSettled).toBe(1);
  });
});
