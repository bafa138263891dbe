import { beforeEach, describe, expect, it } from '@jest/globals';
import type { SpendRule } from '../gateway/settings.ts';
import { durationMs } from '../ids.ts';
import { type Micros, micros } from '../money/micros.ts';
import { StoreUnavailable } from '../ports/config-source.ts';
import type { ReserveVerdict } from '../ports/ledger.ts';
import type { PriceQuestion } from '../ports/pricing.ts';
import { UpstreamFailure } from '../ports/upstream.ts';
import {
  ACCOUNT,
  GatewayForTest,
  jsonAnswer,
  read,
  streamAnswer,
  TOKEN,
} from './__fixtures__/gateway-for-test.ts';
import { ScriptedBody } from './__fixtures__/scripted-body.ts';

const known = { 'cf-aig-authorization': `Bearer ${TOKEN}` };
const body = '{"model":"gpt-x"}';
const ANSWER = '{"model":"gpt-x","usage":{"prompt_tokens":30,"completion_tokens":12}}';
const rule: SpendRule = {
  id: 'ab12',
  limit: 1,
  limitType: 'cost',
  window: 3600,
  technique: 'sliding',
  enabled: true,
};

let gateway: GatewayForTest;
/** What reservations were settled at, in order. */
let settled: Micros[];
const granted = (): ReserveVerdict => ({
  granted: true,
  reservation: { remaining: micros(250_000n), settle: async (actual) => void settled.push(actual) },
});
const refused = (): ReserveVerdict => ({
  granted: false,
  by: {
    kind: 'limit',
    account: ACCOUNT,
    gateway: gateway.addGateway('main').id,
    rule: 'ab12',
    bucket: 'all',
    limit: micros(1_000_000n),
    window: { technique: 'sliding', length: durationMs(3_600_000) },
    shards: 1,
  },
  spent: micros(999_500n),
  reserved: micros(0n),
  limit: micros(1_000_000n),
  retryAfter: durationMs(60_000),
});

beforeEach(() => {
  gateway = new GatewayForTest();
  gateway.provider = () => jsonAnswer(ANSWER);
  settled = [];
  gateway.ledger = granted;
});
const withLimit = () => gateway.addGateway('main', { spend_limits: { enabled: true, rules: [rule] } });

