import { beforeEach, describe, expect, it } from '@jest/globals';
import { fault } from '../form/fault.ts';
import { durationMs } from '../ids.ts';
import type { TranslatedPiece, Translator } from '../ports/translation.ts';
import {
  ACCOUNT,
  GatewayForTest,
  jsonAnswer,
  read,
  streamAnswer,
  TOKEN,
} from './__fixtures__/gateway-for-test.ts';
import { ScriptedBody } from './__fixtures__/scripted-body.ts';

const path = `/v1/${ACCOUNT}/main/compat/chat/completions`;
const headers = {
  'cf-aig-authorization': TOKEN,
  authorization: 'Bearer mine',
  'openai-organization': 'org',
  cookie: 'a=b',
};
const ALIVE = ': alive\n\n';

/** Says a request by a path of its own; each line of the provider's stream is an event for the client. */
const LINES: Translator = {
  embed: () => null,
  reshape: () => null,
  unbind: () => null,
  catalogue: () => null,
  pin: () => fault([], ''),
  translate: ({ body, model, dialect }) => {
    const { stream = false, refuse } = JSON.parse(Buffer.from(body).toString());
    if (refuse) return fault(...(refuse as Parameters<typeof fault>));
    return {
      path: `v1/${dialect}/${model}`,
      query: 'alt=x',
      headers: [['anthropic-version', '1']],
      body: Buffer.from('translated'),
      dropped: ['seed', 'bad\r\nname'],
      leftOut: ['2 reasoning blocks signed by openai'],
      streams: stream,
      answer: {
        whole: ({ status, bytes }) => ({
          status,
          body: Buffer.from(`<${Buffer.from(bytes).toString()}>`),
          ...(status === 503 ? { retryAfter: durationMs(1500) } : {}),
        }),
        stream: () => ({
          keepAlive: ALIVE,
          push: (bytes) => piece(Buffer.from(bytes).toString()),
          end: (broken) => piece(broken ? 'error' : 'end'),
        }),
      },
    };
  },
};
function piece(text: string): TranslatedPiece {
  if (text === 'defect') throw new Error('nobody thought of this');
  return {
    text: `[${text}]\n\n`,
    useful: text !== 'nothing',
    failure: text === 'error' ? { status: 529, body: Buffer.from('busy') } : null,
  };
}

let gateway: GatewayForTest;
let body: ScriptedBody;
beforeEach(() => {
  gateway = new GatewayForTest();
  gateway.translator = LINES;
  body = new ScriptedBody();
  gateway.provider = () => streamAnswer(body);
});
const STREAM = { path, headers, body: '{"model":"anthropic/claude","stream":true}' };
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
/** The answer and what its body has brought so far, once the request is under way. */
async function follow() {
  const text: string[] = [];
  const opening = gateway.open(STREAM);
  while (!body.isRead) await turn();
  return { text, opening };
}

