import { beforeEach, describe, expect, it } from '@jest/globals';
import type { GatewaySettings, SpendRule } from '../gateway/settings.ts';
import { durationMs } from '../ids.ts';
import { micros, NO_MONEY } from '../money/micros.ts';
import { StoreUnavailable } from '../ports/config-source.ts';
import type { ReserveRequest, ReserveVerdict } from '../ports/ledger.ts';
import { type UpstreamAnswer, UpstreamFailure } from '../ports/upstream.ts';
import { budget, count, end, model, split, start, when } from '../routing/__fixtures__/elements.ts';
import { createRouter } from '../routing/index.ts';
import type { RouteElement } from '../routing/route.ts';
import {
  ACCOUNT,
  GatewayForTest,
  jsonAnswer,
  read,
  streamAnswer,
  TOKEN,
} from './__fixtures__/gateway-for-test.ts';
import { answerBy, deployRoute, of } from './__fixtures__/route-for-test.ts';
import { ScriptedBody } from './__fixtures__/scripted-body.ts';

const headers = { 'cf-aig-authorization': TOKEN };
const compat = `/v1/${ACCOUNT}/main/compat/chat/completions`;
const api = `/client/v4/accounts/${ACCOUNT}/ai`;
const apiHeaders = { authorization: `Bearer ${TOKEN}`, 'cf-aig-gateway-id': 'main' };
const chat = (more = {}) => ({
  model: 'dynamic/support',
  messages: [{ role: 'user', content: 'Hi' }],
  ...more,
});
let gateway: GatewayForTest;
beforeEach(() => {
  gateway = new GatewayForTest();
  gateway.router = createRouter();
  for (const provider of ['openai', 'anthropic', 'groq'])
    gateway.platformKeys.set(provider, `sk-${provider}`);
});

const deploy = (elements: readonly RouteElement[], settings: Partial<GatewaySettings> = {}) =>
  deployRoute(gateway, elements, settings);

/** Answers in order; then the last one's name is that of the model that was asked for. */
function provider(...answers: readonly (UpstreamAnswer | UpstreamFailure)[]): void {
  const rest = [...answers];
  gateway.provider = () => rest.shift() ?? answerBy(sentModel());
}
const sentModel = () => JSON.parse(Buffer.from(gateway.lastSent().body ?? []).toString()).model;
const ask = (more: { body?: object; headers?: Record<string, string>; path?: string } = {}) =>
  gateway.request({
    path: more.path ?? compat,
    headers: more.headers ?? headers,
    body: JSON.stringify(more.body ?? chat()),
  });
const paths = () =>
  gateway.records.map(({ route }) => route?.steps.map((step) => `${step.element}:${step.branch}`).join(' '));

describe('a request that names a route (spec 5.10)', () => {
  it('is answered by the model that the route comes to, which the headers name', async () => {
    deploy([
      start('c'),
      when('c', { 'metadata.plan': 'paid' }, 'big', 'small'),
      model('big'),
      model('small'),
      end(),
    ]);
    provider();
    const paid = await ask({ headers: { ...headers, 'cf-aig-metadata': '{"plan":"paid"}' } });
    expect([
      paid.status,
      paid.header('cf-aig-model'),
      paid.header('cf-aig-provider'),
      paid.header('cf-aig-step'),
    ]).toEqual([200, 'big', 'openai', '0']);
    expect(paid.json()).toMatchObject({ model: 'big' });
    expect((await ask()).header('cf-aig-model')).toBe('small');
  });

  it('has its way on its record, with the version that was deployed', async () => {
    deploy([start('p'), split('p', { '100%': 'a' }), model('a'), end()]);
    provider();
    await ask();
    expect(gateway.record()).toMatchObject({
      provider: 'openai',
      model: 'a',
      route: {
        route: 'r1',
        version: 'v1',
        steps: [
          { element: 's', type: 'start', branch: 'next' },
          { element: 'p', type: 'percentage', branch: '100%', why: 'drawn at random' },
          { element: 'a', type: 'model', branch: 'success', why: 'it answers' },
          { element: 'e', type: 'end', branch: null },
        ],
      },
    });
  });

  it('is refused where the gateway has no such route (2916)', async () => {
    const answer = await ask({ body: chat({ model: 'dynamic/nowhere' }) });
    expect([answer.status, answer.body]).toEqual([404, expect.stringContaining('2916')]);
    expect(gateway.sent).toEqual([]);
  });

  it('is refused where the route ends without calling anybody (2917)', async () => {
    deploy([start('e'), end()]);
    const answer = await ask();
    expect([answer.status, answer.body]).toEqual([424, expect.stringContaining('2917')]);
  });

  it('has its way on its record where nobody was called, too', async () => {
    deploy([start('few'), count('few', 'a', null), model('a'), end()]);
    gateway.limiter = () => ({ admitted: false, retryAfter: durationMs(5000) });
    expect((await ask()).status).toBe(429);
    expect(gateway.record()).toMatchObject({
      statusCode: 429,
      provider: null,
      route: {
        route: 'r1',
        version: 'v1',
        steps: [
          { element: 's', type: 'start', branch: 'next' },
          { element: 'few', type: 'rate', branch: null, why: expect.stringMatching(/^over \d+ requests/) },
        ],
      },
    });
    // A universal request whose only step is a route that leads nowhere is such a one as well.
    deploy([start('e'), end()]);
    await ask({
      path: `/v1/${ACCOUNT}/main`,
      body: [{ provider: 'compat', endpoint: 'chat/completions', query: chat() }],
    });
    expect(paths().at(-1)).toBe('s:next e:null');
  });

  it('sees the request’s own body and headers', async () => {
    const looks = { 'body.messages.0.content': { $regex: '^Hi' }, 'headers.x-team': 'red' };
    deploy([start('c'), when('c', looks, 'a', 'b'), model('a'), model('b'), end()]);
    provider();
    const answer = await ask({ headers: { ...headers, 'x-team': 'red' } });
    expect(answer.header('cf-aig-model')).toBe('a');
  });
});