describe('what a request cost', () => {
  it('stands on its record with what it was computed from', async () => {
    await gateway.request({ headers: known, body });
    expect(gateway.record()).toMatchObject({
      usageSource: 'reported',
      cost: { micros: 42, book: 'for-test', price: 'a token, a micro-dollar' },
    });
  });

  it('goes out with an answer that is whole', async () => {
    expect((await gateway.request({ headers: known, body })).header('weir-cost')).toBe('0.000042');
  });

  it('is asked with the caller’s own rates, then the gateway’s prices', async () => {
    const asked: PriceQuestion[] = [];
    const noted = (question: PriceQuestion) => {
      asked.push(question);
      return null;
    };
    gateway.pricing = { ...gateway.pricing, cost: noted };
    const price = { provider: 'openai', model: 'gpt-x', rates: { input: '1' } };
    gateway.addGateway('main', { prices: [price] });
    const headers = { ...known, 'cf-aig-custom-cost': '{"per_token_in":0.1}' };
    await gateway.request({ headers, body });
    expect(asked).toMatchObject([
      { provider: 'openai', model: 'gpt-x', custom: { per_token_in: '0.1' }, overrides: [price] },
    ]);
    expect(gateway.record()).toMatchObject({
      cost: null,
      warnings: ['the price of openai/gpt-x is not known'],
    });
  });

  it('is nothing for an error of the provider, and nothing is known of a refusal', async () => {
    gateway.provider = () => jsonAnswer('{"error":{}}', 500);
    expect((await gateway.request({ headers: known, body })).header('weir-cost')).toBe('0.000000');
    expect(gateway.record().cost).toEqual({ micros: 0, book: 'none', price: 'none' });
  });

  it.each([
    ['an answer that is fetched again', 'GET', 'openai/v1/responses/resp_1', ANSWER],
    ['a count of a request’s tokens', 'POST', 'anthropic/v1/messages/count_tokens', '{"input_tokens":30}'],
  ])('is nothing for %s, and nobody keeps money back for it', async (_, method, path, answer) => {
    withLimit();
    gateway.provider = () => jsonAnswer(answer);
    const fetched = await gateway.request({
      headers: known,
      method,
      path: `/v1/${ACCOUNT}/main/${path}`,
      body: method === 'POST' ? body : '',
    });
    expect([fetched.status, fetched.header('weir-cost')]).toEqual([200, '0.000000']);
    expect(gateway.record()).toMatchObject({
      usage: null,
      cost: { micros: 0, book: 'none', price: 'none' },
      warnings: [],
    });
    expect(gateway.reserved).toEqual([]);
  });

  it('is told when a background response is fetched; what was reserved for it is spent until then', async () => {
    withLimit();
    gateway.provider = () => jsonAnswer('{"status":"queued","background":true,"model":"gpt-x","usage":null}');
    await gateway.request({ headers: known, body });
    const [started] = gateway.records;
    expect(started).toMatchObject({
      usage: null,
      cost: { book: 'ceiling' },
      warnings: ['what it uses is not known yet: it goes on in the background'],
    });
    expect(settled).toEqual([micros(BigInt(started?.cost?.micros ?? -1))]);
    gateway.provider = () =>
      jsonAnswer(ANSWER.replace('{', '{"status":"completed","background":true,"output":[],'));
    await gateway.request({
      headers: known,
      method: 'GET',
      path: `/v1/${ACCOUNT}/main/openai/v1/responses/resp_1`,
    });
    expect(gateway.records.at(-1)).toMatchObject({ usageSource: 'reported', cost: { micros: 42 } });
  });

  it('is counted where the provider reports nothing', async () => {
    gateway.provider = () => jsonAnswer('{"choices":[]}');
    const usage = { input: 7, cacheRead: 0, cacheWrite: 0, output: 3, reasoning: 0 };
    gateway.pricing = { ...gateway.pricing, count: async () => ({ usage, source: 'counted' }) };
    await gateway.request({ headers: known, body });
    expect(gateway.record()).toMatchObject({ usage, usageSource: 'counted', cost: { micros: 10 } });
  });

  it('is counted when the answer has left: no caller waits for a tokenizer', async () => {
    gateway.provider = () => jsonAnswer('{"choices":[]}');
    let isCounted = false;
    const { count } = gateway.pricing;
    gateway.pricing = {
      ...gateway.pricing,
      count: (given) => {
        isCounted = true;
        return count(given);
      },
    };
    const answer = await gateway.open({ headers: known, body });
    expect([isCounted, answer.headers.has('weir-cost')]).toEqual([false, false]);
    await answer.settle();
    expect(isCounted).toBe(true);
  });

  it('of a cut stream is what came of it: the input as reported, the output as counted', async () => {
    const stream = new ScriptedBody();
    gateway.provider = () => streamAnswer(stream);
    const counted = { input: 9, cacheRead: 0, cacheWrite: 0, output: 6, reasoning: 0 };
    gateway.pricing = { ...gateway.pricing, count: async () => ({ usage: counted, source: 'counted' }) };
    const answer = await gateway.open({ headers: known, body });
    const reading = read(answer.body);
    stream.send('data: {"usage":{"prompt_tokens":20,"completion_tokens":1}}\n\n');
    stream.break();
    await reading;
    await answer.settle();
    expect(gateway.record()).toMatchObject({
      usage: { input: 20, output: 6 },
      usageSource: 'counted',
      cost: { micros: 26 },
    });
  });

  it('that cannot be found out still leaves the answer and its record', async () => {
    gateway.pricing = {
      ...gateway.pricing,
      cost: () => {
        throw new Error('a defect');
      },
    };
    expect((await gateway.request({ headers: known, body })).status).toBe(200);
    expect(gateway.record().cost).toBeNull();
    expect(gateway.faults).toHaveLength(1);
  });
});