describe('a request for a provider with another format', () => {
  it('goes to the provider’s own endpoint, with the key where that provider wants it and nothing of the client’s API', async () => {
    gateway.provider = () => jsonAnswer('{"id":1}');
    const answer = await gateway.request({ path, headers, body: '{"model":"anthropic/claude"}' });
    const { url, headers: sent, body: bytes } = gateway.lastSent();
    expect(url).toBe('https://api.anthropic.com/v1/openai-chat/claude?alt=x');
    expect(Object.fromEntries(sent)).toEqual({
      'accept-encoding': ['identity'],
      'content-type': ['application/json'],
      'anthropic-version': ['1'],
      'x-api-key': ['mine'],
    });
    expect(Buffer.from(bytes ?? []).toString()).toBe('translated');
    expect([answer.status, answer.body]).toEqual([200, '<{"id":1}>']);
  });

  it('names what the provider has no field for, and no header is made of a hostile name', async () => {
    gateway.provider = () => jsonAnswer('{}');
    const answer = await gateway.request({ path, headers, body: '{"model":"anthropic/claude"}' });
    expect(answer.header('weir-dropped-params')).toBe('seed');
    expect(gateway.record().warnings).toEqual([
      'Anthropic has no field for: seed, bad name',
      'left out for anthropic: 2 reasoning blocks signed by openai',
    ]);
  });

  it('that cannot be said to the provider is refused with its place, and calls nobody', async () => {
    const refuse = [['stop'], 'it has no stop'];
    const answer = await gateway.request({
      path,
      headers,
      body: JSON.stringify({ model: 'anthropic/claude', refuse }),
    });
    expect([answer.status, answer.json().errors]).toEqual([
      400,
      [{ code: 2921, message: 'it has no stop', path: ['body', 'stop'] }],
    ]);
    expect(gateway.sent).toHaveLength(0);
  });

  it('names the place in its message and as `param`, which is all that SDKs show', async () => {
    const refuse = [['messages', '1', 'role'], 'This must be a text, not a number.'];
    const answer = await gateway.request({
      path: `/client/v4/accounts/${ACCOUNT}/ai/v1/chat/completions`,
      headers: { authorization: TOKEN, 'cf-aig-gateway-id': 'main' },
      body: JSON.stringify({ model: 'anthropic/claude', refuse }),
    });
    expect(answer.json().error).toEqual({
      message: 'messages[1].role: This must be a text, not a number.',
      type: 'invalid_request_error',
      code: 2921,
      param: 'messages[1].role',
    });
  });

  it('is answered with the provider’s error in the client’s words', async () => {
    gateway.provider = () => jsonAnswer('{"error":1}', 429, { 'retry-after': '3' });
    const answer = await gateway.request(STREAM);
    expect([answer.status, answer.body, answer.header('retry-after')]).toEqual([429, '<{"error":1}>', '3']);
    expect(gateway.record()).toMatchObject({ statusCode: 429, success: false });
  });

  it('says in a header when to come back, where the provider said so in its body', async () => {
    gateway.provider = () => jsonAnswer('{}', 503);
    expect((await gateway.request(STREAM)).header('retry-after')).toBe('2');
  });

  it('needs no translator where the provider serves the format', async () => {
    gateway.translator = null;
    gateway.provider = () => jsonAnswer('{}');
    const answer = await gateway.request({ path, headers, body: '{"model":"openai/gpt-5"}' });
    expect(answer.status).toBe(200);
  });
});

describe('a translator with a defect', () => {
  it('costs its own answer, and says so before anything was promised', async () => {
    const { opening } = await follow();
    body.send('defect');
    const answer = await opening;
    expect(answer.status).toBe(500);
    await answer.settle();
    expect(gateway.faults).toHaveLength(1);
    expect(gateway.record()).toMatchObject({ success: false });
  });

  it('ends the stream that it had begun', async () => {
    const { opening } = await follow();
    body.send('word');
    const answer = await opening;
    const reading = read(answer.body);
    body.send('defect');
    expect(Buffer.concat(await reading).toString()).toBe('[word]\n\n');
    await answer.settle();
    expect(gateway.faults).toHaveLength(1);
    expect(gateway.record()).toMatchObject({ success: false });
  });
});