describe('a model element that fails', () => {
  const route = (first = {}) => [start('a'), of('groq', model('a', 'e', 'b'), first), model('b'), end()];

  it('leads to its fallback; each attempt has a record, and the step says which answered', async () => {
    deploy(route());
    provider(jsonAnswer('{"error":{"message":"busy"}}', 503));
    const answer = await ask();
    expect([
      answer.status,
      answer.header('cf-aig-model'),
      answer.header('cf-aig-provider'),
      answer.header('cf-aig-step'),
    ]).toEqual([200, 'b', 'openai', '1']);
    expect(gateway.sent.map(({ url }) => new URL(url).host)).toEqual(['api.groq.com', 'api.openai.com']);
    expect(gateway.records.map(({ step, model: name, success }) => [step, name, success]).sort()).toEqual([
      [0, 'a', false],
      [1, 'b', true],
    ]);
    expect(paths()).toContain('s:next a:fallback b:success e:null');
  });

  it('is tried as often as it says before that', async () => {
    deploy(route({ retries: 1 }));
    const busy = () => jsonAnswer('{"error":{"message":"busy"}}', 503);
    provider(busy(), busy());
    const answering = ask();
    for (let round = 0; round < 20; round += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      gateway.advance(1000);
    }
    expect((await answering).header('cf-aig-model')).toBe('b');
    expect(gateway.sent.map(({ url }) => new URL(url).host)).toEqual([
      'api.groq.com',
      'api.groq.com',
      'api.openai.com',
    ]);
  });

  it('fails when nothing comes within its own timeout, which holds for the only attempt too', async () => {
    deploy(route({ timeout: 1500 }));
    provider(new UpstreamFailure('timeout', 'nothing came'));
    expect((await ask()).header('cf-aig-model')).toBe('b');
    expect(gateway.sent.map(({ firstByteTimeout }) => firstByteTimeout)).toEqual([1500, 280_000]);
  });

  it('fails when its stream breaks before the first useful byte, and not after it', async () => {
    deploy(route());
    provider(streamAnswer(new ScriptedBody((body) => body.send(': keep-alive\n\n').break())));
    const early = await ask({ body: chat({ stream: true }) });
    expect(early.header('cf-aig-model')).toBe('b');
    const stream = new ScriptedBody((body) =>
      body.send('data: {"choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n'),
    );
    provider(streamAnswer(stream));
    const late = await gateway.open({ path: compat, headers, body: JSON.stringify(chat({ stream: true })) });
    expect(late.headers.get('cf-aig-model')).toEqual(['a']);
    const reading = read(late.body);
    stream.break();
    await reading;
    await late.settle();
    expect(gateway.sent).toHaveLength(3);
  });

  it.each([
    ['failed', 503, 'it failed: status 503'],
    ['answered', 200, 'it answers'],
  ])('is the last of the way where it %s with no time left, and stands on it', async (_, status, why) => {
    deploy([start('a'), model('a', 'b', 'b'), model('b'), end()]);
    gateway.provider = () => {
      gateway.advance(1000);
      return jsonAnswer('{"model":"a"}', status);
    };
    const answer = await ask({ headers: { ...headers, 'weir-total-timeout': '800' } });
    expect([answer.status, gateway.sent.length]).toEqual([status, 1]);
    expect(gateway.record().route?.steps).toMatchObject([
      { element: 's' },
      { element: 'a', branch: null, why },
    ]);
  });

  it('ends the request with its own answer where it has no fallback', async () => {
    deploy([start('a'), model('a'), end()]);
    provider(jsonAnswer('{"error":{"message":"no such thing"}}', 404));
    const answer = await ask();
    expect([answer.status, answer.header('cf-aig-model')]).toEqual([404, 'a']);
    expect(answer.body).toContain('no such thing');
  });

  it('fails when its provider cannot be called at all', async () => {
    deploy([start('a'), of('azure-openai', model('a', 'e', 'b')), model('b'), end()]);
    provider();
    expect((await ask()).header('cf-aig-model')).toBe('b');
    expect(gateway.sent).toHaveLength(1);
    expect(gateway.record().route?.steps[1]?.why).toMatch(/^it failed: /);
  });

  it('fails when its host cannot be reached', async () => {
    deploy(route());
    provider(new UpstreamFailure('refused', 'nobody listens'));
    expect((await ask()).header('cf-aig-model')).toBe('b');
  });
});