describe('a spend limit (spec 5.11)', () => {
  it('asks nobody where there is none', async () => {
    await gateway.request({ headers: known, body });
    expect(gateway.reserved).toEqual([]);
  });

  it('is reserved before the call and settled at the cost, after the record', async () => {
    withLimit();
    const answer = await gateway.open({ headers: known, body });
    expect(answer.headers.get('weir-budget-remaining')).toEqual(['0.250000']);
    expect(gateway.reserved).toMatchObject([
      { amount: 1000n, budgets: [{ rule: 'ab12', limit: 1_000_000n }], recorded: true },
    ]);
    expect(settled).toEqual([]);
    await answer.settle();
    expect(gateway.record().id).toBe(gateway.reserved[0]?.id);
    expect(settled).toEqual([42n]);
  });

  it.each(['text/plain;charset=UTF-8', 'application/x-www-form-urlencoded'])(
    'holds for JSON that is called %s, which some providers read all the same',
    async (type) => {
      withLimit();
      await gateway.request({ headers: { ...known, 'content-type': type }, body: ` \n${body}` });
      expect(settled).toEqual([42n]);
    },
  );

  it('that is reached refuses with 429: which rule, what is spent, when again; nobody is called', async () => {
    const verdict = refused();
    withLimit();
    gateway.ledger = () => verdict;
    const answer = await gateway.request({ headers: known, body });
    expect([answer.status, answer.header('retry-after'), answer.header('x-should-retry')]).toEqual([
      429,
      '60',
      'false',
    ]);
    for (const word of ['ab12', '0.999500', '1.000000']) expect(answer.body).toContain(word);
    expect(answer.header('weir-budget-remaining')).toBe('0.000500');
    expect(gateway.sent).toHaveLength(0);
    expect(gateway.record()).toMatchObject({ refusedBy: 'spend_limits/ab12', success: false });
  });

  it.each([
    ['nothing where it is used up', { spent: micros(1_000_000n) }, '0.000000'],
    ['nothing where it was lowered below what is spent', { spent: micros(3_000_000n) }, '0.000000'],
    ['what is neither spent nor reserved', { spent: micros(0n), reserved: micros(900_000n) }, '0.100000'],
  ])('says in its 429 what is left: %s', async (_, held, left) => {
    const verdict = { ...refused(), ...held };
    withLimit();
    gateway.ledger = () => verdict;
    const answer = await gateway.request({ headers: known, body });
    expect([answer.status, answer.header('weir-budget-remaining')]).toEqual([429, left]);
  });

  it('that cannot carry a byte for a token is asked once more with the tokens counted', async () => {
    const verdict = refused();
    withLimit();
    gateway.ledger = ({ amount }) => (amount > 500n ? verdict : granted());
    expect((await gateway.request({ headers: known, body })).status).toBe(200);
    expect(gateway.reserved.map(({ amount }) => amount)).toEqual([1000n, 400n]);
    expect(settled).toEqual([42n]);
  });

  it('fails closed: 503 while the ledger cannot be asked (design 12)', async () => {
    withLimit();
    gateway.ledger = () => {
      throw new StoreUnavailable('down');
    };
    const answer = await gateway.request({ headers: known, body });
    expect([answer.status, answer.header('retry-after')]).toEqual([503, '1']);
    expect(answer.header('weir-budget-remaining')).toBeUndefined();
  });

  it('does not count a model without a price, and the record says so (spec 5.11-4)', async () => {
    withLimit();
    gateway.pricing = { ...gateway.pricing, ceiling: () => null };
    expect((await gateway.request({ headers: known, body })).status).toBe(200);
    expect(gateway.reserved).toEqual([]);
    expect(gateway.record().warnings).toContainEqual(expect.stringContaining('price of this model'));
  });

  it.each([
    ['the provider failed', () => jsonAnswer('{}', 500)],
    ['nobody answered', () => new UpstreamFailure('refused', 'no')],
  ])('gets everything back when %s', async (_, provider) => {
    withLimit();
    gateway.provider = provider;
    await gateway.request({ headers: known, body });
    expect(settled).toEqual([0n]);
  });

  it('keeps what was reserved for an answer that nobody can count', async () => {
    withLimit();
    gateway.provider = () => ({
      ...jsonAnswer('sound'),
      headers: new Map([['content-type', ['audio/mpeg']]]),
    });
    await gateway.request({ headers: known, body });
    expect(settled).toEqual([1000n]);
    expect(gateway.record()).toMatchObject({
      usageSource: 'estimated',
      cost: { micros: 1000, book: 'ceiling' },
    });
  });

  it.each([
    ['has no price for what was used', () => null],
    [
      'fails',
      () => {
        throw new Error('a defect');
      },
    ],
  ])('keeps what was reserved when the price book %s', async (_, cost) => {
    withLimit();
    gateway.pricing = { ...gateway.pricing, cost };
    await gateway.request({ headers: known, body });
    expect(settled).toEqual([1000n]);
    expect(gateway.record().cost).toMatchObject({ micros: 1000, book: 'ceiling' });
  });

  it('that is used up counts no tokens for the requests that it refuses', async () => {
    const verdict = { ...refused(), spent: micros(1_000_000n) };
    withLimit();
    gateway.ledger = () => verdict;
    expect((await gateway.request({ headers: known, body })).status).toBe(429);
    expect(gateway.reserved).toHaveLength(1);
  });

  it('is settled also where no logs are kept', async () => {
    gateway.addGateway('main', {
      collect_logs: false,
      spend_limits: { enabled: true, rules: [rule] },
    });
    await gateway.request({ headers: known, body });
    expect(gateway.records).toHaveLength(0);
    expect(gateway.reserved).toMatchObject([{ recorded: false }]);
    expect(settled).toEqual([42n]);
  });

  it('that is reached for one step of a universal request lets the next one try', async () => {
    const verdict = refused();
    gateway.addGateway('main', {
      spend_limits: {
        enabled: true,
        rules: [{ ...rule, provider: { mode: 'filter', values: ['openai'] } }],
      },
    });
    gateway.ledger = () => verdict;
    const answer = await gateway.request({
      path: `/v1/${ACCOUNT}/main`,
      headers: known,
      body: JSON.stringify([
        { provider: 'openai', endpoint: 'v1/chat/completions', query: { model: 'gpt-x' } },
        { provider: 'mistral', endpoint: 'v1/chat/completions', query: { model: 'm' } },
      ]),
    });
    expect([answer.status, answer.header('cf-aig-step')]).toEqual([200, '1']);
    expect(gateway.sent).toHaveLength(1);
  });
});

