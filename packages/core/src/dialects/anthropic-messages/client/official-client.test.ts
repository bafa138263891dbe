import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ModelEvent } from '../../../form/events.ts';
import { foldEvents } from '../../../form/fold-events.ts';
import { ERROR_CLASSES, type ErrorClass, isModelError, type ModelError } from '../../../form/model-error.ts';
import { NO_USAGE } from '../../../form/usage.ts';
import { asked } from '../../__fixtures__/exchange.ts';
import { anthropicMessagesClient } from './index.ts';

/** What the server answers next: pieces of a stream, written one after another, or a whole body. */
let answer: { readonly status: number; readonly pieces: readonly string[]; readonly type: string };
let server: Server;
let client: Anthropic;

beforeAll(async () => {
  server = createServer((_, response) => {
    response.writeHead(answer.status, { 'content-type': answer.type });
    for (const piece of answer.pieces) response.write(piece);
    response.end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  client = new Anthropic({ baseURL: `http://127.0.0.1:${port}`, apiKey: 'key', maxRetries: 0 });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const context = { request: asked(), model: 'gpt-5', newId: (prefix: string) => `${prefix}new`, now: 0 };
const question = {
  model: 'gpt-5',
  max_tokens: 10,
  messages: [{ role: 'user' as const, content: 'Hello' }],
};

/** Every event in a write of its own, a ping between each two. */
function streaming(events: readonly ModelEvent[]) {
  const encoder = anthropicMessagesClient.encodeStream(context);
  const pieces = events.flatMap((event) => [encoder.write(event), anthropicMessagesClient.keepAlive]);
  answer = { status: 200, pieces: pieces.filter((piece) => piece !== ''), type: 'text/event-stream' };
  return client.messages.stream(question);
}

const start: ModelEvent = { kind: 'start', id: 'chatcmpl-1', model: 'gpt-5-2026', created: 1 };
const text = (index: number, ...pieces: string[]): ModelEvent[] => [
  { kind: 'block-start', index, block: { kind: 'text' } },
  ...pieces.map((piece): ModelEvent => ({ kind: 'delta', index, delta: { kind: 'text', text: piece } })),
  { kind: 'block-end', index },
];
const call = (index: number, id: string, name: string): ModelEvent => ({
  kind: 'block-start',
  index,
  block: { kind: 'tool-call', id, name },
});
const argument = (index: number, piece: string): ModelEvent => ({
  kind: 'delta',
  index,
  delta: { kind: 'arguments', text: piece },
});
const blockEnd = (index: number): ModelEvent => ({ kind: 'block-end', index });
const usage: ModelEvent = {
  kind: 'usage',
  usage: {
    ...NO_USAGE,
    input: 20,
    cacheRead: 60,
    cacheWrite: 5,
    cacheWriteLong: 15,
    output: 7,
    reasoning: 3,
  },
};
const end = (reason: 'stop' | 'tool-calls' | 'length'): ModelEvent => ({
  kind: 'end',
  finish: { reason, raw: reason },
});

describe('the official client reads our streams', () => {
  test('text, as it comes, with pings between', async () => {
    const stream = streaming([start, ...text(0, 'Hel', 'lo ', '🌍'), usage, end('stop')]);
    const deltas: string[] = [];
    stream.on('text', (delta) => deltas.push(delta));
    const message = await stream.finalMessage();
    expect(deltas).toEqual(['Hel', 'lo ', '🌍']);
    expect(message).toMatchObject({
      id: 'chatcmpl-1',
      model: 'gpt-5-2026',
      role: 'assistant',
      content: [{ type: 'text', text: 'Hello 🌍' }],
      stop_reason: 'end_turn',
    });
  });

  test('the counts of the end are whole: caches beside the input, reasoning inside the output', async () => {
    const { usage: counted } = await streaming([start, ...text(0, 'x'), usage, end('stop')]).finalMessage();
    expect(counted).toMatchObject({
      input_tokens: 20,
      cache_read_input_tokens: 60,
      cache_creation_input_tokens: 20,
      output_tokens: 10,
      output_tokens_details: { thinking_tokens: 3 },
    });
  });

  test('thinking with its signature, before the text', async () => {
    const message = await streaming([
      start,
      { kind: 'block-start', index: 0, block: { kind: 'reasoning' } },
      { kind: 'delta', index: 0, delta: { kind: 'text', text: 'Let me ' } },
      {
        kind: 'delta',
        index: 0,
        delta: { kind: 'proof', proof: { family: 'anthropic', kind: 'signature', value: 'c2ln' } },
      },
      { kind: 'delta', index: 0, delta: { kind: 'text', text: 'see.' } },
      blockEnd(0),
      ...text(1, 'Yes'),
      end('stop'),
    ]).finalMessage();
    expect(message.content).toEqual([
      { type: 'thinking', thinking: 'Let me see.', signature: 'c2ln' },
      { type: 'text', text: 'Yes' },
    ]);
  });

  test('interleaved calls arrive one after another, each with its own arguments', async () => {
    const message = await streaming([
      start,
      ...text(0, 'Looking'),
      call(1, 'call_a', 'first'),
      call(2, 'call_b', 'second'),
      argument(1, '{"a"'),
      argument(2, '{"b":'),
      argument(1, ':1}'),
      argument(2, '2}'),
      blockEnd(2),
      call(3, 'call_c', 'third'),
      blockEnd(1),
      argument(3, '{}'),
      blockEnd(3),
      end('tool-calls'),
    ]).finalMessage();
    expect(message.content).toMatchObject([
      { type: 'text', text: 'Looking' },
      { type: 'tool_use', id: 'call_a', name: 'first', input: { a: 1 } },
      { type: 'tool_use', id: 'call_b', name: 'second', input: { b: 2 } },
      { type: 'tool_use', id: 'call_c', name: 'third', input: {} },
    ]);
    expect(message.stop_reason).toBe('tool_use');
  });

  test('an answer without anything in it is one without blocks', async () => {
    const message = await streaming([start, end('length')]).finalMessage();
    expect(message).toMatchObject({ content: [], stop_reason: 'max_tokens' });
  });

  test('an error in the middle is thrown with its type, and nothing comes after it', async () => {
    const error: ModelError = {
      kind: 'error',
      class: 'overloaded',
      message: 'Too many of you.',
      status: 529,
      code: null,
      parameter: null,
      raw: null,
    };
    const encoder = anthropicMessagesClient.encodeStream(context);
    const pieces = [start, text(0, 'x')[0], { kind: 'failed', error } as const, end('stop')].map((event) =>
      event ? encoder.write(event) : '',
    );
    expect(pieces.at(-1)).toBe('');
    answer = { status: 200, pieces, type: 'text/event-stream' };
    await expect(client.messages.stream(question).finalMessage()).rejects.toMatchObject({
      type: 'overloaded_error',
      error: { error: { message: 'Too many of you.' } },
    });
  });
});

describe('the official client reads our bodies', () => {
  test('an answer', async () => {
    const response = foldEvents([start, ...text(0, 'Hello'), usage, end('stop')]);
    if (isModelError(response)) throw new Error(response.message);
    const body = anthropicMessagesClient.encodeResponse(response, context);
    answer = { status: 200, pieces: [JSON.stringify(body)], type: 'application/json' };
    const message = await client.messages.create(question);
    expect(message.content).toEqual([{ type: 'text', text: 'Hello' }]);
    expect(message.usage).toMatchObject({ input_tokens: 20, cache_creation_input_tokens: 20 });
  });

  test.each<[ErrorClass, number, abstract new (...given: never) => Error]>([
    ['bad-request', 400, Anthropic.BadRequestError],
    ['authentication', 401, Anthropic.AuthenticationError],
    ['permission', 403, Anthropic.PermissionDeniedError],
    ['not-found', 404, Anthropic.NotFoundError],
    ['rate-limit', 429, Anthropic.RateLimitError],
    ['overloaded', 529, Anthropic.InternalServerError],
    ['upstream', 502, Anthropic.InternalServerError],
  ])(
    'an error of the class %s has the status %i, and its client knows it',
    async (errorClass, status, thrownAs) => {
      const error: ModelError = {
        kind: 'error',
        class: errorClass,
        message: 'No.',
        status: 418,
        code: null,
        parameter: null,
        raw: null,
      };
      const written = anthropicMessagesClient.encodeError(error, context);
      expect(written.status).toBe(status);
      answer = { status, pieces: [JSON.stringify(written.body)], type: 'application/json' };
      const thrown = await client.messages.create(question).catch((it: unknown) => it);
      expect(thrown).toBeInstanceOf(thrownAs);
      expect(thrown).toMatchObject({
        error: { type: 'error', error: { type: ERROR_CLASSES[errorClass].messages, message: 'No.' } },
      });
    },
  );
});
