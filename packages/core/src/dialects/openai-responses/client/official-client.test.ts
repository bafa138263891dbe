import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import OpenAI from 'openai';
import type { AssistantBlock } from '../../../form/blocks.ts';
import type { ModelEvent } from '../../../form/events.ts';
import { isFault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import type { ModelError } from '../../../form/model-error.ts';
import type { ModelRequest } from '../../../form/request.ts';
import { hasRecorded, recordedBody } from '../../../providers/__fixtures__/recorded.ts';
import { decoded } from '../../__fixtures__/exchange.ts';
import { ANSWER, answerContext, answerOf, writtenText } from '../__fixtures__/answers.ts';
import { openaiResponses } from '../provider/index.ts';
import { openaiResponsesClient } from './index.ts';

/** What the server says next, and what it heard last. */
let next = { status: 200, type: 'text/event-stream', pieces: [''] };
let heard = '';
let server: Server;
let client: OpenAI;

beforeAll(async () => {
  server = createServer((request, response) => {
    heard = '';
    request.setEncoding('utf8');
    request.on('data', (piece: string) => {
      heard += piece;
    });
    request.on('end', () => {
      response.writeHead(next.status, { 'content-type': next.type });
      for (const piece of next.pieces) response.write(piece);
      response.end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', () => listening()));
  const { port } = server.address() as AddressInfo;
  client = new OpenAI({ apiKey: 'k', baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 });
});
afterAll(() => new Promise<void>((closed) => server.close(() => closed())));

const ask = { model: 'm', input: 'Hi' };

function serveStream(events: readonly ModelEvent[], between = '') {
  const pieces = writtenText(events)
    .split(/(?<=\n\n)/)
    .flatMap((event) => [event, between]);
  next = { status: 200, type: 'text/event-stream', pieces };
}

const BLOCKS: readonly AssistantBlock[] = [
  {
    kind: 'reasoning',
    text: 'Two cities.',
    proof: { family: 'anthropic', kind: 'signature', value: 'sig' },
  },
  { kind: 'text', text: 'Let me ' },
  { kind: 'text', text: 'see.' },
  { kind: 'tool-call', id: 'call_a', name: 'weather', arguments: '{"city":"Rome"}' },
  { kind: 'tool-call', id: 'call_b', name: 'grep', arguments: 'any text', custom: true },
  { kind: 'text', text: 'Done.' },
];

const OUTPUT = [
  { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Two cities.' }] },
  { type: 'message', status: 'completed', content: [{ text: 'Let me ' }, { text: 'see.' }] },
  { type: 'function_call', call_id: 'call_a', name: 'weather', arguments: '{"city":"Rome"}' },
  { type: 'custom_tool_call', call_id: 'call_b', name: 'grep', input: 'any text' },
  { type: 'message', content: [{ text: 'Done.' }] },
];

/** A request of the client, read. */
function heardRequest(): ModelRequest {
  const request = openaiResponsesClient.decodeRequest(JSON.parse(heard) as Json);
  if (isFault(request)) throw new Error(request.message);
  return request;
}

describe("OpenAI's own client", () => {
  test('reads a whole answer', async () => {
    const body = openaiResponsesClient.encodeResponse({ ...ANSWER, blocks: BLOCKS }, answerContext());
    next = { status: 200, type: 'application/json', pieces: [JSON.stringify(body)] };
    const response = await client.responses.create(ask);
    expect(response.output).toMatchObject(OUTPUT);
    expect(response.output_text).toBe('Let me see.Done.');
    expect(response.usage?.total_tokens).toBe(18);
  });

  test('puts a stream together, and keep-alive comments between its events do not disturb it', async () => {
    serveStream(answerOf(BLOCKS), openaiResponsesClient.keepAlive);
    const stream = client.responses.stream(ask);
    const texts: string[] = [];
    stream.on('response.output_text.delta', ({ delta }) => texts.push(delta));
    const response = await stream.finalResponse();
    expect(texts.join('')).toBe('Let me see.Done.');
    expect(response.status).toBe('completed');
    expect(response.output).toMatchObject(OUTPUT);
    expect(response.usage).toMatchObject({ input_tokens: 10, output_tokens: 8 });
  });

  test('sees calls that a provider interleaves as items one after another', async () => {
    serveStream([
      { kind: 'start', id: null, model: null, created: null },
      { kind: 'block-start', index: 0, block: { kind: 'tool-call', id: 'a', name: 'one' } },
      { kind: 'block-start', index: 1, block: { kind: 'tool-call', id: 'b', name: 'two' } },
      { kind: 'delta', index: 1, delta: { kind: 'arguments', text: '{"b":' } },
      { kind: 'delta', index: 0, delta: { kind: 'arguments', text: '{}' } },
      { kind: 'delta', index: 1, delta: { kind: 'arguments', text: '2}' } },
      { kind: 'block-end', index: 1 },
      { kind: 'block-end', index: 0 },
      { kind: 'end', finish: { reason: 'tool-calls', raw: null } },
    ]);
    const response = await client.responses.stream(ask).finalResponse();
    expect(response.output).toMatchObject([
      { call_id: 'a', arguments: '{}' },
      { call_id: 'b', arguments: '{"b":2}' },
    ]);
  });

  test('gets an answer that was cut as incomplete, not as done', async () => {
    serveStream(answerOf([{ kind: 'text', text: 'Once' }], { finish: { reason: 'length', raw: 'length' } }));
    const response = await client.responses.stream(ask).finalResponse();
    expect(response.status).toBe('incomplete');
    expect(response.incomplete_details).toEqual({ reason: 'max_output_tokens' });
    expect(response.output).toMatchObject([{ status: 'incomplete' }]);
    expect(response.output_text).toBe('Once');
  });

  test('throws on a failure in the middle of a stream, with its code', async () => {
    serveStream([
      { kind: 'start', id: null, model: null, created: null },
      { kind: 'block-start', index: 0, block: { kind: 'text' } },
      { kind: 'delta', index: 0, delta: { kind: 'text', text: 'Once' } },
      { kind: 'failed', error: OVERLOADED },
    ]);
    await expect(client.responses.stream(ask).finalResponse()).rejects.toMatchObject({
      code: 'overloaded',
      message: expect.stringContaining('Too many people.'),
    });
  });

  test('throws its own class for an error before the stream', async () => {
    const { status, body } = openaiResponsesClient.encodeError(
      { ...OVERLOADED, class: 'rate-limit' },
      answerContext(),
    );
    next = { status, type: 'application/json', pieces: [JSON.stringify(body)] };
    await expect(client.responses.create(ask)).rejects.toBeInstanceOf(OpenAI.RateLimitError);
  });

  test('parses structured output', async () => {
    const text = { format: { type: 'json_schema', name: 'city', schema: {}, strict: true } } as const;
    serveStream(answerOf([{ kind: 'text', text: '{"city":"Rome"}' }]));
    const response = await client.responses.stream({ ...ask, text }).finalResponse();
    expect(response.output_parsed).toEqual({ city: 'Rome' });
    expect(heardRequest().parameters.outputFormat).toMatchObject({ kind: 'json-schema', strict: true });
  });

  test('sends an answer back whole: the next request holds its calls, results and proofs', async () => {
    const signed: readonly AssistantBlock[] = [
      ...BLOCKS.slice(0, 1),
      {
        kind: 'tool-call',
        id: 'call_a',
        name: 'weather',
        arguments: '{}',
        proof: { family: 'google', kind: 'signature', value: 'thought' },
      },
    ];
    serveStream(answerOf(signed));
    const { output } = await client.responses.stream(ask).finalResponse();
    const results = [{ type: 'function_call_output', call_id: 'call_a', output: 'rain' } as const];
    serveStream(answerOf([{ kind: 'text', text: 'Rain.' }]));
    // What it parsed for its user's convenience does not go back.
    const input = JSON.parse(JSON.stringify([{ role: 'user', content: 'Hi' }, ...output, ...results]));
    await client.responses.stream({ model: 'm', input }).finalResponse();
    expect(heardRequest().messages).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: signed },
      { role: 'user', content: [{ kind: 'tool-result', callId: 'call_a' }] },
    ]);
  });

  (hasRecorded ? test : test.skip)('reads a recorded stream that went through the form', async () => {
    const lines = recordedBody('openai-compatible/lmstudio-tool-call.1.chunks.txt').toString().split('\n');
    serveStream(
      decoded(
        openaiResponses,
        lines.filter((line) => line !== ''),
      ),
    );
    const response = await client.responses.stream(ask).finalResponse();
    expect(response.output_text).toBe("I'll get the current weather information for San Francisco for you.");
    expect(response.output.at(-1)).toMatchObject({
      type: 'function_call',
      name: 'weather',
      arguments: expect.stringContaining('San Francisco'),
    });
  });
});

const OVERLOADED: ModelError = {
  kind: 'error',
  class: 'overloaded',
  message: 'Too many people.',
  status: 529,
  code: 'overloaded_error',
  parameter: null,
  raw: null,
};