describe('a model element that answers', () => {
  it('may lead to another; the last that answers is the answer', async () => {
    deploy([start('a'), model('a', 'b'), model('b'), end()]);
    provider();
    const answer = await ask();
    expect([answer.header('cf-aig-model'), gateway.sent.length]).toEqual(['b', 2]);
  });

  it('stays the answer when the next one fails', async () => {
    deploy([start('a'), model('a', 'b'), model('b'), end()]);
    provider(answerBy('a'), jsonAnswer('{"error":{}}', 500));
    const answer = await ask();
    expect([answer.status, answer.header('cf-aig-model')]).toEqual([200, 'a']);
    expect(gateway.records).toHaveLength(2);
  });
});

describe('a count element', () => {
  const route = (fallback: string | null) => [
    start('n'),
    count('n', 'a', fallback),
    model('a'),
    model('b'),
    end(),
  ];
  const refusing = () => {
    gateway.limiter = () => ({ admitted: false, retryAfter: durationMs(5000) });
  };

  it('counts under the route, the element and the field’s value', async () => {
    deploy(route('b'));
    gateway.limiter = () => ({
      admitted: true,
      remaining: 9,
      resetAfter: durationMs(5000),
      giveBack: async () => undefined,
    });
    provider();
    const answer = await ask({ headers: { ...headers, 'cf-aig-metadata': '{"user":"ann"}' } });
    expect(answer.header('cf-aig-model')).toBe('a');
    expect(gateway.taken).toEqual([
      expect.objectContaining({
        key: expect.stringMatching(/#route\/r1\/n#"ann"$/),
        limit: 10,
        interval: 60_000,
        technique: 'fixed',
      }),
    ]);
  });

  it('leads to fallback over its limit', async () => {
    deploy(route('b'));
    refusing();
    provider();
    expect((await ask()).header('cf-aig-model')).toBe('b');
  });

  it('ends the request over its limit where it has no fallback (2918)', async () => {
    deploy(route(null).filter(({ id }) => id !== 'b'));
    refusing();
    const answer = await ask();
    expect([answer.status, answer.body]).toEqual([429, expect.stringContaining('2918')]);
    expect(gateway.sent).toEqual([]);
  });

  it('lets through what cannot be counted, and says so', async () => {
    deploy(route('b'));
    gateway.limiter = () => {
      throw new StoreUnavailable('no store');
    };
    provider();
    expect((await ask()).header('cf-aig-model')).toBe('a');
    expect(gateway.faults).toHaveLength(1);
  });
});

/** A ledger in which some rules can carry nothing. */
function ledgerWithout(...empty: readonly string[]) {
  gateway.ledger = ({ budgets }: ReserveRequest): ReserveVerdict => {
    const by = budgets.find((one) => one.kind === 'limit' && empty.includes(one.rule));
    return by
      ? {
          granted: false,
          by,
          spent: micros(1n),
          reserved: NO_MONEY,
          limit: micros(1n),
          retryAfter: durationMs(1000),
        }
      : { granted: true, reservation: { remaining: NO_MONEY, settle: async () => undefined } };
  };
}

describe('a cost element', () => {
  const route = (fallback: string | null) => [
    start('m'),
    budget('m', 'a', fallback),
    model('a'),
    model('b'),
    end(),
  ];

  it('is a budget that the model’s call is reserved in', async () => {
    deploy(route('b'));
    ledgerWithout();
    provider();
    expect((await ask()).header('cf-aig-model')).toBe('a');
    expect(gateway.reserved).toMatchObject([
      { budgets: [{ kind: 'limit', rule: 'route/r1/m', bucket: 'null', limit: 500_000n }] },
    ]);
  });

  it('leads to fallback when it cannot carry the call, which is then not reserved in it', async () => {
    deploy(route('b'));
    ledgerWithout('route/r1/m');
    provider();
    const answer = await ask();
    expect([answer.status, answer.header('cf-aig-model')]).toEqual([200, 'b']);
    expect(gateway.sent).toHaveLength(1);
    expect(paths()).toContain('s:next m:success m:fallback b:success e:null');
  });

  it('ends the request when it cannot carry the call and has no fallback (2918)', async () => {
    deploy(route(null).filter(({ id }) => id !== 'b'));
    ledgerWithout('route/r1/m');
    const answer = await ask();
    expect([answer.status, answer.body]).toEqual([429, expect.stringContaining('2918')]);
    expect(gateway.sent).toEqual([]);
  });

  it('stands beside the gateway’s own: a spend limit on a model leads to the model’s fallback (rule 9)', async () => {
    const rule: SpendRule = {
      id: 'only-a',
      limit: 1,
      limitType: 'cost',
      window: 3600,
      technique: 'fixed',
      enabled: true,
      model: { mode: 'filter', values: ['a'] },
    };
    deploy([start('a'), model('a', 'e', 'b'), model('b'), end()], {
      spend_limits: { enabled: true, rules: [rule] },
    });
    ledgerWithout('only-a');
    provider();
    const answer = await ask();
    expect([answer.status, answer.header('cf-aig-model')]).toEqual([200, 'b']);
  });
});

describe('a route is named wherever a model is (spec 5.10-4)', () => {
  beforeEach(() => {
    deploy([start('a'), model('a'), end()]);
    provider();
    gateway.addToken({
      grants: [{ effect: 'allow', permissions: ['gateway:run', 'inference:read'], gateways: 'all' }],
    });
  });

  it.each([
    ['/compat/chat/completions', compat, headers, chat()],
    ['/ai/v1/chat/completions', `${api}/v1/chat/completions`, apiHeaders, chat()],
    ['/ai/v1/responses', `${api}/v1/responses`, apiHeaders, { model: 'dynamic/support', input: 'Hi' }],
    ['/ai/v1/messages', `${api}/v1/messages`, apiHeaders, chat({ max_tokens: 9 })],
    [
      '/ai/run',
      `${api}/run`,
      apiHeaders,
      { model: 'dynamic/support', input: { messages: [{ role: 'user', content: 'Hi' }] } },
    ],
    [
      'a universal step',
      `/v1/${ACCOUNT}/main`,
      headers,
      [{ provider: 'compat', endpoint: 'chat/completions', query: chat() }],
    ],
  ])('%s', async (_, path, given, body) => {
    const answer = await ask({ path, headers: given, body });
    expect([answer.status, answer.header('cf-aig-model'), answer.header('cf-aig-provider')]).toEqual([
      200,
      'a',
      'openai',
    ]);
    expect(sentModel()).toBe('a');
  });

  it('a universal step whose route ends at once has failed: the next step runs', async () => {
    deploy([start('e'), end()]);
    const answer = await ask({
      path: `/v1/${ACCOUNT}/main`,
      body: [
        { provider: 'compat', endpoint: 'chat/completions', query: chat() },
        { provider: 'openai', endpoint: 'chat/completions', query: chat({ model: 'gpt-5' }) },
      ],
    });
    expect([answer.status, answer.header('cf-aig-step')]).toEqual([200, '1']);
    expect(sentModel()).toBe('gpt-5');
  });
});
