import { describe, expect, it } from '@jest/globals';
import { isFault } from '../form/fault.ts';
import { headerMap } from '../http/header-map.ts';
import type { ToTranslate } from '../ports/translation.ts';
import { createTranslation } from './index.ts';

const translator = createTranslation({ random: (size) => new Uint8Array(size), now: () => 0 });
const SSE = headerMap([['content-type', 'text/event-stream']]);

function translate(body: unknown, given: Partial<ToTranslate> = {}) {
  return translator.translate({
    dialect: 'openai-chat',
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    provider: { slug: 'anthropic', name: 'Anthropic' },
    model: 'claude-sonnet-5',
    requestedModel: 'anthropic/claude-sonnet-5',
    ...given,
  });
}
function good(body: unknown, given: Partial<ToTranslate> = {}) {
  const translated = translate(body, given);
  if (translated === null || isFault(translated)) throw new Error(JSON.stringify(translated));
  return translated;
}
const HELLO = { model: 'x', messages: [{ role: 'user', content: 'hi' }] };
const whole = (bytes: string | Uint8Array, status = 200, body: unknown = HELLO) => {
  const answer = good(body).answer.whole({ status, headers: headerMap([]), bytes: Buffer.from(bytes) });
  return { status: answer.status, json: JSON.parse(Buffer.from(answer.body).toString()) };
};
const stream = (...chunks: readonly string[]) => {
  const translation = good({ ...HELLO, stream: true }).answer.stream({ headers: SSE });
  const pieces = chunks.map((chunk) => translation.push(Buffer.from(chunk)));
  return [...pieces, translation.end(null)];
};
const MESSAGE =
  '{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[{"type":"text","text":"hello"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":2}}';
const event = (name: string, data: object) =>
  `event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`;
const EVENTS = [
  event('message_start', {
    message: { id: 'msg_1', model: 'claude', usage: { input_tokens: 1, output_tokens: 0 } },
  }),
  event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'hello' } }),
  event('content_block_stop', { index: 0 }),
  event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } }),
  event('message_stop', {}),
];

describe('a request', () => {
  it.each([
    ['{"a":', []],
    [{ ...HELLO, messages: 5 }, ['messages']],
    [{ ...HELLO, temperature: 'hot' }, ['temperature']],
    [{ ...HELLO, n: 2 }, ['n']],
  ])('%j is a fault that names the field', (body, path) => {
    expect(translate(body)).toMatchObject({ kind: 'fault', path });
  });

  it('nested deeper than the stack goes is a fault, in a schema as well as in the text of arguments', () => {
    const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
    const call = { id: 'a', type: 'function', function: { name: 'f', arguments: deep } };
    const history = [...HELLO.messages, { role: 'assistant', tool_calls: [call] }];
    const tools = `[{"type":"function","function":{"name":"f","parameters":${deep}}}]`;
    const bodies = [
      { ...HELLO, messages: history },
      `${JSON.stringify(HELLO).slice(0, -1)},"tools":${tools}}`,
    ];
    for (const body of bodies) expect(translate(body)).toMatchObject({ kind: 'fault', path: [] });
  });

  it('for a provider that nobody translates for is null', () => {
    expect(translate(HELLO, { provider: { slug: 'deepgram', name: 'Deepgram' } })).toBeNull();
  });

  it('that the catalogue knows cannot work is refused, and an unknown model passes', () => {
    const google = { provider: { slug: 'google-ai-studio', name: 'Google' } };
    const embedder = { ...google, model: 'gemini-embedding-001' };
    expect(translate(HELLO, embedder)).toMatchObject({ kind: 'fault', path: ['model'] });
    expect(translate(HELLO, { ...google, model: 'gemini-99-ultra' })).not.toHaveProperty('kind');
  });
});

describe('a whole answer', () => {
  it('is the client’s own', () => {
    expect(whole(MESSAGE)).toMatchObject({
      status: 200,
      json: {
        object: 'chat.completion',
        choices: [{ message: { content: 'hello' }, finish_reason: 'stop' }],
      },
    });
  });

  it('may come as a stream that nobody asked for', () => {
    expect(whole(EVENTS.join(''))).toMatchObject({
      status: 200,
      json: { choices: [{ message: { content: 'hello' } }], usage: { total_tokens: 3 } },
    });
  });

  it.each([
    ['an error with 200', '{"type":"error","error":{"type":"overloaded_error","message":"busy"}}', 200, 503],
    ['truncated JSON', MESSAGE.slice(0, 50), 200, 502],
    ['nothing', '', 200, 502],
    ['a page', '<html>gateway time-out</html>', 504, 504],
    ['a stream without an end', EVENTS.slice(0, 3).join(''), 200, 502],
  ])('%s is an error in the client’s shape', (_, bytes, status, expected) => {
    expect(whole(bytes, status)).toMatchObject({
      status: expected,
      json: { error: { message: expect.stringMatching(/\w/), type: expect.any(String) } },
    });
  });
});

describe('a streamed answer', () => {
  it('is committed by its first useful event', () => {
    expect(stream(...EVENTS).map(({ useful }) => useful)).toEqual([
      false,
      false,
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  it('is the same however its bytes are cut', () => {
    const at = (size: number) => {
      const all = EVENTS.join('');
      const chunks = Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
        all.slice(index * size, (index + 1) * size),
      );
      return stream(...chunks)
        .map(({ text }) => text)
        .join('');
    };
    expect([at(1), at(7), at(1000)]).toEqual(Array(3).fill(at(100_000)));
  });

  it('whose first event is an error has that error as its whole answer', () => {
    const [piece] = stream(event('error', { error: { type: 'rate_limit_error', message: 'slow down' } }));
    expect(piece).toMatchObject({ useful: false, failure: { status: 429 } });
  });

  it('that ends without its end fails in the client’s format, and says so once', () => {
    const pieces = stream(...EVENTS.slice(0, 4));
    const last = pieces.at(-1);
    expect(last?.failure?.status).toBe(502);
    expect(last?.text).toMatch(/^data: \{"error":/);
    expect(pieces.map(({ text }) => text).join('')).not.toContain('[DONE]');
  });

  it('that is one JSON body becomes a stream', () => {
    const text = stream(MESSAGE)
      .map((piece) => piece.text)
      .join('');
    expect(text).toContain('"content":"hello"');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('writes nothing after its end', () => {
    const pieces = stream(...EVENTS, EVENTS.join(''));
    expect(pieces.at(-2)?.text).toBe('');
  });
});