describe('a translated stream', () => {
  it('is promised with its first useful event, and keeps what came before', async () => {
    const { opening } = await follow();
    body.send('nothing');
    await turn();
    body.send('word');
    const answer = await opening;
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      ['text/event-stream; charset=utf-8'],
    ]);
    const reading = read(answer.body);
    body.send('more').end();
    expect(Buffer.concat(await reading).toString()).toBe('[nothing]\n\n[word]\n\n[more]\n\n[end]\n\n');
    await answer.settle();
    expect(gateway.record()).toMatchObject({
      success: true,
      streamed: true,
      responseBody: { data: 'nothingwordmore', complete: true },
    });
  });

  it('whose first event is an error becomes a status', async () => {
    const { opening } = await follow();
    body.send('nothing', 'error');
    const answer = await opening;
    expect([answer.status, Buffer.from(answer.body as Uint8Array).toString()]).toEqual([529, 'busy']);
    await answer.settle();
    expect(gateway.record()).toMatchObject({ statusCode: 529, success: false });
  });

  it('that breaks before it began is 502', async () => {
    const { opening } = await follow();
    body.send('nothing').break();
    expect((await opening).status).toBe(502);
  });

  it('that breaks later ends with an error in the client’s format', async () => {
    const { opening } = await follow();
    body.send('word');
    const answer = await opening;
    const reading = read(answer.body);
    body.break();
    expect(Buffer.concat(await reading).toString()).toBe('[word]\n\n[error]\n\n');
    await answer.settle();
    expect(gateway.record()).toMatchObject({
      success: false,
      outcome: { kind: 'broken', blame: 'upstream' },
    });
  });

  it('is promised after fifteen seconds of nothing, and kept alive every twelve', async () => {
    const { opening } = await follow();
    body.send('nothing');
    gateway.advance(15_000);
    const answer = await opening;
    const reading = read(answer.body);
    gateway.advance(11_999);
    gateway.advance(1);
    gateway.advance(12_000);
    body.send('word').end();
    expect(Buffer.concat(await reading).toString()).toBe(`[nothing]\n\n${ALIVE}${ALIVE}[word]\n\n[end]\n\n`);
    expect(gateway.alarms).toBe(0);
  });

  it('waits for a slow client, and the provider with it', async () => {
    const { opening } = await follow();
    body.send('word');
    const answer = await opening;
    if (answer.body instanceof Uint8Array) throw new Error('a stream was expected');
    answer.body.consume({ chunk: () => undefined, end: () => undefined });
    answer.body.pause();
    answer.body.resume();
    expect(body.asked).toEqual(['pause', 'resume', 'pause', 'resume']);
  });

  it('whose client leaves is called off, and recorded once as far as it came', async () => {
    const { opening } = await follow();
    body.send('word');
    const answer = await opening;
    if (answer.body instanceof Uint8Array) throw new Error('a stream was expected');
    answer.body.consume({ chunk: () => undefined, end: () => undefined });
    answer.body.cancel();
    expect(body.asked).toContain('cancel');
    await answer.settle();
    expect(gateway.record().outcome).toMatchObject({ kind: 'broken', blame: 'caller' });
    expect(gateway.alarms).toBe(0);
  });

  it('that outlasts the function ends with an error before its time is over', async () => {
    const { opening } = await follow();
    body.send('word');
    const answer = await opening;
    const reading = read(answer.body);
    gateway.advance(290_000);
    expect(Buffer.concat(await reading).toString()).toContain('[error]');
    await answer.settle();
    expect(gateway.record().outcome).toMatchObject({ kind: 'broken', blame: 'gateway' });
  });
});

describe('a stream that passes through a unified endpoint', () => {
  const WORD = 'data: {"choices":[{"delta":{"content":"hi"}}]}\n\n';
  const ROLE = 'data: {"choices":[{"delta":{"role":"assistant","content":""}}]}\n\n';
  const request = { path, headers, body: '{"model":"openai/gpt-5","stream":true}' };

  it.each([
    ['data: {"error":{"message":"no","code":429}}\n\n', 429],
    ['data: {"error":{"message":"no","type":"overloaded_error"}}\n\n', 503],
    ['event: error\ndata: {"type":"error","error":{"type":"authentication_error"}}\n\n', 401],
    ['data: {"error":"gone"}\n\n', 502],
    ['data: {"type":"response.failed","response":{"error":{"code":"rate_limit_exceeded"}}}\n\n', 429],
    ['data: {"choices":[{"delta":{}}],"error":{"code":402,"message":"x"}}\n\n', 402],
  ])('and begins with the error %j has its status: %d', async (event, status) => {
    gateway.provider = () => streamAnswer(new ScriptedBody((it) => it.send(ROLE, event).end()));
    const answer = await gateway.request(request);
    expect([answer.status, answer.header('content-type')]).toEqual([status, 'application/json']);
    expect(answer.json().error).toBeTruthy();
    expect(gateway.record()).toMatchObject({ statusCode: status, success: false });
  });

  it('is otherwise the provider’s bytes', async () => {
    const all = `: hello\n\n${ROLE}${WORD}data: [DONE]\n\n`;
    for (const cut of [1, 20, all.length - 3]) {
      const scripted = new ScriptedBody((it) => it.send(all.slice(0, cut), all.slice(cut)).end());
      gateway.provider = () => streamAnswer(scripted);
      expect((await gateway.request(request)).body).toBe(all);
    }
  });

  it('is kept alive between events, never inside one', async () => {
    gateway.provider = () => streamAnswer(body);
    // Who asks for usage gets every chunk as it comes, cut events too.
    const asks = '{"model":"openai/gpt-5","stream":true,"stream_options":{"include_usage":true}}';
    const opening = gateway.open({ ...request, body: asks });
    while (!body.isRead) await turn();
    body.send(WORD);
    const answer = await opening;
    const reading = read(answer.body);
    gateway.advance(12_000);
    body.send(WORD.slice(0, 10));
    gateway.advance(12_000);
    const done = 'data: [DONE]\n\n';
    body.send(WORD.slice(10), done).end();
    expect(Buffer.concat(await reading).toString()).toBe(`${WORD}: keep-alive\n\n${WORD}${done}`);
  });
});