describe('prepaid credits (spec 5.3-8)', () => {
  beforeEach(() => {
    gateway.unifiedBilling = 'credits';
    gateway.platformKeys.set('openai', 'operators');
    gateway.limiter = () => ({
      admitted: true,
      remaining: 199,
      resetAfter: durationMs(60_000),
      giveBack: async () => undefined,
    });
  });

  it('pay for what the operator’s key serves', async () => {
    await gateway.request({ headers: known, body });
    expect(gateway.reserved).toMatchObject([{ budgets: [{ kind: 'balance', account: ACCOUNT }] }]);
    expect(settled).toEqual([42n]);
  });

  it('are charged by the book: neither who spends them nor who manages the gateway says what they are worth', async () => {
    const { cost } = gateway.pricing;
    const isOwn = ({ custom, overrides }: PriceQuestion) => custom !== null || overrides.length > 0;
    gateway.pricing = {
      ...gateway.pricing,
      cost: (question, usage) =>
        isOwn(question) ? { micros: 0, book: 'custom', price: 'own' } : cost(question, usage),
    };
    const price = { provider: 'openai', model: '*', rates: { input: '0' } };
    gateway.addGateway('main', { prices: [price] });
    const headers = { ...known, 'cf-aig-custom-cost': '{"per_token_in":0}' };
    const answer = await gateway.request({ headers, body });
    expect([answer.header('weir-cost'), settled]).toEqual(['0.000042', [42n]]);
    expect(gateway.record().warnings).toEqual([
      'cf-aig-custom-cost was ignored: credits are charged by the price book',
    ]);
    await gateway.request({ headers: { ...headers, authorization: 'Bearer mine' }, body });
    expect(gateway.records.at(-1)).toMatchObject({ cost: { micros: 0, book: 'custom' }, warnings: [] });
  });

  it('are charged by own prices where the book has none', async () => {
    const { cost, ceiling } = gateway.pricing;
    const ifOwn = (question: PriceQuestion) => question.overrides.length > 0;
    gateway.pricing = {
      ...gateway.pricing,
      cost: (question, usage) => (ifOwn(question) ? cost(question, usage) : null),
      ceiling: (question, request) => (ifOwn(question) ? ceiling(question, request) : null),
    };
    gateway.addGateway('main', { prices: [{ provider: 'openai', model: '*', rates: { input: '1' } }] });
    await gateway.request({ headers: known, body });
    expect(settled).toEqual([42n]);
  });

  it('are limited to 200 requests in a minute (spec 5.3-10)', async () => {
    gateway.limiter = () => ({ admitted: false, retryAfter: durationMs(9_000) });
    const answer = await gateway.request({ headers: known, body });
    expect([answer.status, answer.json().internalCode, answer.header('retry-after')]).toEqual([
      429,
      2953,
      '9',
    ]);
    expect(gateway.taken).toMatchObject([{ limit: 200, interval: 60_000 }]);
  });

  it('are limited so in a later step, too, and count a request once', async () => {
    gateway.provider = () => jsonAnswer('{}', 500);
    gateway.platformKeys.set('anthropic', 'operators');
    const step = { provider: 'openai', endpoint: 'v1/chat/completions', query: { model: 'gpt-x' } };
    const paid = { ...step, provider: 'anthropic', endpoint: 'v1/messages' };
    const ask = (...steps: readonly object[]) =>
      gateway.request({ path: `/v1/${ACCOUNT}/main`, headers: known, body: JSON.stringify(steps) });
    await ask(step, paid, step);
    expect([gateway.sent.length, gateway.taken.length]).toEqual([3, 1]);
    gateway.limiter = () => ({ admitted: false, retryAfter: durationMs(9_000) });
    const own = { ...step, authorization: 'Bearer mine' };
    const answer = await ask(own, paid);
    expect([answer.status, answer.json().internalCode, gateway.sent.length]).toEqual([429, 2953, 4]);
  });

  it('pay on the native path for the providers of spec 5.3-9 alone', async () => {
    gateway.platformKeys.set('mistral', 'operators');
    await gateway.request({ path: `/v1/${ACCOUNT}/main/mistral/v1/chat/completions`, headers: known, body });
    expect(gateway.lastSent().headers.has('authorization')).toBe(false);
  });

  it('without retention are served under a key of its own, or not at all (spec 5.3-12)', async () => {
    const headers = { ...known, 'cf-aig-zdr': 'true' };
    const answer = await gateway.request({ headers, body });
    expect([answer.status, answer.json().internalCode]).toEqual([400, 2954]);
    gateway.platformKeys.set('openai@zdr', 'keeps-nothing');
    await gateway.request({ headers, body });
    expect(gateway.lastSent().headers.get('authorization')).toEqual(['Bearer keeps-nothing']);
  });

  it('are not touched by the caller’s own key', async () => {
    await gateway.request({ headers: { ...known, authorization: 'Bearer mine' }, body });
    expect(gateway.reserved).toEqual([]);
  });

  it('that cannot cover the reservation: 402', async () => {
    gateway.ledger = () =>
      ({ ...refused(), by: { kind: 'balance', account: ACCOUNT }, retryAfter: null }) as ReserveVerdict;
    const answer = await gateway.request({ headers: known, body });
    expect([answer.status, answer.header('weir-budget-remaining')]).toEqual([402, '0.000500']);
    expect(gateway.record().refusedBy).toBe('credits');
  });
});
